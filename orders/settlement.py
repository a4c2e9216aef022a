"""What an order's transactions come to: paid, refunded, charged back.

A transaction's type says which way the money went; Glu does not tell what its sign means, so amounts are taken without
it. What is not in the order's own currency, of a type that is not known, or without an amount is left out and told.
Source: https://glu.gitbook.io/docs/api/organisation-api/transaction
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

from orders.display.money import currency

Way = Literal["paid", "refunded", "not refunded", "charged back", "not charged back"]

WAYS: dict[str | None, Way] = {
    "Payment": "paid",
    "Refund": "refunded",
    "Refund Failure": "not refunded",
    "Chargeback": "charged back",
    "Chargeback Reversal": "not charged back",
}
"""Which way the money of a transaction went, by Glu's documented types."""

_MOST = 2**61 - 1  # the sum of an order's columns fits a column too


class Moved(NamedTuple):
    """What is to be known of a transaction."""

    type: str | None
    amount: int | None
    currency_code: str | None
    gateway_reference: str | None
    created_at: datetime


class Settlement(NamedTuple):
    """The columns that an order keeps of its transactions, in minor units of its currency.

    All are null where no transaction is known that adds up. `charged_back_amount` is null where nothing is charged
    back, and so are the time and the reference of the last refund where nothing is refunded.
    """

    paid_amount: int | None = None
    refunded_amount: int | None = None
    charged_back_amount: int | None = None
    last_refund_at: datetime | None = None
    refund_reference: str | None = None

    @property
    def back_amount(self) -> int | None:
        """What went back to who paid, by refund or chargeback; null where it is not known."""
        return None if self.refunded_amount is None else self.refunded_amount + (self.charged_back_amount or 0)


def settle(code: str | None, transactions: Iterable[Moved]) -> Settlement:
    """What an order's transactions come to in its currency, in whichever order they are given."""
    by_way: dict[Way, list[Moved]] = {way: [] for way in WAYS.values()}
    for one in transactions:
        if adds_up(code, one):
            by_way[WAYS[one.type]].append(one)
    if not any(by_way.values()):
        return Settlement()
    sums = {way: sum(map(_amount, moved)) for way, moved in by_way.items()}
    refunded = sums["refunded"] - sums["not refunded"]
    charged = sums["charged back"] - sums["not charged back"]
    last = _last(by_way["refunded"], by_way["not refunded"]) if refunded > 0 else None
    return Settlement(
        min(sums["paid"], _MOST),
        min(max(refunded, 0), _MOST),
        min(charged, _MOST) if charged > 0 else None,
        last.created_at if last else None,
        last.gateway_reference if last else None,
    )


def adds_up(code: str | None, transaction: Any) -> bool:
    """Whether a transaction counts for an order of this currency: of a known type, with an amount of that currency."""
    return (
        transaction.type in WAYS
        and transaction.amount is not None
        and currency(transaction.currency_code) == currency(code)
    )


def _last(refunds: list[Moved], failures: list[Moved]) -> Moved | None:
    """The newest refund that stands: each failure takes away the newest one before it of the same amount."""
    made = sorted(filter(_amount, refunds), key=_place)
    standing = made.copy()
    for failure in sorted(failures, key=_place):
        same = [one for one in standing if _amount(one) == _amount(failure) and one.created_at <= failure.created_at]
        if same:
            standing.remove(same[-1])
    return (standing or made)[-1]


def _amount(transaction: Moved) -> int:
    return abs(transaction.amount or 0)


def _place(transaction: Moved) -> tuple[datetime, int, str]:
    return transaction.created_at, _amount(transaction), transaction.gateway_reference or ""
