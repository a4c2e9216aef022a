"""The dispatch queue on cards: every number on it is what its list finds."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from orders.desk.dispatch import SHOWN, dispatch, stamp
from orders.desk.marks import Kind, set_marks, undo_batch
from orders.search import count_orders, parse_query
from tests.orders.builders import EPOCH, order, write

POST = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid"}


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    """A Friday in November, minutes after the orders were read."""
    with time_machine.travel(EPOCH + timedelta(minutes=5), tick=False):
        yield


def fill(house: Any, many: int) -> None:
    ways = [("1st Class", "post"), ("Gift box", "post"), ("Collect", "collection"), (None, None)]
    rows = []
    for n in range(1, many + 1):
        name, kind = ways[n % 4]
        placed = (now() - timedelta(days=n % 6, minutes=n)).isoformat(timespec="seconds")
        status = ["Outstanding", "Packed"][n % 2]
        lines = [{"id": 10 * n + at, "name": f"Tea {at}", "personalMessage": "Hi"} for at in range(n % 3)]
        way = {"deliveryMethodName": name, "deliveryMethodType": kind, "dispatchStatus": status}
        rows.append(order(n, placed, **{**POST, **way}, updatedAt=placed, lines=lines))
    write(house.hotel, *rows)


def test_every_number_is_what_its_list_finds(house: Any) -> None:
    fill(house, 60)
    found = dispatch(house.hotel)
    assert found.n == 60
    assert [(card.method, card.is_collected) for card in found.cards][-1] == ("Collect", True)
    parts: list[Any] = [*found.cards, *found.ages]
    for part in parts:
        assert count_orders(house.hotel, parse_query(part.query, house.hotel).criteria).n == part.n > 0
    assert sum(card.n for card in found.cards) == sum(age.n for age in found.ages) == 60
    for card in found.cards:
        since: list[Any] = [row.order.waiting_since for row in card.rows]
        assert since == sorted(since)
        assert card.oldest == card.rows[0].age
        assert (len(card.rows), card.more) == (SHOWN, card.n - SHOWN)
        assert all(row.contents.has_message == (row.order.glu_id % 3 > 0) for row in card.rows)
        assert all(row.contents.more == max(row.order.glu_id % 3 - 1, 0) for row in card.rows)


def test_the_longest_waiting_are_shown_where_more_wait_than_cards_hold(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(house, 30)
    monkeypatch.setattr("orders.desk.dispatch.MOST_COUNTED", 8)
    found = dispatch(house.hotel)
    oldest = house.hotel.orders.order_by("waiting_since", "glu_id")[:8]
    assert {row.order.glu_id for card in found.cards for row in card.rows} == {one.glu_id for one in oldest}
    assert (found.n, found.is_cut) == (8, True)


def test_the_cards_stand_by_name_however_much_is_on_them(house: Any) -> None:
    fill(house, 9)
    assert [card.method for card in dispatch(house.hotel).cards] == ["1st Class", "Gift box", "", "Collect"]
    set_marks(house.hotel, house.hotel.orders.filter(glu_id=4), Kind.POSTED, house.staff)
    assert [card.method for card in dispatch(house.hotel).cards] == ["1st Class", "Gift box", "", "Collect"]


@pytest.mark.parametrize("many", [4, 90])
def test_many_orders_take_as_few_questions_as_one(house: Any, many: int) -> None:
    fill(house, many)
    with CaptureQueriesContext(connection) as asked:
        dispatch(house.hotel)
    assert len(asked.captured_queries) == 7


def test_an_open_page_learns_of_every_mark_and_of_nothing_else(house: Any) -> None:
    fill(house, 3)
    seen = [stamp(house.hotel)]
    assert stamp(house.hotel) == seen[0]
    done = set_marks(house.hotel, house.hotel.orders.filter(glu_id=1), Kind.PREPARED, house.staff)
    seen.append(stamp(house.hotel))
    undo_batch(house.hotel, done.batch, house.staff)
    seen.append(stamp(house.hotel))
    write(house.hotel, order(4, now().isoformat(timespec="seconds"), **POST))
    seen.append(stamp(house.hotel))
    write(house.hotel, order(4, **{**POST, "dispatchStatus": "Packed", "updatedAt": now().isoformat()}))
    assert len({*seen, stamp(house.hotel)}) == 5
    with CaptureQueriesContext(connection) as asked:
        stamp(house.hotel)
    assert len(asked.captured_queries) == 3
