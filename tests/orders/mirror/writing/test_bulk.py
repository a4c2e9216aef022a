"""Many rows written at once stand in the table as they were given, on either database."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, connection

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import update, upsert
from orders.models import Order, OrderCounter
from orders.models.counter import ADDED, COUNTED_FIELDS
from tests.orders.builders import order, write

pytestmark = pytest.mark.django_db

TEXTS = ["plain", "O’Dowd", 'it\'s 100 % \\N {"a": [1]}', "two\nlines\t", "王 🎁 عيد", "", "%s %(x)s $1 ::int", None]
COLUMNS = ("id", "customer_name", "total", "updated_at", "uuid", "email_to_recipient")


@pytest.fixture
def hotel(house: Any) -> Organisation:
    hotel: Organisation = house.hotel
    return hotel


@pytest.mark.parametrize("text", TEXTS)
def test_values_come_back_as_they_were_given(hotel: Organisation, text: str | None) -> None:
    write(hotel, order(41))
    row = hotel.orders.get()
    values = (text, 2**62, datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC), UUID(int=2**100 + 7), True)
    update(Order, COLUMNS, [(row.pk, *values)])
    assert hotel.orders.values_list(*COLUMNS[1:]).get() == values
    update(Order, COLUMNS, [(row.pk, *[None] * 5)])
    assert hotel.orders.values_list(*COLUMNS[1:]).get() == (None,) * 5


def test_what_is_to_be_added_is_added(hotel: Organisation) -> None:
    columns = ("organisation", *COUNTED_FIELDS, *ADDED)
    for n in (3, 4):  # as the counters of orders have it
        row = (hotel.pk, *["Paid"] * len(COUNTED_FIELDS), *[n] * len(ADDED))
        upsert(OrderCounter, columns, [row], unique=("organisation", *COUNTED_FIELDS), add=("n",))
    assert hotel.order_counters.values_list("n", "with_total").get() == (7, 4)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite’s texts have no length")
def test_a_text_that_is_too_long_is_refused_and_never_cut(hotel: Organisation) -> None:
    write(hotel, order(41))
    with pytest.raises(DataError):
        update(Order, ("id", "payload_hash"), [(hotel.orders.get().pk, "a" * 1000)])
