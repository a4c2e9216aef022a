"""Money back is what a plain count of the transactions says, and every row leads to just the orders that it counts."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation
from orders.reports.money_back import Back, folded_rows, money_back
from orders.reports.period import By, Period
from orders.search import find_orders, parse_query
from tests.orders.asked import STAMPS
from tests.orders.builders import order, transact, transaction, write

LONDON = ZoneInfo("Europe/London")
CODES = {1: "GBP", 2: "gbp ", 3: "EUR", 4: None, 5: "GBP"}
KINDS = ["Refund", "Refund", "Chargeback", "Refund Failure", "Chargeback Reversal", "Payment", "Gift", None]
MOVED = st.tuples(
    st.sampled_from([*CODES, 99, None]),
    st.sampled_from(KINDS),
    st.sampled_from(STAMPS),
    st.sampled_from([1000, -250, 1, 0, None]),
    st.sampled_from(["GBP", "GBP", "EUR", None]),
)


@pytest.fixture
def desk(house: Any) -> Organisation:
    write(house.hotel, *(order(n, "2025-12-01T10:00:00+00:00", currencyCode=code) for n, code in CODES.items()))
    write(house.golf, order(1))
    transact(house.golf, transaction(1, 1, "Refund", STAMPS[3]))
    hotel: Organisation = house.hotel
    return hotel


def shown(code: Any) -> str:
    return (code or "").strip().upper()


def day_of(at: str) -> date:
    return datetime.fromisoformat(f"{at}+00:00").astimezone(LONDON).date()


def plain(rows: list[Any], first: date, last: date, code: str) -> Back:
    """The days' transactions of orders in one currency, counted one by one."""
    orders, sums = set(), dict.fromkeys(KINDS, 0)
    for of, kind, at, amount, own in rows:
        if of not in CODES or shown(CODES[of]) != code or not first <= day_of(at) <= last:
            continue
        if kind in ("Refund", "Chargeback"):
            orders.add(of)
        if amount is not None and shown(own) == code:
            sums[kind] += abs(amount)
    failed = sums["Refund Failure"] + sums["Chargeback Reversal"]
    return Back(len(orders), sums["Refund"], sums["Chargeback"], failed)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MOVED, max_size=12), st.sampled_from(["day", "week", "month"]))
@example([(1, "Refund", stamp, 100, "GBP") for stamp in STAMPS], "day")
@example([(1, "Refund", STAMPS[4], None, "GBP"), (99, "Refund", STAMPS[4], 5, "EUR")], "month")
def test_it_is_a_plain_count_of_the_transactions(desk: Organisation, rows: list[Any], by: By) -> None:
    desk.transactions.all().delete()
    transact(
        desk,
        *(
            transaction(n, of, kind, at, amount, currencyCode=own)
            for n, (of, kind, at, amount, own) in enumerate(rows, 1)
        ),
    )
    period = Period(date(2026, 3, 1), date(2026, 10, 25), by)
    found = money_back(desk, period, most=None)
    for section in found.sections:
        code = section.currency
        assert section.whole.back == plain(rows, period.first, period.last, code)
        for part, row in zip(period.slices(), section.rows, strict=True):
            assert row.back == plain(rows, part.first, part.last, code)
        for row in (*section.rows, section.whole):
            assert bool(row.query) == bool(row.back.orders)
            if row.query:
                query = parse_query(row.query, desk)
                assert query.ok
                assert find_orders(desk, query.criteria).count() == row.back.orders
        assert {row.query for row in folded_rows(period, section)} >= {row.query for row in section.rows}
    told = [one for one in found.movements if one.left_out]
    amounts = sum(one.amount or 0 for one in found.movements if not one.left_out)
    assert amounts == sum(section.whole.back.whole for section in found.sections)
    assert sum(map(len, found.left_out.values())) == len(told)
    within = [at for _, kind, at, *_ in rows if kind in KINDS[:5] and period.first <= day_of(at) <= period.last]
    assert len(found.movements) == len(within)
    assert [one.at for one in found.movements] == sorted((one.at for one in found.movements), reverse=True)


def test_a_month_that_is_over_stays_as_it_was_when_a_refund_fails_in_the_next(desk: Organisation) -> None:
    october, november = (Period(date(2026, n, 1), date(2026, n, 30), "month") for n in (10, 11))
    transact(desk, transaction(1, 1, "Refund", "2026-10-30T10:00:00"))
    before = money_back(desk, october).sections
    transact(desk, transaction(2, 1, "Refund Failure", "2026-11-03T10:00:00"))
    assert money_back(desk, october).sections == before
    [section] = money_back(desk, november).sections
    assert section.whole.back == Back(0, 0, 0, 1000)
    assert section.whole.back.whole == -1000


def test_what_cannot_be_added_is_told_with_its_reason(desk: Organisation) -> None:
    transact(
        desk,
        transaction(1, 1, "Refund", "2026-10-01T10:00:00", None),
        transaction(2, 1, "Refund", "2026-10-02T10:00:00", currencyCode="EUR"),
        transaction(3, 99, "Refund", "2026-10-03T10:00:00"),
        transaction(4, None, "Refund Failure", "2026-10-04T10:00:00"),
        transaction(5, 2, "Refund", "2026-10-05T10:00:00", 300),
    )
    found = money_back(desk, Period(date(2026, 10, 1), date(2026, 10, 31), "month"))
    assert [(one.order, one.amount, one.left_out) for one in found.movements] == [
        (2, 300, None),
        (None, -1000, "order"),
        (99, 1000, "order"),
        (1, 1000, "currency"),
        (1, None, "amount"),
    ]
    [section] = found.sections
    assert section.whole.back == Back(2, 300, 0, 0)


def test_one_currency_is_asked_for_and_the_others_are_named(desk: Organisation) -> None:
    transact(
        desk,
        transaction(1, 1, "Refund", "2026-10-01T10:00:00"),
        transaction(2, 3, "Refund", "2026-10-02T10:00:00", currencyCode="EUR"),
        transaction(3, 99, "Refund", "2026-10-03T10:00:00", currencyCode="EUR"),
    )
    october = Period(date(2026, 10, 1), date(2026, 10, 31), "month")
    found = money_back(desk, october, "EUR")
    assert [section.currency for section in found.sections] == ["EUR"]
    assert [(row.words, row.query) for row in found.others] == [("GBP", "currency=GBP")]
    assert [one.order for one in found.movements] == [99, 3]
    assert [section.currency for section in money_back(desk, october, most=1).sections] == ["EUR"]
