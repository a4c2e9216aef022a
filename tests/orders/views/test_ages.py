"""Ages and what is late: in the list, on an order's page and in files, from the same limits."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from orders.desk.marks import set_marks, undo_mark
from orders.exports import Choice, csv_texts
from orders.mirror.gone import mark_gone
from orders.models import DeskSettings, OrderMark, TypicalTimes
from orders.search import parse_query
from tests.orders.builders import EPOCH, moved, order, placed, put, write

DESK = "/o/alder-house/orders/"
NOW = "2026-11-20T12:00:00+00:00"  # a Friday


@pytest.fixture(autouse=True)
def desk(house: Any) -> Any:
    """One order that is late, one at its limit, one young, one unpaid for too long, one past its day, one done."""
    rows = {
        1: ("2026-11-17T09:00:00+00:00", {"paymentStatus": "Paid"}),
        2: ("2026-11-18T09:00:00+00:00", {"paymentStatus": "Paid"}),
        3: ("2026-11-20T07:00:00+00:00", {"paymentStatus": "Paid"}),
        4: ("2026-11-20T11:00:00+00:00", {"paymentStatus": "Pending", "paymentMethod": "Gateway"}),
        5: ("2026-11-20T10:00:00+00:00", {"paymentStatus": "Paid", "scheduledDeliveryAt": "2026-11-19T10:00:00+00:00"}),
        6: ("2026-11-02T09:00:00+00:00", {"paymentStatus": "Paid", "dispatchStatus": "Dispatched"}),
    }
    method = {"deliveryMethodName": "Royal Mail", "deliveryAddressPostcode": "BN7 2QQ"}
    write(
        house.hotel,
        *(order(n, at, **{"dispatchStatus": "Outstanding", **method, **more}) for n, (at, more) in rows.items()),
    )
    with time_machine.travel(NOW, tick=False):
        yield house


def shown(client: Client, query: str = "") -> dict[int, str]:
    """The text of the age's cell and of the flags, by the order's number."""
    page = client.get(f"{DESK}?{query}").content.decode()
    rows = re.findall(r' id="o(\d+)"', page)
    cells = re.findall(r'c-age num" data-label="Waiting">(.*?)</td>.*?c-flags num"[^>]*>(.*?)</td>', page, re.S)
    plain = [" ".join(re.sub("<[^>]+>", " ", f"{age} {flags}").split()) for age, flags in cells]
    return dict(zip(map(int, rows), plain, strict=True))


def test_the_list_shows_how_long_each_has_waited_and_what_is_late(viewer_client: Client) -> None:
    assert shown(viewer_client) == {
        1: "3 wd Late",
        2: "2 wd",
        3: "5 h",
        4: "1 h Late",
        5: "2 h Past its scheduled day, scheduled before it was placed",
        6: "",
    }


def test_what_is_late_is_tinted_and_the_exact_instant_stands_in_the_title(viewer_client: Client) -> None:
    page = viewer_client.get(f"{DESK}?id=1").content.decode()
    since = "3 working days since it was placed, Tuesday 17 November 2026, 09:00:00 Europe/London"
    assert f'class="stuck" title="{since}">3 wd<' in page
    assert re.search(r'class="status amber loud\s*"\s+title="Glu: Outstanding"', page)
    assert re.search(r'class="late"', viewer_client.get(f"{DESK}?id=2").content.decode())
    unpaid = viewer_client.get(f"{DESK}?id=4").content.decode()
    assert re.search(r'class="status amber loud\s*"\s+title="Glu: Pending"', unpaid)
    assert re.search(r'class="status amber\s+"\s+title="Glu: Outstanding"', unpaid)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("has=late", [4, 1]),
        ("has=past-schedule", [5]),
        ("age=2wd..&sort=-age", [1, 2]),
        ("age=..5h&sort=age", [4, 5, 3]),
        ("sort=-age", [1, 2, 3, 5, 4, 6]),
    ],
)
def test_it_is_found_and_sorted_by_it(viewer_client: Client, query: str, ids: list[int]) -> None:
    assert list(shown(viewer_client, query)) == ids


def test_a_manager_s_limit_is_the_one_that_counts(desk: Any, viewer_client: Client) -> None:
    DeskSettings.across_organisations.create(organisation=desk.hotel, dispatch_days_of={"Royal Mail": 3})
    assert list(shown(viewer_client, "has=late")) == [4]


def test_an_order_says_in_words_why_it_is_late(viewer_client: Client) -> None:
    page = viewer_client.get(f"{DESK}1/").content.decode()
    assert "Outstanding for 3 working days; the limit for Royal Mail is 2." in page
    assert "Late</h2>" in page
    young = viewer_client.get(f"{DESK}3/").content.decode()
    assert "Outstanding for 5 hours; the limit for Royal Mail is 2 working days." in young
    assert "Late</h2>" not in young
    past = viewer_client.get(f"{DESK}5/").content.decode()
    assert "It was scheduled for 19 Nov 2026, and Glu still says Outstanding." in past
    assert "attention-h" not in viewer_client.get(f"{DESK}6/").content.decode()


def test_what_is_sent_here_is_late_for_its_payment_alone(desk: Any, viewer_client: Client) -> None:
    kinds = [["dispatch", "Outstanding", "Royal Mail", 86_400, 2 * 86_400]]
    TypicalTimes.across_organisations.create(organisation=desk.hotel, kinds=kinds, due_at=EPOCH)
    set_marks(desk.hotel, desk.hotel.orders.filter(glu_id__in=[1, 2, 4, 5]), OrderMark.Kind.POSTED, desk.staff)
    assert shown(viewer_client, "id=1,2,4,5&sort=created") == {
        1: "",
        2: "",
        5: "Scheduled before it was placed",
        4: "1 h Late",
    }
    found = {flag: list(shown(viewer_client, f"has={flag}")) for flag in ("late", "stuck", "past-schedule")}
    assert found == {"late": [4], "stuck": [], "past-schedule": []}
    page = viewer_client.get(f"{DESK}1/").content.decode()
    assert "attention-h" not in page
    assert "Outstanding for 3 working days" not in page
    assert "Waiting since" not in page
    assert "amber loud" not in page
    assert "attention-h" not in viewer_client.get(f"{DESK}5/").content.decode()
    assert "Late</h2>" in viewer_client.get(f"{DESK}4/").content.decode()
    undo_mark(desk.hotel, desk.hotel.order_marks.get(order__glu_id=1).pk, desk.staff)
    assert list(shown(viewer_client, "has=late")) == [4, 1]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"paymentStatus": "Paid"}, "since it was paid, Friday 20 November 2026, 11:30:00 Europe/London"),
        ({"paymentStatus": "Failed"}, "since Glu says Failed, Friday 20 November 2026, 11:30:00 Europe/London"),
    ],
)
def test_its_title_says_by_what_waiting_began(
    desk: Any, viewer_client: Client, changed: dict[str, str], why: str
) -> None:
    yesterday, at = datetime(2026, 11, 19, 15, 5, tzinfo=UTC), datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
    put(desk.hotel, yesterday, placed(7, yesterday, dispatchStatus="Outstanding", paymentStatus="Pending"))
    put(desk.hotel, at, moved(7, at, yesterday, dispatchStatus="Outstanding", **changed))
    assert f'title="30 minutes {why}">30 min<' in viewer_client.get(f"{DESK}?id=7").text


def said(client: Client, number: int) -> str:
    """The text of an order's page."""
    plain = " ".join(re.sub("<[^>]+>", " ", client.get(f"{DESK}{number}/").text).split())
    return re.sub(" ([.,])", r"\1", plain)


def test_what_was_paid_before_it_was_first_seen_waits_at_least_so_long_above_and_beside(
    desk: Any, viewer_client: Client
) -> None:
    yesterday, at = datetime(2026, 11, 19, 10, tzinfo=UTC), datetime(2026, 11, 20, 11, 58, tzinfo=UTC)
    first = datetime(2026, 11, 20, 11, 59, tzinfo=UTC)
    put(desk.hotel, first, moved(7, at, yesterday, dispatchStatus="Outstanding", paymentStatus="Paid"))
    page = said(viewer_client, 7)
    assert "Paid and Outstanding for at least 2 minutes; the limit is 2 working days." in page
    assert "Waiting since today 11:58 at the latest." in page
    assert "Status Paid since today 11:58 at the latest, at least 2 minutes" in page
    assert "Dispatch at Glu Outstanding since yesterday 10:00, 26 hours" in page
    why = "at least 2 minutes since it was paid, Friday 20 November 2026, 11:58:00 Europe/London at the latest"
    assert f'title="{why}">2 min<' in viewer_client.get(f"{DESK}?id=7").text
    put(desk.hotel, first, moved(8, at, yesterday, dispatchStatus="Packed", paymentStatus="Pending"))
    page = said(viewer_client, 8)
    assert "Payment Pending for 1 day; the limit at a gateway is 30 minutes." in page
    assert "Dispatch at Glu Packed since today 11:58 at the latest, at least 2 minutes" in page


def test_what_was_seen_to_be_paid_waits_since_then_above_and_beside(desk: Any, viewer_client: Client) -> None:
    yesterday, at = datetime(2026, 11, 19, 10, tzinfo=UTC), datetime(2026, 11, 20, 11, 58, tzinfo=UTC)
    put(desk.hotel, yesterday, placed(7, yesterday, dispatchStatus="Outstanding", paymentStatus="Pending"))
    put(desk.hotel, at, moved(7, at, yesterday, dispatchStatus="Outstanding", paymentStatus="Paid"))
    page = said(viewer_client, 7)
    assert "Paid and Outstanding for 2 minutes; the limit is 2 working days. Waiting since today 11:58." in page
    assert "Status Paid since today 11:58, 2 minutes" in page
    assert "Dispatch at Glu Outstanding since yesterday 10:00, 26 hours" in page
    assert "at the latest" not in page


def test_a_gone_order_is_late_no_more(desk: Any, viewer_client: Client) -> None:
    mark_gone(desk.hotel, list(desk.hotel.orders.filter(glu_id=1)), EPOCH)
    assert shown(viewer_client, "id=1") == {1: ""}
    assert "attention-h" not in viewer_client.get(f"{DESK}1/").content.decode()


def test_a_file_says_since_when_each_has_waited(desk: Any) -> None:
    query = parse_query("id=1,6&sort=created", desk.hotel)
    rows = list(csv.reader(io.StringIO("".join(csv_texts(desk.hotel, query, Choice(form="plain"), lines=False)))))
    place = next(place for place, heading in enumerate(rows[0]) if heading.startswith("Waiting since"))
    assert [row[place][:16].replace("T", " ") for row in rows[1:]] == ["", "2026-11-17 09:00"]


def test_an_order_says_how_long_it_has_its_statuses_and_what_is_usual(desk: Any, viewer_client: Client) -> None:
    kinds = [["dispatch", "Outstanding", "Royal Mail", 86_400, 2 * 86_400]]
    TypicalTimes.across_organisations.create(organisation=desk.hotel, kinds=kinds, due_at=EPOCH)
    page = text(viewer_client.get(f"{DESK}1/").content.decode())
    usual = "of orders by Royal Mail, half leave Outstanding within 24 hours of being paid, 95 of 100 within 2 days."
    assert f"limit for Royal Mail is 2. That is longer than usual: {usual}" in page
    assert re.search(rf"Dispatch at Glu Outstanding since [^,]+, 3 days O{re.escape(usual[1:])}", page)
    assert shown(viewer_client, "has=stuck") == {
        1: "3 wd Late, waiting longer than usual",
        2: "2 wd Waiting longer than usual",
    }
    young = text(viewer_client.get(f"{DESK}3/").content.decode())
    assert "longer than usual" not in young
    assert "5 hours O" + usual[1:] in young


def text(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())
