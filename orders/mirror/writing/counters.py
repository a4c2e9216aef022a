"""Keeps OrderCounter equal to the orders, by differences in the transaction that writes them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, TextField, Value
from django.db.models.functions import Coalesce

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import upsert
from orders.models import OrderCounter
from orders.models.counter import COUNTED_FIELDS

Combination = tuple[str, ...]


def combination(columns: Mapping[str, Any]) -> Combination:
    """The six counted values of an order's columns; null is ""."""
    return tuple(columns[name] or "" for name in COUNTED_FIELDS)


def add_differences(organisation: Organisation, differences: Counter[Combination]) -> None:
    """Add to each combination's counter; the caller holds the organisation's lease, so nobody else counts."""
    upsert(
        OrderCounter,
        ("organisation", *COUNTED_FIELDS, "n"),
        [(organisation.pk, *values, n) for values, n in differences.items() if n],
        unique=("organisation", *COUNTED_FIELDS),
        add=("n",),
    )


def recount(organisation: Organisation) -> None:
    """Count every order anew; the caller holds the lease and a transaction."""
    grouped = (
        organisation.orders.order_by()
        .values_list(*(Coalesce(F(name), Value("", output_field=TextField())) for name in COUNTED_FIELDS))
        .annotate(n=Count("pk"))
    )
    organisation.order_counters.all().delete()
    OrderCounter.across_organisations.bulk_create(
        OrderCounter(organisation=organisation, n=row[-1], **dict(zip(COUNTED_FIELDS, row[:-1], strict=True)))
        for row in grouped
    )
