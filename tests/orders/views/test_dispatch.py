"""The dispatch page: what it shows to whom, what an open page costs, and its history."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from orders.desk.marks import Kind, set_marks, undo_mark
from tests.orders.builders import order, write

PAGE = "/o/alder-house/queues/dispatch/"
HTMX = {"HX-Request": "true"}
POST = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "deliveryMethodName": "Royal Mail"}


def text_of(client: Client, path: str = PAGE) -> str:
    return re.sub(r"\s+", " ", client.get(path).text)


def test_the_page_has_a_card_for_each_method_with_a_list_of_the_same_orders(house: Any, staff_client: Client) -> None:
    write(house.hotel, *(order(n, **POST) for n in range(1, 14)), order(20, **{**POST, "deliveryMethodName": '"><b>'}))
    page = text_of(staff_client)
    assert page.count('<form class="card lane"') == 2
    assert "All 13 as a list" in page
    assert "Print 14 sheets" in page
    assert "&quot;&gt;&lt;b&gt;" in page
    more = re.search(r'href="([^"]+)">\s*All 13 as a list', page)
    assert more
    listed = staff_client.get(more[1].replace("&amp;", "&")).text
    assert '<span class="n" id="count">13</span>' in listed


@time_machine.travel("2026-11-20T12:00:00+00:00", tick=False)
def test_a_row_says_how_long_it_waits_and_in_its_title_why(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1, "2026-11-17T09:00:00+00:00", **POST))
    since = "3 working days since it was placed, Tuesday 17 November 2026, 09:00:00 Europe/London"
    assert f' {since}">3 wd</span>' in text_of(viewer_client)


@time_machine.travel("2026-11-20T12:00:00+00:00", tick=False)
def test_the_strip_counts_working_days_as_other_pages_say_them(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1, "2026-11-17T09:00:00+00:00", **POST))
    shown = re.search(r'<dl class="strip" id="strip">(.*?)</dl>', text_of(viewer_client))
    assert shown
    assert re.findall(r"<dt>\s*(.*?)\s*</dt>", shown[1])[1:] == [
        "Came in today",
        "Waiting 1 working day",
        "Waiting 2 working days",
        "Waiting 3 working days or more",
    ]
    assert "limit is 2 working days" in shown[1]


def test_who_only_reads_gets_no_boxes_and_no_buttons(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1, **POST))
    page = text_of(viewer_client)
    assert ">1</a>" in page
    assert 'type="checkbox"' not in page
    assert 'name="mark"' not in page
    assert "sheets" not in page


def test_an_open_page_that_nothing_happened_to_costs_little(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(1, **POST))
    seen = re.search(r"\?seen=([^\"]+)", staff_client.get(PAGE).text)
    assert seen
    staff_client.get(PAGE)
    with CaptureQueriesContext(connection) as asked:
        assert staff_client.get(PAGE, {"seen": seen[1]}, headers=HTMX).status_code == 204
    assert len(asked.captured_queries) == 5  # session, person with memberships, and three for what may have happened
    set_marks(house.hotel, house.hotel.orders.all(), Kind.PREPARED, house.manager)
    changed = staff_client.get(PAGE, {"seen": seen[1]}, headers=HTMX)
    assert "Prepared by Manager" in changed.text
    assert '<header class="rail">' not in changed.text
    assert staff_client.get(PAGE, {"seen": seen[1]}).status_code == 200  # as a page of its own it is shown


@pytest.mark.parametrize("many", [1, 40])
def test_the_page_asks_as_little_for_many_orders_as_for_one(house: Any, staff_client: Client, many: int) -> None:
    write(house.hotel, *(order(n, **POST) for n in range(1, many + 1)))
    staff_client.get(PAGE)
    with CaptureQueriesContext(connection) as asked:
        staff_client.get(PAGE)
    assert len(asked.captured_queries) <= 50


def test_disagreements_stand_on_top(house: Any, staff_client: Client) -> None:
    write(house.hotel, *(order(n, **POST) for n in range(1, 9)))
    with time_machine.travel(now() - timedelta(hours=5)):
        set_marks(house.hotel, house.hotel.orders.filter(glu_id__lte=7), Kind.POSTED, house.manager)
    write(house.hotel, order(8, **{**POST, "dispatchStatus": "Dispatched", "updatedAt": now().isoformat()}))
    house.hotel.order_changes.update(seen_new_at=now())
    page = text_of(staff_client)
    assert "Here and Glu disagree" in page
    assert "by <bdi>Manager</bdi>; Glu still says <bdi>Outstanding</bdi>" in page
    assert "All 7 that were sent here" in page
    assert "Glu says Dispatched; not marked posted here" in page
    assert "Here and Glu disagree" not in text_of(staff_client, "/o/alder-house/queues/dispatch/history/")


def test_a_day_of_history_and_a_day_that_is_none(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(1, **POST, recipientFirstName="Kim", recipientLastName="Hale"))
    with time_machine.travel("2026-07-01T12:00:00+00:00"):
        set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.manager)
    page = text_of(staff_client, f"{PAGE}history/?day=2026-07-01")
    assert "Sent on Wednesday 1 July 2026" in page
    assert "<bdi>Manager</bdi>" in page
    assert "<bdi>Kim Hale</bdi>" in page
    assert 'href="/o/alder-house/queues/dispatch/history/?day=2026-07-02"' in page
    for odd in ("2026-02-30", "soon", "0001-01-01", "9999-12-31", ""):
        answer = staff_client.get(f"{PAGE}history/", {"day": odd})
        assert answer.status_code == 200
        assert ("That is not a day" in answer.text) == bool(odd)
    assert "undone, not counted" not in page
    undo_mark(house.hotel, house.hotel.order_marks.get().pk, house.staff)
    page = text_of(staff_client, f"{PAGE}history/?day=2026-07-01")
    assert re.findall(r'<span class="n">(.*?)</span>', page.partition("<main")[2]) == ["0", "0"]
    assert "1 undone, not counted" in page
    house.hotel.orders.all().delete()
    assert "Order removed" in text_of(staff_client, f"{PAGE}history/?day=2026-07-01")
