"""Where the desk and Glu disagree: sent here and open there, and the other way round."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from glu_admin.tenancy.models import Organisation
from orders.desk.marks import Kind, set_marks, undo_batch
from orders.search import find_orders, parse_query
from tests.orders.builders import order, write

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def found(organisation: Organisation, flag: str) -> set[int]:
    criteria = parse_query(f"has={flag}", organisation).criteria
    return set(find_orders(organisation, criteria).values_list("glu_id", flat=True))


def changed(organisation: Organisation, glu_id: int, at: datetime, new: str = "Dispatched") -> None:
    """The record of a change of dispatch status, as the mirror writes it."""
    one = organisation.orders.get(glu_id=glu_id)
    one.changes.create(organisation=organisation, field="dispatchStatus", old="Packed", new=new, seen_new_at=at)


def test_what_was_sent_here_is_given_some_hours_to_show_at_glu(house: Any) -> None:
    statuses = ("Outstanding", "Packed", "Dispatched", None)
    write(house.hotel, *(order(n, dispatchStatus=status) for n, status in enumerate(statuses, 1)))
    with time_machine.travel(MOMENT, tick=False):
        set_marks(house.hotel, house.hotel.orders.exclude(glu_id=2), Kind.POSTED, house.staff)
        set_marks(house.hotel, house.hotel.orders.filter(glu_id=2), Kind.HANDED_OVER, house.staff)
    with time_machine.travel(MOMENT + timedelta(hours=3), tick=False):
        assert found(house.hotel, "unconfirmed") == set()
    with time_machine.travel(MOMENT + timedelta(hours=5), tick=False):
        assert found(house.hotel, "unconfirmed") == {1, 2}
        batch = house.hotel.order_marks.get(order_glu_id=1).batch
        undo_batch(house.hotel, batch, house.staff)
        assert found(house.hotel, "unconfirmed") == {2}


def test_what_was_dispatched_at_glu_is_missed_only_where_marks_are_used_and_lately(house: Any) -> None:
    write(house.hotel, *(order(n, dispatchStatus="Dispatched") for n in range(1, 7)), order(7, dispatchStatus="Packed"))
    house.hotel.orders.filter(glu_id=6).update(delivery_method_type="Email")
    with time_machine.travel(MOMENT, tick=False):
        for glu_id in (1, 2, 6, 7):
            changed(house.hotel, glu_id, MOMENT - timedelta(hours=1))
        changed(house.hotel, 3, MOMENT - timedelta(days=8))
        changed(house.hotel, 5, MOMENT - timedelta(hours=1), new="Packed")
        assert found(house.hotel, "unmarked") == set()  # nobody marks anything
    with time_machine.travel(MOMENT - timedelta(days=9), tick=False):
        set_marks(house.hotel, house.hotel.orders.filter(glu_id=4), Kind.POSTED, house.staff)
    with time_machine.travel(MOMENT, tick=False):
        assert found(house.hotel, "unmarked") == {1, 2}
        set_marks(house.hotel, house.hotel.orders.filter(glu_id=1), Kind.POSTED, house.staff)
        assert found(house.hotel, "unmarked") == {2}
