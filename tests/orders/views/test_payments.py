"""The payments page: who to ask and how, what was chased, and what a mistaken word does: nothing."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from orders.models import MirrorState, OrderMark
from orders.views.payments import read_day
from tests.orders.builders import order, write

PAGE = "/o/alder-house/queues/payment/"
CHASE, UNCHASE = f"{PAGE}chase/", f"{PAGE}unchase/"
HTMX = {"HX-Request": "true"}


def pending(glu_id: int, **fields: Any) -> dict[str, Any]:
    """An order that was placed two days ago and is not paid."""
    made = (now() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    given = {"paymentStatus": "Pending", "paymentMethod": "Gateway", "customerName": "Beth Rowntree", **fields}
    return order(glu_id, made, **given)


def test_the_page_says_whom_to_ask_and_how(house: Any, viewer_client: Client) -> None:
    write(house.hotel, pending(41, phoneNumber="07700 900416", customerEmailAddress="beth@mail.example"))
    page = viewer_client.get(PAGE).text
    for shown in (
        'href="tel:+44-7700-900416"',
        'href="mailto:beth@mail.example"',
        'data-copy-text="07700 900416"',
        "Beth Rowntree",
        "Begun online and not paid after 30 minutes",
        "All 1</a>",
        "None by this buyer",
    ):
        assert shown in page, shown
    assert "payment/chase/" not in page  # a viewer reads


def test_offline_payments_are_told_by_how_they_are_to_be_paid(house: Any, viewer_client: Client) -> None:
    made = (now() - timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    for n, method in enumerate(("Invoice", "Cash", "<b>", "Invoice", ""), 1):
        fields = {"paymentStatus": "Pending", "paymentMethod": "Offline", "offlinePaymentMethod": method}
        write(house.hotel, order(n, made, **fields))
    rung = viewer_client.get(PAGE).text.partition('id="rung-offline"')[2].partition("</footer>")[0]
    told = re.findall(r"<bdi>([^<]+)</bdi> <b class=\"tnum\">(\d)</b>", rung)
    assert told[0] == ("Invoice", "2")
    assert sorted(told[1:]) == [("&lt;b&gt;", "1"), ("Cash", "1"), ("Not said", "1")]


def test_a_sum_says_that_it_is_what_was_ordered(house: Any, viewer_client: Client) -> None:
    write(house.hotel, pending(41, total=12345), pending(42, total=700, currencyCode="EUR"))
    head = viewer_client.get(PAGE).text.partition('id="rung-gateway"')[2].partition("</header>")[0]
    said = " ".join(re.sub("<[^>]+>", " ", head).split())
    assert re.search(r"123\.45 .*7\.00 .* ordered$|7\.00 .*123\.45 .* ordered$", said), said


def test_an_age_counts_from_when_the_payment_began_to_be_pending(house: Any, viewer_client: Client) -> None:
    write(house.hotel, pending(41))
    house.hotel.orders.update(payment_since=now() - timedelta(hours=5), waiting_since=now() - timedelta(hours=5))
    assert "5 hr" in viewer_client.get(PAGE).text


def test_texts_of_strangers_stay_texts(house: Any, staff_client: Client) -> None:
    hostile = '"><script>alert(1)</script>\u202e'
    write(
        house.hotel,
        pending(41, customerName=hostile, phoneNumber=hostile, customerEmailAddress=f"{hostile}@mail.example"),
        pending(42, phoneNumber={"odd": 1}, customerEmailAddress=None, customerName=None),
    )
    page = staff_client.get(PAGE).text
    assert "<script>alert" not in page
    assert "No name" in page


def test_chasing_takes_an_order_from_its_rung_and_says_who_did(house: Any, staff_client: Client) -> None:
    write(house.hotel, pending(41), pending(42))
    answer = staff_client.post(CHASE, {"id": "41", "when": "week"}, follow=True)
    assert "41 is chased; look again on" in answer.text
    assert 'id="gateway-41"' not in answer.text
    assert 'id="later-41"' in answer.text  # below the rungs, until its day
    assert 'title="Note that you asked; nothing is sent"' in answer.text
    assert 'id="gateway-42"' in answer.text
    mark = house.hotel.order_marks.get()
    assert (mark.kind, mark.user_name) == (OrderMark.Kind.CHASED, "Staff")
    assert mark.look_again_on == now().astimezone(house.hotel.zone).date() + timedelta(days=7)
    shown = staff_client.get("/o/alder-house/orders/41/").text
    assert "by <bdi>Staff</bdi>" in shown
    assert "look again" in shown
    undone = staff_client.post(UNCHASE, {"id": "41", "next": "/o/alder-house/orders/41/"}, follow=True)
    assert undone.request["PATH_INFO"] == "/o/alder-house/orders/41/"
    assert 'id="gateway-41"' in staff_client.get(PAGE).text


def test_htmx_gets_the_rungs_as_they_are_then(house: Any, staff_client: Client) -> None:
    write(house.hotel, pending(41), pending(42))
    answer = staff_client.post(CHASE, {"id": "41", "when": "tomorrow"}, headers=HTMX)
    assert answer.status_code == 200
    assert '<html lang="en-gb">' in answer.text
    assert 'class="rail"' not in answer.text
    assert 'id="gateway-42"' in answer.text
    assert "41 is chased; look again on" in answer.text
    batch = house.hotel.order_marks.get().batch
    assert f'name="batch" value="{batch}"' in answer.text  # seen, and taken back at once
    staff_client.post("/o/alder-house/queues/undo/", {"batch": batch})
    assert 'id="gateway-41"' in staff_client.get(PAGE).text


def test_nobody_is_asked_for_a_payment_that_is_there(house: Any, staff_client: Client) -> None:
    write(house.hotel, pending(41, paymentStatus="Paid", dispatchStatus="Outstanding"))
    house.hotel.orders.update(waiting_since=now() - timedelta(days=30))
    page = staff_client.get(PAGE).text
    assert 'id="paid-unsent-41"' in page
    assert "Chase 41" not in page


@pytest.mark.parametrize(
    ("owed", "fields"),
    [
        (True, {}),
        (True, {"paymentStatus": "Failed"}),
        (False, {"paymentStatus": "Paid"}),
        (False, {"paymentStatus": "Refunded"}),
        (False, {"dispatchStatus": "Cancelled"}),
        (True, {"paymentMethod": "Complimentary", "total": 5000}),
        (False, {"paymentMethod": "Complimentary", "total": 0}),
    ],
)
def test_an_orders_page_offers_to_chase_what_is_owed(
    house: Any, staff_client: Client, owed: bool, fields: dict[str, Any]
) -> None:
    write(house.hotel, pending(41, **fields))
    assert ("Chase 41" in staff_client.get("/o/alder-house/orders/41/").text) is owed
    answer = staff_client.post(CHASE, {"id": "41", "when": "week"}, follow=True)
    assert ("Nothing is owed for 41 now" in answer.text) is not owed
    assert house.hotel.order_marks.exists() is owed


@pytest.mark.parametrize(
    "sent", [{"when": "on", "on": "yesterday"}, {"when": "on", "on": "2001-01-01"}, {}, {"when": "x"}]
)
def test_a_day_that_is_none_notes_nothing(house: Any, staff_client: Client, sent: dict[str, str]) -> None:
    write(house.hotel, pending(41))
    assert "Nothing was noted." in staff_client.post(CHASE, {"id": "41", **sent}, follow=True).text
    assert not house.hotel.order_marks.exists()


@pytest.mark.parametrize("number", ["42", "x", "", "9" * 40, "4 1", "²"])
def test_what_is_not_here_cannot_be_chased(house: Any, staff_client: Client, number: str) -> None:
    write(house.hotel, pending(41))
    write(house.golf, pending(42))
    assert staff_client.post(CHASE, {"id": number, "when": "week"}).status_code == 404
    assert not house.golf.order_marks.exists()


def test_undone_twice_is_said(house: Any, staff_client: Client) -> None:
    write(house.hotel, pending(41))
    assert "was not chased" in staff_client.post(UNCHASE, {"id": "41"}, follow=True).text


@pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_nobody_is_led_away(house: Any, staff_client: Client, away: str) -> None:
    write(house.hotel, pending(41))
    answer = staff_client.post(CHASE, {"id": "41", "when": "week", "next": away})
    assert answer.headers["Location"] == PAGE


def test_working_days_are_the_organisations(house: Any) -> None:
    with time_machine.travel(datetime(2026, 12, 23, 12, tzinfo=UTC), tick=False):
        assert read_day(house.hotel, "soon", "") == (date(2026, 12, 30), "")  # Christmas and a weekend are between
        assert read_day(house.hotel, "on", "2026-12-24")[0] == date(2026, 12, 24)
        assert read_day(house.hotel, "on", "2026-12-23")[0] is None
        assert read_day(house.hotel, "on", "2026-13-45")[0] is None


def test_an_empty_page_says_so(house: Any, viewer_client: Client) -> None:
    assert "Nothing waits" in viewer_client.get(PAGE).text


def test_a_key_that_may_not_read_transactions_is_said(house: Any, viewer_client: Client) -> None:
    write(house.hotel, pending(41))
    MirrorState.across_organisations.create(organisation=house.hotel, transactions_error="Glu answered 403.")
    for path in (PAGE, "/o/alder-house/orders/", "/o/alder-house/orders/41/"):
        page = viewer_client.get(path).text
        assert "cannot be read. Glu answered 403." in page, path
