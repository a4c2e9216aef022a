"""Keeps OrderCounter equal to the orders, by differences in the transaction that writes them."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from django.db.models import Count, F, Sum, TextField, Value
from django.db.models.functions import Coalesce

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import upsert
from orders.models import OrderCounter
from orders.models.counter import ADDED, COUNTED_FIELDS, HALF, halves

Combination = tuple[str, ...]


class _Settled(Protocol):
    """An order, or what its transactions come to."""

    @property
    def paid_amount(self) -> int | None:
        """What was paid; null where it is not known."""

    @property
    def back_amount(self) -> int | None:
        """What went back; null where it is not known."""


class Amounts(NamedTuple):
    """The amounts of an order that are added up (minor units); null is not known."""

    total: int | None
    paid: int | None = None
    back: int | None = None

    @classmethod
    def of(cls, total: int | None, settled: _Settled) -> "Amounts":
        """The total of an order with what its transactions come to."""
        return cls(total, settled.paid_amount, settled.back_amount)


def combination(columns: Mapping[str, Any]) -> Combination:
    """The counted values of an order's columns; null is ""."""
    return tuple(columns[name] or "" for name in COUNTED_FIELDS)


class Differences:
    """What is to be added to the counter of each combination."""

    def __init__(self) -> None:
        self.rows: dict[Combination, list[int]] = {}

    def add(self, values: Combination, amounts: Amounts, n: int = 1) -> None:
        """An order with these values and amounts more, or less with an `n` of -1."""
        total, paid, back = amounts
        added = [n, 0 if total is None else n, *_halves(total, n), 0 if paid is None else n]
        added += [*_halves(paid, n), *_halves(back, n)]
        known = self.rows.get(values, [0] * len(ADDED))
        self.rows[values] = [before + more for before, more in zip(known, added, strict=True)]


def add_differences(organisation: Organisation, differences: Differences) -> None:
    """Add to each combination's counter; the caller holds the organisation's lease, so nobody else counts."""
    upsert(
        OrderCounter,
        ("organisation", *COUNTED_FIELDS, *ADDED),
        [(organisation.pk, *values, *added) for values, added in differences.rows.items() if any(added)],
        unique=("organisation", *COUNTED_FIELDS),
        add=ADDED,
    )


def recount(organisation: Organisation) -> None:
    """Count every order anew; the caller holds the lease and a transaction."""
    grouped = (
        organisation.orders.order_by()
        .values_list(*(Coalesce(F(name), Value("", output_field=TextField())) for name in COUNTED_FIELDS))
        .annotate(
            n=Count("pk"),
            with_total=Count("total"),
            **_summed("total", F("total")),
            with_paid=Count("paid_amount"),
            **_summed("paid", F("paid_amount")),
            **_summed("back", F("refunded_amount") + Coalesce(F("charged_back_amount"), 0)),
        )
    )
    organisation.order_counters.all().delete()
    names = (*COUNTED_FIELDS, *ADDED)
    OrderCounter.across_organisations.bulk_create(
        OrderCounter(organisation=organisation, **dict(zip(names, row, strict=True))) for row in grouped
    )


def _halves(amount: int | None, n: int) -> tuple[int, int]:
    high, low = halves(amount or 0)
    return n * high, n * low


def _summed(name: str, amount: Any) -> dict[str, Any]:
    """The sums of an amount by halves."""
    halved = {"high": amount.bitrightshift(HALF), "low": amount.bitand(2**HALF - 1)}
    return {f"sum_{name}_{half}": Coalesce(Sum(value), 0) for half, value in halved.items()}
