"""Keeps OrderCounter equal to the orders, by differences in the transaction that writes them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Sum, TextField, Value
from django.db.models.functions import Coalesce

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import upsert
from orders.models import OrderCounter
from orders.models.counter import COUNTED_FIELDS, HALF, halves

Combination = tuple[str, ...]

_ADDED = ("n", "with_total", "total_high", "total_low")


def combination(columns: Mapping[str, Any]) -> Combination:
    """The counted values of an order's columns; null is ""."""
    return tuple(columns[name] or "" for name in COUNTED_FIELDS)


class Differences:
    """What is to be added to the counter of each combination."""

    def __init__(self) -> None:
        self.rows: dict[Combination, list[int]] = {}

    def add(self, values: Combination, total: int | None, n: int = 1) -> None:
        """An order with these values and this total more, or less with an `n` of -1."""
        high, low = halves(total or 0)
        added = (n, 0 if total is None else n, n * high, n * low)
        known = self.rows.get(values, [0, 0, 0, 0])
        self.rows[values] = [before + more for before, more in zip(known, added, strict=True)]


def add_differences(organisation: Organisation, differences: Differences) -> None:
    """Add to each combination's counter; the caller holds the organisation's lease, so nobody else counts."""
    upsert(
        OrderCounter,
        ("organisation", *COUNTED_FIELDS, *_ADDED),
        [(organisation.pk, *values, *added) for values, added in differences.rows.items() if any(added)],
        unique=("organisation", *COUNTED_FIELDS),
        add=_ADDED,
    )


def recount(organisation: Organisation) -> None:
    """Count every order anew; the caller holds the lease and a transaction."""
    grouped = (
        organisation.orders.order_by()
        .values_list(*(Coalesce(F(name), Value("", output_field=TextField())) for name in COUNTED_FIELDS))
        .annotate(
            n=Count("pk"),
            with_total=Count("total"),
            high=Coalesce(Sum(F("total").bitrightshift(HALF)), 0),
            low=Coalesce(Sum(F("total").bitand(2**HALF - 1)), 0),
        )
    )
    organisation.order_counters.all().delete()
    names = (*COUNTED_FIELDS, *_ADDED)
    OrderCounter.across_organisations.bulk_create(
        OrderCounter(organisation=organisation, **dict(zip(names, row, strict=True))) for row in grouped
    )
