"""An order and its lines: everything Glu sent has a place, and nothing technical is shown."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from glu_admin.glu.lists import read_rows
from orders.desk.marks import set_marks, undo_batch
from orders.desk.notes import write_note
from orders.desk.reveals import reveal
from orders.mirror.writing.transactions import write_transactions
from orders.models import OrderMark
from tests.orders.builders import EPOCH, order, write

ASKED, ASKED_OF_A_LINE = 11, 6
ORDER = "/o/alder-house/orders/41/"
LINES = [
    {
        "id": 1,
        "name": "Serenity spa day",
        "subtotal": 12000,
        "discount_amount": 1200,
        "total": 10800,
        "personalMessage": "Dear Beth,\nenjoy",
        "selectedOptions": [{"name": "Day", "value": "Weekday"}],
        "variant": {"id": 3312, "name": "One guest"},
        "recurringProduct": {"deep": {"er": [1]}},
    },
    {"id": 2, "name": "Afternoon tea", "subtotal": 5800, "total": 5800, "refunded": True},
]
WHOLE = order(
    41,
    subtotal=17800,
    discountAmount=1200,
    deliveryAmount=695,
    processingFee=150,
    total=17445,
    customerName="Priya Ashdown",
    recipientFirstName="Niamh",
    deliveryAddressLine1="14 Saddlers Court",
    paymentMethod="Offline",
    offlinePaymentMethod="Invoice",
    transaction="/transactions/881204",
    discountCodes=[{"code": "AUTUMN10"}],
    storeReference="R-77",
    ipAddress="192.0.2.99",
    userAgent="SecretBrowser/9",
    browserInfo={"name": "SecretBrowser"},
    lines=LINES,
)


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_everything_has_its_place(house: Any, viewer_client: Client) -> None:
    write(house.hotel, WHOLE)
    page = text(viewer_client, ORDER)
    for shown in (
        "Priya Ashdown",
        "Niamh",
        "14 Saddlers Court",
        "Invoice",
        "881204",
        "AUTUMN10",
        "storeReference",
        "R-77",
        "£174.45",
        "178.00 − 12.00 + 6.95 + 1.50 = 174.45, as Glu says",
        "Lines: 120.00 + 58.00 = 178.00, as Glu says",
        "Serenity spa day",
        "Copied here",
    ):
        assert shown in page, shown
    for hidden in ("192.0.2.99", "SecretBrowser"):
        assert hidden not in page


def test_a_sum_that_does_not_come_out_is_said(house: Any, viewer_client: Client) -> None:
    write(house.hotel, {**WHOLE, "total": 17444})
    assert "= 174.45, but Glu says 174.44" in text(viewer_client, ORDER)


def test_a_line_has_its_own_page(house: Any, viewer_client: Client) -> None:
    write(house.hotel, WHOLE)
    page = text(viewer_client, f"{ORDER}lines/1/")
    for shown in (
        "Dear Beth,\nenjoy",
        "<bdi>Day</bdi>",
        "<bdi>Weekday</bdi>",
        "name One guest",
        "&quot;er&quot;",
        "£108.00",
        "Line 1 of 2",
    ):
        assert shown in page, shown
    assert f"{ORDER}lines/2/" in page
    assert "Yes" in text(viewer_client, f"{ORDER}lines/2/")


@pytest.mark.parametrize("path", [f"{ORDER}lines/3/", "/o/alder-house/orders/42/", "/o/brae-links/orders/41/"])
def test_what_is_not_there_is_404(house: Any, viewer_client: Client, path: str) -> None:
    write(house.hotel, WHOLE)
    write(house.golf, {**WHOLE, "lines": [{"id": 3}]})
    assert viewer_client.get(path).status_code == 404


def test_odd_values_are_shown_as_they_came(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(41, total="12.50", createdAt="2026-11-01T10:00:00.5Z", user=[], type={"x": 1}))
    page = text(viewer_client, ORDER)
    assert "12.50" in page
    assert "&quot;x&quot;: 1" in page


def test_lines_that_were_not_read_yet_are_said_to_follow(house: Any, viewer_client: Client) -> None:
    write(house.hotel, WHOLE)
    house.hotel.order_lines.all().delete()
    house.hotel.orders.update(lines_copied_at=None)
    assert "They follow in a moment" in text(viewer_client, ORDER)
    house.hotel.orders.update(lines_error="Glu has no such thing.")
    assert "Glu has no such thing." in text(viewer_client, ORDER)


def test_back_leads_to_the_same_list(house: Any, viewer_client: Client) -> None:
    write(house.hotel, WHOLE)
    page = text(viewer_client, f"{ORDER}?payment=Paid&sort=total")
    assert 'href="/o/alder-house/orders/?payment=Paid&amp;sort=total"' in page
    assert f"{ORDER}lines/1/?payment=Paid&amp;sort=total" in page


def asked(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_an_order_of_much_asks_as_little_as_one_of_nothing(house: Any, staff_client: Client) -> None:
    """With many lines, changes, transactions and other orders of its people; each trace of the team is one more."""
    person = {"customerEmailAddress": "sam@post.example", "phoneNumber": "07700 900123", "customerName": "Sam"}
    other = {"recipientEmailAddress": "kim@post.example", "deliveryAddressPostcode": "BN7 2QQ", "deliveryName": "Kim"}
    write(house.hotel, order(41, **person, **other))
    assert asked(staff_client, ORDER) == ASKED
    write(house.hotel, *(order(50 + at, total=at, **person, **other) for at in range(40)))
    lines = [{"id": 100 + at, "name": "Tea", "personalMessage": "Hello"} for at in range(10)]
    for at in range(30):
        changed = {**person, **other, "type": f"S{at}", "updatedAt": f"2026-11-02T10:00:00.{at:02}Z"}
        write(house.hotel, order(41, **changed, lines=lines))
    moved = [{"id": n, "createdAt": EPOCH.isoformat(), "attachedOrder": 41, "type": "Payment"} for n in range(9)]
    write_transactions(house.hotel, read_rows(moved), EPOCH, None)
    assert text(staff_client, ORDER).count("line-message") == 10
    assert asked(staff_client, ORDER) == ASKED
    assert asked(staff_client, f"{ORDER}?history=glu") == ASKED
    assert asked(staff_client, f"{ORDER}lines/100/") == ASKED_OF_A_LINE
    found = house.hotel.orders.get(glu_id=41)
    for _ in range(2):
        write_note(house.hotel, found, house.staff, "@Manager look", [], uuid4())
        set_marks(house.hotel, house.hotel.orders.filter(glu_id=41), OrderMark.Kind.PRINTED, house.staff)
        reveal(house.hotel, found, house.staff)
    assert asked(staff_client, ORDER) == ASKED + 3


def test_what_the_queue_offers_is_asked_only_where_it_may_offer_something(house: Any, staff_client: Client) -> None:
    waits = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid"}
    write(house.hotel, order(41, **waits), order(42, **{**waits, "dispatchStatus": "Dispatched"}))
    sent = asked(staff_client, "/o/alder-house/orders/42/")
    assert asked(staff_client, ORDER) == sent + 3
    set_marks(house.hotel, house.hotel.orders.filter(glu_id=41), OrderMark.Kind.POSTED, house.staff)
    assert asked(staff_client, ORDER) == sent + 1


def badges(client: Client) -> list[str]:
    """What the badges at the top say, without hours and minutes, and without that of the payment."""
    [row] = re.findall(r'id="badges">(.*?)<div class="acts">', client.get(ORDER).text, re.S)
    said = re.findall(r'<span\s+class="status.*?</span>', row.split("freshness")[0], re.S)
    plain = [" ".join(re.sub("<[^>]+>", " ", badge).split()) for badge in said]
    return [re.sub(r" \d\d:\d\d$", "", badge) for badge in plain][:-1]


def test_how_far_the_team_is_stands_at_the_top_until_it_is_undone(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(41, dispatchStatus="Packed"))
    ours = house.hotel.orders.filter(glu_id=41)
    set_marks(house.hotel, ours, OrderMark.Kind.PREPARED, house.staff)
    posted = set_marks(house.hotel, ours, OrderMark.Kind.POSTED, house.staff)
    set_marks(house.hotel, ours, OrderMark.Kind.PRINTED, house.staff)
    assert "<b>Posted</b>, as marked here" in viewer_client.get(ORDER).text
    assert badges(viewer_client) == ["Posted here today", "At Glu: Packed"]
    undo_batch(house.hotel, posted.batch, house.staff)
    assert badges(viewer_client) == ["Packed"]
    assert "<b>Prepared</b>, as marked here" in viewer_client.get(ORDER).text
