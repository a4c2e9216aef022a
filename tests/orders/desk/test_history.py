"""What left on a day, by the organisation's own clock."""

from datetime import UTC, date, datetime
from typing import Any

import time_machine

from orders.desk.history import day_of
from orders.desk.marks import Kind, set_marks, undo_mark
from tests.orders.builders import order, write


def test_a_day_is_the_organisations_and_counts_what_stands(house: Any) -> None:
    write(house.hotel, *(order(n, deliveryMethodName="Post" if n < 4 else "Box") for n in range(1, 7)))
    times = ["2026-06-30T22:59:59", "2026-06-30T23:00:00", "2026-07-01T12:00:00", "2026-07-01T22:59:59"]
    for glu_id, time in enumerate(times, 1):
        with time_machine.travel(datetime.fromisoformat(f"{time}+00:00"), tick=False):
            who = house.staff if glu_id < 4 else house.manager
            set_marks(house.hotel, house.hotel.orders.filter(glu_id=glu_id), Kind.POSTED, who)
    with time_machine.travel(datetime(2026, 7, 1, 13, tzinfo=UTC), tick=False):
        set_marks(house.hotel, house.hotel.orders.filter(glu_id=5), Kind.HANDED_OVER, house.staff)
        set_marks(house.hotel, house.hotel.orders.filter(glu_id=6), Kind.PREPARED, house.staff)
    undo_mark(house.hotel, house.hotel.order_marks.get(order_glu_id=3).pk, house.staff)
    found = day_of(house.hotel, date(2026, 7, 1))
    assert [mark.order_glu_id for mark in found.marks] == [4, 5, 3, 2]
    assert (found.n, found.undone) == (3, 1)
    assert {(one.method, one.kind, one.n) for one in found.sent} == {
        ("Post", "posted", 1),
        ("Box", "posted", 1),
        ("Box", "handed-over", 1),
    }
    assert found.people == [("Staff", 2), ("Manager", 1)]
