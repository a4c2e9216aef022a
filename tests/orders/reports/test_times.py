"""Times are told of orders that were followed, and every number has a list that counts the same."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.orders import write_orders
from orders.reports import schedule as schedule_module
from orders.reports import times as times_module
from orders.reports.period import Period
from orders.reports.schedule import schedule
from orders.reports.times import Took, times
from orders.search import find_orders, parse_query
from tests.orders.builders import order

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
JUNE = Period(date(2026, 6, 1), date(2026, 6, 30), "month")


def seen(
    organisation: Organisation, glu_id: int, *, placed: datetime = MONDAY, after: timedelta, **fields: Any
) -> None:
    """An order as it was seen so long after it was placed; a later sight of it is a change."""
    moment = placed + after
    stamps = {"createdAt": placed.isoformat(), "updatedAt": moment.isoformat()}
    row = order(glu_id, **{"deliveryMethodName": "Post", "paymentMethod": "Gateway", **fields, **stamps})
    write_orders(organisation, read_rows([row]), moment)


def sent(organisation: Organisation, glu_id: int, days: int, **fields: Any) -> None:
    """An order that was paid at once and sent so many days after it was placed."""
    seen(organisation, glu_id, after=timedelta(minutes=1), paymentStatus="Paid", dispatchStatus="Outstanding", **fields)
    seen(
        organisation,
        glu_id,
        after=timedelta(days=days, hours=1),
        paymentStatus="Paid",
        dispatchStatus="Dispatched",
        **fields,
    )


def equal_lists(organisation: Organisation, period: Period = JUNE) -> None:
    found = times(organisation, period)
    tooks: list[Took[Any]] = [*found.dispatch, *found.payment]
    for took in tooks:
        for n, text in ((took.done, took.done_query), (took.left, took.left_query)):
            asked = parse_query(text, organisation)
            assert asked.ok
            assert find_orders(organisation, asked.criteria).count() == n, text


def test_dispatch_takes_working_days(house: Any) -> None:
    sent(house.hotel, 1, 0)
    sent(house.hotel, 2, 2)
    sent(house.hotel, 3, 7)  # with a weekend in it
    post = times(house.hotel, JUNE).dispatch[0]
    assert (post.method, post.done, post.known, post.median, post.high) == ("Post", 3, 3, 2, None)
    for glu_id in range(4, 21):
        sent(house.hotel, glu_id, 7)
    assert times(house.hotel, JUNE).dispatch[0].high == 5
    equal_lists(house.hotel)


def test_dispatch_waits_for_a_payment_that_was_seen(house: Any) -> None:
    seen(house.hotel, 1, after=timedelta(0), paymentStatus="Pending", dispatchStatus="Outstanding")
    seen(house.hotel, 1, after=timedelta(days=9), paymentStatus="Paid", dispatchStatus="Outstanding")
    seen(house.hotel, 1, after=timedelta(days=10), paymentStatus="Paid", dispatchStatus="Dispatched")
    found = times(house.hotel, JUNE)
    assert found.dispatch[0].median == 1
    assert found.payment[0].median == timedelta(days=9)


def test_what_was_not_followed_is_counted_but_not_known(house: Any) -> None:
    seen(house.hotel, 1, after=timedelta(days=2), paymentStatus="Paid", dispatchStatus="Dispatched")
    seen(house.hotel, 2, after=timedelta(days=2), paymentStatus="Pending", dispatchStatus="Packed")
    found = times(house.hotel, JUNE)
    for took in (found.dispatch[0], found.payment[0]):
        assert (took.done, took.known, took.median, took.high, took.left) == (1, 0, None, None, 1)
    equal_lists(house.hotel)


def test_scheduled_orders_are_no_slow_ones(house: Any) -> None:
    sent(house.hotel, 1, 20, scheduledDeliveryAt="2026-06-21T09:00:00+00:00")
    found = times(house.hotel, JUNE)
    assert found.dispatch == []
    assert found.payment[0].done == 1
    equal_lists(house.hotel)


def test_methods_are_told_apart_and_none_given_too(house: Any) -> None:
    sent(house.hotel, 1, 1, deliveryMethodName=None, paymentMethod="")
    sent(house.hotel, 2, 3, deliveryMethodName="")
    sent(house.hotel, 3, 3)
    assert [(took.method, took.done) for took in times(house.hotel, JUNE).dispatch] == [("", 2), ("Post", 1)]
    equal_lists(house.hotel)


def test_of_too_many_orders_the_newest_whole_days_are_told(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for glu_id in range(1, 7):
        sent(house.hotel, glu_id, 1, placed=MONDAY + timedelta(days=glu_id // 2))
    monkeypatch.setattr(times_module, "MOST", 4)
    found = times(house.hotel, JUNE)
    assert (found.first, found.is_all) == (date(2026, 6, 3), False)
    assert found.dispatch[0].done == 3
    equal_lists(house.hotel)


def test_the_days_to_come_are_the_organisations_own(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel("2026-06-30T23:30:00+00:00", tick=False):  # it is July in London
        for glu_id, at in enumerate(["2026-06-30T22:59:59", "2026-06-30T23:00:00", "2026-07-02T09:00:00"], 1):
            seen(house.hotel, glu_id, after=timedelta(0), dispatchStatus="Scheduled", scheduledDeliveryAt=f"{at}+00:00")
        seen(
            house.hotel, 9, after=timedelta(0), dispatchStatus="Dispatched", scheduledDeliveryAt="2026-07-02T09:00:00Z"
        )
        found = schedule(house.hotel)
        assert [(str(day.day), day.orders) for day in found.days if day.orders] == [
            ("2026-07-01", 1),
            ("2026-07-02", 1),
        ]
        for day in (*found.days, found.whole):
            asked = parse_query(day.query, house.hotel)
            assert find_orders(house.hotel, asked.criteria).count() == day.orders
        monkeypatch.setattr(schedule_module, "MOST", 1)
        found = schedule(house.hotel)
        assert ([str(day.day) for day in found.days], found.is_all) == (["2026-07-01"], False)
