"""Observed changes in words: what was seen for the first time, and between when and when something happened."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from orders.models import OrderChange
from orders.views.timeline.changes import change_entries, news_entries
from tests.orders.builders import order, write

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def changed(house: Any, field: str, old: str | None, new: str | None, **more: Any) -> OrderChange:
    write(house.hotel, order(41, currencyCode="GBP"))
    found: OrderChange = house.hotel.order_changes.create(
        order=house.hotel.orders.get(glu_id=41), field=field, old=old, new=new, **{"seen_new_at": NOON, **more}
    )
    return found


def test_what_was_paid_is_said_to_be_seen_first_where_nothing_was_known(house: Any) -> None:
    change = changed(house, "settled", None, "10995 200")
    told = news_entries([change], change.order, house.hotel.zone)
    assert [(entry.what, entry.compares) for entry in told] == [
        ("Paid: £109.95 seen first", False),
        ("Refunded or charged back: £2.00 seen first", False),
    ]
    change.old = "9995 200"
    [moved] = news_entries([change], change.order, house.hotel.zone)
    assert (moved.what, moved.old, moved.new, moved.compares) == ("Paid", "£99.95", "£109.95", True)


@time_machine.travel(NOON)
def test_between_when_and_when_is_a_phrase_of_one_piece(house: Any) -> None:
    night = {
        "seen_old_at": datetime(2026, 11, 19, 22, tzinfo=UTC),
        "seen_new_at": datetime(2026, 11, 20, 1, tzinfo=UTC),
    }
    change = changed(house, "type", "A", "B", **night)
    [entry] = change_entries([change], change.order, house.hotel.zone)
    assert entry.when == "between yesterday 22:00 and 01:00"


def test_a_line_without_a_name_is_a_line(house: Any) -> None:
    change = changed(house, OrderChange.ADDED, None, None, line_glu_id=7)
    [entry] = change_entries([change], change.order, house.hotel.zone)
    assert entry.what == "A line was added"
    change.line_name = "Tea"
    assert change_entries([change], change.order, house.hotel.zone)[0].what == "Tea was added"


@pytest.mark.parametrize(
    ("field", "new", "said"),
    [
        ("transaction", "/transactions/5000055", "Transaction 5000055 was added"),
        ("billingContact", '{"id": 88, "name": "Sam"}', "Billing contact 88 was added"),
        ("deliveryContact", '{"name": "Sam…', '{"name": "Sam…'),
        ("phoneNumber", "07700 900123", "Buyer’s phone: 07700 900123 seen first"),
        ("total", "1200", "Total: £12.00 seen first"),
    ],
)
def test_a_first_value_is_no_move_from_nothing(house: Any, field: str, new: str, said: str) -> None:
    change = changed(house, field, None, new)
    [entry] = change_entries([change], change.order, house.hotel.zone)
    assert said in entry.what
    assert not entry.compares
    change.old = "1"
    assert change_entries([change], change.order, house.hotel.zone)[0].compares
