"""How long an order has had a status, and how long others of its kind usually have it, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from orders.display.durations import full, length
from orders.display.text import brief, isolated
from orders.models import Order
from orders.models.typical import PAYMENT, Kind, Typical, kind_of

TypicalByKind = Mapping[Kind, Typical]
_LONGEST = 60  # characters of a status or a method


class InStatus(NamedTuple):
    """Since when (aware) an order has a status, for how long, and what is usual with others of its kind, or ""."""

    since: datetime
    words: str
    usual: str


def in_status(order: Order, of: str, typical: TypicalByKind, moment: datetime) -> InStatus | None:
    """How long an order has had its status of DISPATCH or PAYMENT; None where that is not known, or it is gone."""
    since = order.payment_since if of == PAYMENT else order.dispatch_since
    if since is None or order.gone_at is not None:
        return None
    kind = kind_of(order)
    usual = _usual(kind, typical[kind]) if kind is not None and kind.of == of and kind in typical else ""
    return InStatus(since, full(moment - since), usual)


def longer_than_usual(order: Order, typical: TypicalByKind, moment: datetime) -> str:
    """What is to be said of an order that waits longer than 95 of 100 of its kind did; "" for others."""
    kind = kind_of(order)
    if kind is None or order.waiting_since is None or (times := typical.get(kind)) is None:
        return ""
    if moment - order.waiting_since <= times.most:
        return ""
    return f"That is longer than usual: {_usual(kind, times)}"


def _usual(kind: Kind, times: Typical) -> str:
    method = isolated(brief(kind.method, _LONGEST))
    if kind.of == PAYMENT:
        whose, paid = f"payments by {method}" if method else "payments without a method", ""
    else:
        whose, paid = f"orders by {method}" if method else "orders without a delivery method", " of being paid"
    status = isolated(brief(kind.status, _LONGEST))
    return f"of {whose}, half leave {status} within {length(times.half)}{paid}, 95 of 100 within {length(times.most)}."
