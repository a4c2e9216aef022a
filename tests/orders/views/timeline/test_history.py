"""The timeline: of one side or both, by day, folded in its middle."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from orders.desk.marks import marks_of
from orders.desk.notes import write_note
from orders.views.money_card import transactions_of
from orders.views.timeline.entries import Entry
from orders.views.timeline.history import Side, _stretches, history_of
from tests.orders.builders import order, write

ORDER = "/o/alder-house/orders/41/"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def desk(house: Any) -> Any:
    write(house.hotel, order(41, paymentStatus="Pending"))
    write(house.hotel, order(41, updatedAt="2026-11-02T10:00:00+00:00", paymentStatus="Paid"))
    write_note(house.hotel, house.hotel.orders.get(), house.staff, "Called", [], uuid4())
    house.hotel.transactions.create(
        glu_id=5, order_glu_id=41, type="Refund", amount=-300, currency_code="GBP", created_at=NOON, copied_at=NOON
    )
    return house


def names(desk: Any, side: str = "") -> set[str]:
    membership = desk.hotel.memberships.get(user=desk.staff)
    found = desk.hotel.orders.get()
    transactions = transactions_of(desk.hotel, found)
    history = history_of(desk.hotel, found, membership, side, transactions=transactions, marks=marks_of(found))
    entries = [entry for stretch in history.stretches for _, of_day in stretch.days for entry in of_day]
    assert history.count == len(entries)
    return {entry.name.partition("-")[0] for entry in entries}


def test_each_side_has_its_own_and_all_has_both(desk: Any) -> None:
    assert names(desk, "glu") == {"placed", "change", "payment"}
    assert names(desk, "here") == {"copied", "note"}
    assert names(desk) == names(desk, "nonsense") == names(desk, "glu") | names(desk, "here")


@pytest.mark.parametrize("side", list(Side))
def test_a_side_is_a_link_that_keeps_the_list(desk: Any, viewer_client: Client, side: Side) -> None:
    page = viewer_client.get(f"{ORDER}?payment=Paid&history={side.value}").content.decode()
    assert f'href="{ORDER}?payment=Paid&amp;history=here#history"' in page
    assert f'href="{ORDER}?payment=Paid#history"' in page
    assert 'href="/o/alder-house/orders/?payment=Paid"' in page
    assert page.count('aria-current="true"') == 1
    assert ("e-placed" in page, "Called" in page) == (side != Side.HERE, side != Side.GLU)


def test_every_entry_has_an_anchor_of_its_own(desk: Any, viewer_client: Client) -> None:
    page = viewer_client.get(ORDER).content.decode()
    anchors = [part.partition('"')[0] for part in page.split('id="e-')[1:]]
    assert len(anchors) == len(set(anchors)) >= 5
    assert all(f'href="#e-{anchor}"' in page for anchor in anchors)


def entries(hours: list[int]) -> list[Entry]:
    return [Entry(str(place), NOON - timedelta(hours=ago), "x", "", "", "") for place, ago in enumerate(sorted(hours))]


@time_machine.travel(NOON)
@given(st.lists(st.integers(0, 400), max_size=30))
def test_nothing_is_lost_in_the_fold(hours: list[int]) -> None:
    made = entries(hours)
    stretches = _stretches(made, NOON.tzinfo)  # type: ignore[arg-type]
    told = [entry for stretch in stretches for _, of_day in stretch.days for entry in of_day]
    assert told == made
    assert [stretch.folded for stretch in stretches].count(True) == (len(made) > 8)
    assert sum(stretch.count for stretch in stretches if not stretch.folded) == min(len(made), 8)


@time_machine.travel(NOON)
def test_days_are_the_organisations_own() -> None:
    days = [day for stretch in _stretches(entries([1, 13, 40]), NOON.tzinfo) for day, _ in stretch.days]  # type: ignore[arg-type]
    assert days == ["Today", "Yesterday", "Wednesday 18 November"]
