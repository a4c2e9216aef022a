"""Counters follow the orders, whatever is written."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.counters import recount
from orders.mirror.writing.orders import write_orders
from orders.models import OrderCounter
from orders.models.counter import COUNTED_FIELDS
from tests.orders.mirror.writing.conftest import NOW, order


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
