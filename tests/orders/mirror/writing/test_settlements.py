"""Orders say what their transactions come to, and counters add it up, in whichever order all of it arrives."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from glu_admin.glu.lists import read_rows
from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.counts import recount
from orders.mirror.writing.orders import write_orders
from orders.mirror.writing.settlements import forget_settlements, settle_again, unsettled
from orders.mirror.writing.transactions import write_transactions
from orders.models import OrderChange, OrderCounter
from orders.models.counter import ADDED, COUNTED_FIELDS
from orders.search import OrderCriteria, sum_rows, sums
from orders.settlement import Settlement
from tests.orders.mirror.writing.conftest import NOW, TRANSACTIONS, order, transaction


def counters(organisation: Organisation) -> dict[tuple[str, ...], tuple[int, ...]]:
    rows = organisation.order_counters.filter(n__gt=0).values_list(*COUNTED_FIELDS, *ADDED)
    return {row[: len(COUNTED_FIELDS)]: row[len(COUNTED_FIELDS) :] for row in rows}


def said(organisation: Organisation, glu_id: int = 1) -> Settlement:
    return Settlement(*organisation.orders.values_list(*Settlement._fields).get(glu_id=glu_id))


ORDERS = st.builds(
    lambda glu_id, changed, status, code: order(glu_id, changed=changed, paymentStatus=status, currencyCode=code),
    st.integers(1, 3),
    st.integers(0, 5),
    st.sampled_from(["Pending", "Paid", None]),
    st.sampled_from(["GBP", "gbp", "EUR", None]),
)


class SettlementTest(TestCase):
    """What is kept by each writer equals a full sum, after any writes."""

    @settings(max_examples=25)
    @given(
        st.lists(
            st.tuples(st.just("orders"), st.lists(ORDERS, max_size=3))
            | st.tuples(st.just("transactions"), st.lists(TRANSACTIONS, max_size=4)),
            max_size=7,
        )
    )
    def test_orders_and_counters_follow(self, batches: list[tuple[str, list[dict[str, Any]]]]) -> None:
        organisation = Organisation.objects.create(name="A", slug="a")
        for what, rows in batches:
            if what == "orders":
                write_orders(organisation, read_rows(rows), NOW)
            else:
                write_transactions(organisation, read_rows(rows), NOW, None)
        assert unsettled(organisation, organisation.orders.all()) == 0
        kept = counters(organisation)
        recount(organisation)
        assert kept == counters(organisation)
        assert OrderCounter.across_organisations.filter(with_paid__lt=0).count() == 0
        assert sums(organisation, OrderCriteria()) == sum_rows(list(organisation.orders.all()))


def test_transactions_may_come_before_their_order(hotel: Organisation) -> None:
    write_transactions(hotel, read_rows([transaction(1), transaction(2, kind="Refund", amount=400)]), NOW, None)
    write_orders(hotel, read_rows([order(1), order(2)]), NOW)
    assert said(hotel)[:3] == (1000, 400, None)
    assert said(hotel, 2) == Settlement()


def test_one_that_is_corrected_moves_both_of_its_orders(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1), order(2)]), NOW)
    write_transactions(hotel, read_rows([transaction(1)]), NOW, None)
    write_transactions(hotel, read_rows([transaction(1, of=2, amount=700, changed=1)]), NOW, None)
    assert (said(hotel), said(hotel, 2)) == (Settlement(), Settlement(700, 0))


def test_an_order_that_is_read_again_keeps_what_is_known(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1)]), NOW)
    write_transactions(hotel, read_rows([transaction(1)]), NOW, None)
    write_orders(hotel, read_rows([order(1, changed=5, dispatchStatus="Packed")]), NOW)
    assert said(hotel) == Settlement(1000, 0)
    write_orders(hotel, read_rows([order(1, changed=6, currencyCode="EUR")]), NOW)
    assert said(hotel) == Settlement()


def test_another_organisations_orders_stay_as_they_are(house: Any) -> None:
    for organisation in (house.hotel, house.golf):
        write_orders(organisation, read_rows([order(1)]), NOW)
    write_transactions(house.hotel, read_rows([transaction(1)]), NOW, None)
    assert (said(house.hotel), said(house.golf)) == (Settlement(1000, 0), Settlement())


def test_what_moved_is_recorded_once_the_history_is_here(hotel: Organisation) -> None:
    """So that an export of what is new and changed has the refunds of orders that are otherwise the same."""
    write_orders(hotel, read_rows([order(1)]), NOW)
    connected = Stamp.parse("2026-11-02T10:30:00+00:00")
    write_transactions(hotel, read_rows([transaction(1)]), NOW, connected)
    assert not hotel.order_changes.exists()
    write_transactions(hotel, read_rows([transaction(2, kind="Refund", amount=400, changed=40)]), NOW, connected)
    change = hotel.order_changes.get()
    assert (change.field, change.old, change.new) == (OrderChange.SETTLED, "1000 0", "1000 400")


def test_what_was_written_past_the_writers_is_found_and_mended(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1), order(2)]), NOW)
    write_transactions(hotel, read_rows([transaction(1)]), NOW, None)
    kept = counters(hotel)
    hotel.orders.filter(glu_id=2).update(paid_amount=5, refunded_amount=0)
    recount(hotel)
    assert unsettled(hotel, hotel.orders.all()) == 1
    assert settle_again(hotel, [1, 2], NOW + timedelta(minutes=1)) == 1
    assert (unsettled(hotel, hotel.orders.all()), counters(hotel)) == (0, kept)


def test_once_transactions_are_read_anew_nothing_is_known(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1)]), NOW)
    write_transactions(hotel, read_rows([transaction(1), transaction(2, kind="Refund")]), NOW, None)
    hotel.transactions.all().delete()
    forget_settlements(hotel)
    kept = counters(hotel)
    assert said(hotel) == Settlement()
    recount(hotel)
    assert kept == counters(hotel)
