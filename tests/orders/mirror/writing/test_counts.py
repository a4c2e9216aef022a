"""Counters and days follow the orders, whatever is written and in whichever order, also where clocks change."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.gone import mark_gone
from orders.mirror.removal import _remove
from orders.mirror.writing.counts import count_all_days, miscounted_days, recount
from orders.mirror.writing.orders import write_orders
from orders.mirror.writing.settlements import forget_settlements
from orders.mirror.writing.transactions import write_transactions
from orders.models import MirrorState, OrderCounter
from orders.models.counter import COUNTED_FIELDS
from orders.models.day import SPLIT_FIELDS, WORTH
from tests.orders.asked import STAMPS
from tests.orders.mirror.writing.conftest import NOW, TRANSACTIONS, order

LONDON, KIRITIMATI, SANTIAGO = map(ZoneInfo, ("Europe/London", "Pacific/Kiritimati", "America/Santiago"))
AMOUNTS = st.sampled_from([None, 0, 1250, -300, 2**63 - 1])
ORDERS = st.builds(
    lambda glu_id, changed, created, status, code, gross, total: order(
        glu_id,
        changed=changed,
        createdAt=f"{created}+00:00",
        paymentStatus=status,
        currencyCode=code,
        subtotal=gross,
        total=total,
    ),
    st.integers(1, 3),
    st.integers(0, 5),
    st.sampled_from([*STAMPS, "0001-01-01T00:00:00", "9999-12-31T23:59:59", "1899-12-31T23:59:59"]),
    st.sampled_from(["Pending", "Paid", None]),
    st.sampled_from(["GBP", "gbp ", None]),
    AMOUNTS,
    AMOUNTS,
)


def counters(organisation: Organisation) -> Counter[tuple[str, ...]]:
    rows = organisation.order_counters.filter(n__gt=0).values_list(*COUNTED_FIELDS, "n")
    return Counter({tuple(row[:-1]): row[-1] for row in rows})


class CounterTest(TestCase):
    """Counters kept by differences equal a fresh count, after any writes."""

    @settings(max_examples=20)
    @given(
        st.lists(
            st.lists(
                st.builds(
                    lambda glu_id, changed, status: order(glu_id, changed=changed, dispatchStatus=status),
                    st.integers(1, 4),
                    st.integers(0, 3),
                    st.sampled_from(["Outstanding", "Packed", None, ""]),
                ),
                max_size=4,
            ),
            max_size=5,
        )
    )
    def test_counters_follow(self, batches: list[list[dict[str, Any]]]) -> None:
        organisation = Organisation.objects.create(name="A", slug="a")
        for batch in batches:
            write_orders(organisation, read_rows(batch), NOW)
        kept = counters(organisation)
        recount(organisation)
        assert kept == counters(organisation)
        assert sum(kept.values()) == organisation.orders.count()
        assert OrderCounter.across_organisations.filter(n__lt=0).count() == 0


def days_kept(organisation: Organisation, zone: ZoneInfo) -> None:
    """The organisation's days are counted in a zone, and kept from now on."""
    MirrorState.across_organisations.get_or_create(organisation=organisation)
    count_all_days(organisation, zone)


def added(organisation: Organisation) -> Counter[tuple[Any, ...]]:
    """What the days say: how many orders and how much, by field, day, code and value."""
    out: Counter[tuple[Any, ...]] = Counter()
    rows: list[dict[str, Any]] = [dict(row) for row in organisation.order_days.values()]
    for row in rows:
        key = (row["field"], row["day"], row["currency_code"], row["value"])
        out[(*key, "n")] += row["n"]
        for name in WORTH:
            out[(*key, name)] += (row[f"{name}_high"] << 32) + row[f"{name}_low"]
        for name in ("gross", "total", "paid"):
            out[(*key, f"with_{name}")] += row[f"with_{name}"]
    return Counter({key: n for key, n in out.items() if n})


def counted_one_by_one(organisation: Organisation, zone: ZoneInfo) -> Counter[tuple[Any, ...]]:
    """The same of the orders, as anybody would count them."""
    out: Counter[tuple[Any, ...]] = Counter()
    for one in organisation.orders.all():
        if not 1900 <= one.created_at.year < 9000:
            continue
        day = one.created_at.astimezone(zone).date()
        worth = {
            "gross": one.subtotal,
            "discount": one.discount_amount,
            "delivery": one.delivery_amount,
            "fee": one.processing_fee,
            "total": one.total,
            "paid": one.paid_amount,
            "back": one.back_amount,
        }
        for field, value in [("", ""), *((name, getattr(one, name) or "") for name in SPLIT_FIELDS)]:
            key = (field, day, one.currency_code or "", value)
            out[(*key, "n")] += 1
            for name, amount in worth.items():
                out[(*key, name)] += amount or 0
            for name in ("gross", "total", "paid"):
                out[(*key, f"with_{name}")] += worth[name] is not None
    return Counter({key: n for key, n in out.items() if n})


class DayTest(TestCase):
    """Days kept by differences equal a count of the orders one by one, after any writes."""

    @settings(max_examples=30)
    @given(
        st.sampled_from([LONDON, KIRITIMATI, SANTIAGO]),
        st.integers(0, 2),
        st.lists(
            st.tuples(st.just("orders"), st.lists(ORDERS, max_size=3))
            | st.tuples(st.just("transactions"), st.lists(TRANSACTIONS, max_size=3))
            | st.tuples(st.sampled_from(["gone", "removed", "forgotten"]), st.integers(1, 3)),
            min_size=2,
            max_size=8,
        ),
    )
    def test_days_follow(self, zone: ZoneInfo, begun: int, steps: list[tuple[str, Any]]) -> None:
        organisation = Organisation.objects.create(name="A", slug="a")
        for at, (what, asked) in enumerate(steps):
            if at == begun:
                days_kept(organisation, zone)
            if what == "orders":
                write_orders(organisation, read_rows(asked), NOW)
            elif what == "transactions":
                write_transactions(organisation, read_rows(asked), NOW, None)
            elif what == "gone":
                mark_gone(organisation, list(organisation.orders.filter(glu_id=asked)), NOW)
            elif what == "removed":
                _remove(organisation, list(organisation.orders.filter(glu_id=asked).values_list("pk", flat=True)))
            else:
                organisation.transactions.all().delete()
                forget_settlements(organisation)
        if len(steps) > begun:
            assert added(organisation) == counted_one_by_one(organisation, zone)
            assert miscounted_days(organisation) == 0
            assert not organisation.order_days.filter(n__lt=0).exists()


def test_a_status_that_moves_touches_only_its_own_rows(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1, paymentStatus="Pending", dispatchStatus="Outstanding")]), NOW)
    days_kept(hotel, LONDON)
    before = {row.pk: row.n for row in hotel.order_days.all()}
    write_orders(hotel, read_rows([order(1, changed=1, paymentStatus="Pending", dispatchStatus="Packed")]), NOW)
    assert {row.pk: row.n for row in hotel.order_days.all()} == before
    write_orders(hotel, read_rows([order(1, changed=2, paymentStatus="Paid", dispatchStatus="Packed")]), NOW)
    rows = hotel.order_days.values_list("field", "value", "n")
    assert {row for row in rows if row[0] == "payment_status"} == {
        ("payment_status", "Pending", 0),
        ("payment_status", "Paid", 1),
    }
    assert all(n == 1 for field, _, n in rows if field != "payment_status")


def test_what_was_written_past_the_writers_is_found(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1), order(2)]), NOW)
    days_kept(hotel, LONDON)
    assert miscounted_days(hotel) == 0
    hotel.orders.filter(glu_id=2).delete()
    assert miscounted_days(hotel) == 1 + len(SPLIT_FIELDS)


def test_a_day_is_the_organisations_own(hotel: Organisation) -> None:
    """Half past eleven in the evening in London is the next day in Paris."""
    write_orders(hotel, read_rows([order(1, createdAt="2026-06-30T22:30:00+00:00")]), NOW)
    for zone, day in ((LONDON, "2026-06-30"), (ZoneInfo("Europe/Paris"), "2026-07-01")):
        days_kept(hotel, zone)
        assert {str(row.day) for row in hotel.order_days.all()} == {day}


@pytest.mark.parametrize("days", [1, 31, 40])
def test_a_full_count_passes_over_long_gaps(hotel: Organisation, days: int) -> None:
    first = datetime.fromisoformat("2020-02-29T12:00:00+00:00")
    write_orders(
        hotel,
        read_rows([order(n, createdAt=(first + timedelta(days=n * days * 7)).isoformat()) for n in range(5)]),
        NOW,
    )
    days_kept(hotel, LONDON)
    assert sum(hotel.order_days.filter(field="").values_list("n", flat=True)) == 5
    assert miscounted_days(hotel) == 0
