"""Many rows written at once stand in the table as they were given, on either database."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, connection

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import found, save, update, upsert
from orders.models import MirrorRun, Order, OrderCounter
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
    assert found(hotel, Order, COLUMNS, by="id", among=[row.pk]) == [(row.pk, *values)]
    update(Order, COLUMNS, [(row.pk, *[None] * 5)])
    assert hotel.orders.values_list(*COLUMNS[1:]).get() == (None,) * 5
    assert found(hotel, Order, COLUMNS, by="glu_id", among=[41]) == [(row.pk, *[None] * 5)]


def test_only_the_organisations_own_rows_are_found(house: Any) -> None:
    write(house.hotel, order(41), order(42), order(43))
    write(house.golf, order(41), order(44))
    theirs = [row.pk for row in house.golf.orders.all()]
    assert sorted(found(house.hotel, Order, ("glu_id",), by="glu_id", among={41, 43, 44})) == [(41,), (43,)]
    assert found(house.hotel, Order, ("glu_id",), by="id", among=theirs) == []
    assert found(house.hotel, Order, ("glu_id",), by="glu_id", among=[]) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the plan as SQLite says it")
@pytest.mark.parametrize("by", ["id", "glu_id"])
def test_rows_are_found_without_reading_the_whole_organisation(hotel: Organisation, by: str) -> None:
    """A plan by the organisation alone would do for one page, and be slow once there are many."""
    plans: list[str] = []

    def _explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        execute(f"EXPLAIN QUERY PLAN {sql}", params, many, context)
        plans.extend(row[3] for row in context["cursor"].fetchall())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(_explained):
        found(hotel, Order, ("gone_at",), by=by, among=[1, 2])
    assert plans
    assert not [plan for plan in plans if plan.endswith("(organisation_id=?)")]


def test_the_named_columns_of_a_row_are_saved_and_no_others(hotel: Organisation) -> None:
    moment = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    run = hotel.mirror_runs.create(kind=MirrorRun.Pass.HISTORY, started_at=moment)
    other = hotel.mirror_runs.create(kind=MirrorRun.Pass.CHANGES, started_at=moment)
    run.rows, run.error, run.read_as_of, run.newest_at_start = 7, "100 %", moment, None
    run.created = 8
    save(run, "rows", "error", "read_as_of", "newest_at_start")
    run.created = 0
    assert MirrorRun.across_organisations.filter(pk=run.pk).values().get() == {
        field.attname: getattr(run, field.attname) for field in MirrorRun._meta.concrete_fields
    }
    assert hotel.mirror_runs.get(pk=other.pk).rows == 0


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
