"""Sums: one a currency however its code is written, exact whatever the amounts, and open about what is not in them."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.mirror.writing.counts import recount
from orders.models import Order
from orders.search import (
    Added,
    Counted,
    CurrencySum,
    OrderCriteria,
    count_and_sums,
    find,
    find_orders,
    parse_query,
    read_counters,
    sum_rows,
    sums,
)
from tests.orders.builders import order, write

MOST = 2**63 - 1


def only(code: str, *numbers: int) -> CurrencySum:
    """The sum of orders without a payment status, of which no transactions are known."""
    return CurrencySum(code, Added(*numbers), (("", Added(*numbers)),))


def test_one_currency_is_one_sum_however_its_code_is_written(house: Any) -> None:
    codes = ["GBP", "gbp", "GBP ", "jpy", "JPY"]
    write(house.hotel, *(order(at, total=100 * at, currencyCode=code) for at, code in enumerate(codes, 1)))
    expected = [only("GBP", 3, 3, 600), only("JPY", 2, 2, 900)]
    assert sums(house.hotel, OrderCriteria()) == sum_rows(list(house.hotel.orders.all())) == expected
    assert sorted(house.hotel.orders.values_list("currency_code", flat=True)) == sorted(codes)


def test_an_amount_is_found_in_the_unit_of_its_currency(house: Any) -> None:
    codes = ["gbp ", "RSD", "jpy", "IQD", "ABC"]
    write(house.hotel, *(order(at, total=150_000, currencyCode=code) for at, code in enumerate(codes, 1)))
    for text, ids in (("1500", [1, 2]), ("150000", [3, 5]), ("150", [4])):
        found = find_orders(house.hotel, parse_query(f"total={text}", house.hotel).criteria)
        assert sorted(found.values_list("glu_id", flat=True)) == ids


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-(2**63), MOST) | st.sampled_from([MOST, -(2**63), -1, 0]) | st.none(), max_size=6))
def test_sums_are_exact_and_cannot_overflow(house: Any, totals: list[int | None]) -> None:
    house.hotel.orders.all().delete()
    recount(house.hotel)
    write(house.hotel, *(order(at, total=total) for at, total in enumerate(totals, 1)))
    known = [total for total in totals if total is not None]
    expected = [only("GBP", len(totals), len(known), sum(known))] if totals else []
    assert sums(house.hotel, OrderCriteria()) == sum_rows(list(house.hotel.orders.all())) == expected
    counted = parse_query("created=2000-01-01..", house.hotel).criteria
    added = count_and_sums(house.hotel, counted, find(house.hotel, counted), read_counters(house.hotel))
    assert sums(house.hotel, counted) == added[1] == expected
    exactly = count_and_sums(
        house.hotel, OrderCriteria(), find(house.hotel, OrderCriteria()), read_counters(house.hotel)
    )
    assert exactly == (Counted(len(totals)), expected)


@pytest.mark.parametrize("size", [25, 50])
def test_the_list_says_what_its_sums_hold(house: Any, viewer_client: Client, size: int) -> None:
    write(house.hotel, *(order(at, total=MOST if at < 3 else "12.50", currencyCode="gbp") for at in range(1, 31)))
    assert Order.across_organisations.filter(organisation=house.hotel, total=None).count() == 28
    page = viewer_client.get(f"/o/alder-house/orders/?size={size}")
    assert page.status_code == 200
    text = page.content.decode()
    assert "None given</bdi> <b>£184,467,440,737,095,516.14</b>" in text
    assert "28 without a total" in text
    assert "What was ordered, by payment status." in text
