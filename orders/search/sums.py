"""Sums of orders, one a currency and payment status: exact whatever the amounts, and never across currencies."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from orders.display.money import currency
from orders.models import Order
from orders.models.counter import HALF, joined

BACK = F("refunded_amount") + Coalesce(F("charged_back_amount"), 0)
"""What went back of an order, as the database adds it up; null where no transactions are known."""


class Added(NamedTuple):
    """Orders added up (minor units): `with_total` of them have a total, and of `with_paid` transactions are known.

    These say what was `paid`, and what went `back` by refund or chargeback.
    """

    orders: int = 0
    with_total: int = 0
    total: int = 0
    with_paid: int = 0
    paid: int = 0
    back: int = 0

    @property
    def without(self) -> int:
        """How many have no total to add."""
        return self.orders - self.with_total

    @property
    def unsettled(self) -> int:
        """Of how many no transactions are known."""
        return self.orders - self.with_paid

    @property
    def net(self) -> int:
        """What was paid and has not gone back."""
        return self.paid - self.back

    def plus(self, other: "Added") -> "Added":
        """Both added up."""
        return Added(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True)
class CurrencySum:
    """Orders added up in one currency, "" for none; `statuses` are its parts by payment status, most orders first."""

    currency: str
    added: Added
    statuses: tuple[tuple[str, Added], ...] = ()


def sum_rows(rows: Sequence[Order]) -> list[CurrencySum]:
    """One sum a currency over orders that are in memory already."""
    return merged(
        (
            row.currency_code,
            row.payment_status,
            Added(
                1,
                int(row.total is not None),
                row.total or 0,
                int(row.paid_amount is not None),
                row.paid_amount or 0,
                row.back_amount or 0,
            ),
        )
        for row in rows
    )


def halved(name: str, column: str) -> dict[str, Sum]:
    """The sums of a column by halves, by the names that ADDED has for them."""
    high, low = F(column).bitrightshift(HALF), F(column).bitand(2**HALF - 1)
    return {f"{name}_high": Sum(high), f"{name}_low": Sum(low)}


def whole(row: Sequence[Any]) -> Added:
    """The sums of numbers as ADDED names them, some by halves."""
    n, with_total, total_high, total_low, with_paid, paid_high, paid_low, back_high, back_low = row
    total, paid, back = (
        joined(high, low) for high, low in ((total_high, total_low), (paid_high, paid_low), (back_high, back_low))
    )
    return Added(n, with_total, total, with_paid, paid, back)


def merged(rows: Iterable[tuple[str | None, str | None, Added]]) -> list[CurrencySum]:
    """One sum a currency, most orders first, out of (code as it came, payment status, orders added up)."""
    found: dict[str, dict[str, Added]] = defaultdict(dict)
    for code, status, added in rows:
        parts, value = found[currency(code)], status or ""
        parts[value] = parts.get(value, Added()).plus(added)
    sums = [
        CurrencySum(
            name,
            reduce(Added.plus, parts.values()),
            tuple(sorted(parts.items(), key=lambda part: (-part[1].orders, part[0]))),
        )
        for name, parts in found.items()
    ]
    return sorted(sums, key=lambda each: (-each.added.orders, each.currency))
