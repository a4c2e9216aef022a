"""Since when an order has its statuses and waits, as far as what was seen of it tells."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.gone import mark_gone
from orders.mirror.writing.orders import write_orders
from orders.models import Order
from orders.models.waiting import waiting
from tests.orders.builders import order

SEEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def write(organisation: Organisation, seen: datetime, **fields: Any) -> Order:
    """Order 41 as it is here once Glu has said it so, created four days before SEEN."""
    row = order(41, (SEEN - 4 * DAY).isoformat(), **fields)
    write_orders(organisation, read_rows([row]), seen)
    return organisation.orders.get()


def since(found: Order) -> tuple[datetime | None, datetime | None, datetime | None]:
    return found.dispatch_since, found.payment_since, found.waiting_since


def test_an_order_has_what_orders_begin_with_since_its_creation(house: Any) -> None:
    changed = (SEEN - DAY).isoformat()
    found = write(house.hotel, SEEN, dispatchStatus="Outstanding", paymentStatus="Pending", updatedAt=changed)
    assert since(found) == (SEEN - 4 * DAY,) * 3


def test_what_cannot_be_known_began_with_the_last_change_at_the_latest(house: Any) -> None:
    changed = (SEEN - DAY).isoformat()
    found = write(house.hotel, SEEN, dispatchStatus="Outstanding", paymentStatus="Paid", updatedAt=changed)
    assert since(found) == (SEEN - 4 * DAY, SEEN - DAY, SEEN - DAY)


def test_a_change_began_at_glus_stamp_where_that_is_between_both_sightings(house: Any) -> None:
    write(house.hotel, SEEN, dispatchStatus="Outstanding", paymentStatus="Pending")
    paid = (SEEN + 3 * MINUTE).isoformat()
    found = write(house.hotel, SEEN + 5 * MINUTE, dispatchStatus="Outstanding", paymentStatus="Paid", updatedAt=paid)
    assert since(found) == (SEEN - 4 * DAY, SEEN + 3 * MINUTE, SEEN + 3 * MINUTE)


@pytest.mark.parametrize("stamp", [SEEN - MINUTE, SEEN + 6 * MINUTE])
def test_a_change_began_when_it_was_seen_where_glus_stamp_is_elsewhere(house: Any, stamp: datetime) -> None:
    write(house.hotel, SEEN, dispatchStatus="Outstanding", paymentStatus="Pending", updatedAt="2026-11-16T12:00:00Z")
    found = write(house.hotel, SEEN + 5 * MINUTE, dispatchStatus="Packed", updatedAt=stamp.isoformat())
    assert found.dispatch_since == SEEN + 5 * MINUTE


def test_what_stays_stays_since_when_it_was(house: Any) -> None:
    first = write(house.hotel, SEEN, dispatchStatus="Packed", paymentStatus="Paid")
    again = write(
        house.hotel,
        SEEN + 5 * MINUTE,
        dispatchStatus="Packed",
        paymentStatus="Paid",
        total=7,
        updatedAt=(SEEN + MINUTE).isoformat(),
    )
    assert again.total == 7
    assert since(again) == since(first)


@pytest.mark.parametrize(
    ("dispatch", "payment", "waits_for"),
    [
        ("Outstanding", "Pending", "payment"),
        ("Dispatched", "Pending", "payment"),
        (None, "Failed", "payment"),
        ("Packed", "Paid", "both"),
        ("Scheduled", None, "both"),
        ("Failed", "Beamed", "both"),
        ("Cancelled", "Pending", ""),
        ("Outstanding", "Refunded", ""),
        ("Dispatched", "Paid", ""),
        ("Beamed", "Paid", ""),
        (None, None, ""),
        (7, ["Paid"], ""),
    ],
)
def test_only_what_is_open_waits(house: Any, dispatch: Any, payment: Any, waits_for: str) -> None:
    found = write(house.hotel, SEEN, dispatchStatus=dispatch, paymentStatus=payment, updatedAt=SEEN.isoformat())
    assert found.dispatch_since
    assert found.payment_since
    expected = {"": None, "payment": found.payment_since, "both": max(found.dispatch_since, found.payment_since)}
    assert found.waiting_since == expected[waits_for]


def test_a_gone_order_waits_for_nothing_until_it_is_back(house: Any) -> None:
    found = write(house.hotel, SEEN, dispatchStatus="Outstanding", paymentStatus="Paid")
    mark_gone(house.hotel, [found], SEEN + DAY)
    assert house.hotel.orders.get().waiting_since is None
    back = write(house.hotel, SEEN + 2 * DAY, dispatchStatus="Outstanding", paymentStatus="Paid")
    assert back.gone_at is None
    assert since(back) == since(found)


def test_no_status_began_later_than_it_was_seen(house: Any) -> None:
    """Glu's clock may be wrong, and a creation lie in the future."""
    row = order(41, "2031-01-01T00:00:00+00:00", dispatchStatus="Packed", paymentStatus="Pending")
    write_orders(house.hotel, read_rows([row]), SEEN)
    assert since(house.hotel.orders.get()) == (SEEN,) * 3


STATUSES = (["Outstanding", "Packed", "Scheduled", "Cancelled", None, "Beamed"], ["Pending", "Paid", "Refunded", None])
STORY = st.lists(
    st.tuples(st.sampled_from(STATUSES[0]), st.sampled_from(STATUSES[1]), st.integers(-4, 4)), min_size=1, max_size=5
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STORY, min_size=1, max_size=4), st.booleans())
def test_the_migration_tells_of_rows_that_are_here_what_the_writer_tells(
    house: Any, stories: list[Any], gone: bool
) -> None:
    """From the recorded changes alone, whatever became of an order."""
    house.hotel.orders.all().delete()
    for glu_id, story in enumerate(stories, 1):
        for step, (dispatch, payment, minutes) in enumerate(story):
            seen = SEEN + step * 5 * MINUTE
            stamp = (seen + minutes * MINUTE).isoformat()
            row = order(glu_id, "2026-11-18T12:00:00Z", updatedAt=stamp, dispatchStatus=dispatch, paymentStatus=payment)
            write_orders(house.hotel, read_rows([row]), seen, accept_older=True)
    if gone:
        mark_gone(house.hotel, list(house.hotel.orders.filter(glu_id=1)), SEEN + DAY)
    told = {found.glu_id: since(found) for found in house.hotel.orders.all()}
    house.hotel.orders.update(dispatch_since=None, payment_since=None, waiting_since=SEEN)
    migration = import_module("orders.migrations.0027_waiting")
    migration.fill(apps, None)
    for row in house.hotel.orders.all():
        story, found = stories[row.glu_id - 1], since(row)
        moved = [place for place in (0, 1) if len({step[place] for step in story}) > 1]
        known = moved if len(story) > 1 else [0, 1]
        assert all(found[place] == told[row.glu_id][place] for place in known)
        assert all(found[:2])
        expected = waiting(row.dispatch_status, row.payment_status, *found[:2]).waiting_since  # type: ignore[arg-type]
        assert found[2] == (None if row.gone_at else expected)
