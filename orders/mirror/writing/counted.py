"""What of an order is counted, and numbers added up by halves: exact, whatever the amounts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from orders.models.counter import COUNTED_FIELDS, halves
from orders.settlement import Settlement

Combination = tuple[str, ...]
"""The values of an order in COUNTED_FIELDS; null is ""."""

Key = TypeVar("Key")


class Amounts(NamedTuple):
    """The amounts of an order that are added up (minor units); null is not known."""

    gross: int | None
    discount: int | None
    delivery: int | None
    fee: int | None
    total: int | None
    paid: int | None
    back: int | None


class Counted(NamedTuple):
    """An order as it is counted."""

    values: Combination
    created_at: datetime
    amounts: Amounts

    @property
    def currency_code(self) -> str:
        """The code of its currency as it came."""
        return self.values[COUNTED_FIELDS.index("currency_code")]


AMOUNT_COLUMNS = ("subtotal", "discount_amount", "delivery_amount", "processing_fee", "total")
"""The order columns of Amounts, but for what transactions come to."""

COUNTED_COLUMNS = (*COUNTED_FIELDS, "created_at", *AMOUNT_COLUMNS)
"""The order columns that say how it is counted, but for what its transactions come to."""


def counted(columns: Mapping[str, Any], settled: Settlement) -> Counted:
    """How an order with these COUNTED_COLUMNS is counted, whose transactions come to `settled`."""
    return Counted(
        tuple(columns[name] or "" for name in COUNTED_FIELDS),
        columns["created_at"],
        Amounts._make((*(columns[name] for name in AMOUNT_COLUMNS), settled.paid_amount, settled.back_amount)),
    )


class Differences:
    """Orders that came and orders that went, as they are counted, until that is written."""

    def __init__(self) -> None:
        self.moved: list[tuple[Counted, int]] = []

    def add(self, order: Counted, n: int = 1) -> None:
        """An order that is counted so more, or less with an `n` of -1."""
        self.moved.append((order, n))


def added_up(rows: Iterable[tuple[Key, Iterable[int]]]) -> dict[Key, list[int]]:
    """Numbers added up by what they are numbers of; those that come to nothing are left out."""
    sums: dict[Key, list[int]] = {}
    for key, numbers in rows:
        known = sums.get(key)
        sums[key] = list(numbers) if known is None else [a + b for a, b in zip(known, numbers, strict=True)]
    return {key: numbers for key, numbers in sums.items() if any(numbers)}


def by_halves(amounts: Iterable[int | None], n: int) -> list[int]:
    """The high and the low half of each amount, `n` times; null adds nothing."""
    return [n * half for amount in amounts for half in halves(amount or 0)]
