"""What an order waits for, and since when, as far as what was seen of it tells, whatever limits a desk has."""

from datetime import datetime
from typing import NamedTuple, Protocol

OPEN_DISPATCH = ("Outstanding", "Packed", "Scheduled", "Failed")
"""Dispatch statuses of orders that are still to be sent."""

UNPAID = ("Pending", "Failed")
"""Payment statuses of orders whose payment is still to come."""

PAID = "Paid"
"""The payment status of orders whose payment has come."""

CANCELLED, REFUNDED = "Cancelled", "Refunded"
"""The dispatch status of orders that wait for nothing, the payment status of those that are not to be sent."""

SCHEDULED, DISPATCHED = "Scheduled", "Dispatched"
"""The dispatch status of orders that are to be sent later, and of those that have been."""

OFFLINE = ("offline", "invoice")
"""What stands in the payment methods, in any letters, of invoices, cash and the like; Glu documents no values."""

BEGINNINGS = ("Outstanding", "Pending", "Scheduled")
"""Statuses that an order has from its creation on, unless a change to them was seen."""


class Waiting(NamedTuple):
    """Since when (aware) an order has its two statuses, and since when something is open; None: nothing is."""

    dispatch_since: datetime
    payment_since: datetime
    waiting_since: datetime | None


class Version(Protocol):
    """What is asked of an order as it was, or as it will be written; times are aware."""

    dispatch_status: str | None
    payment_status: str | None
    created_at: datetime
    updated_at: datetime | None


class Known(Version, Protocol):
    """A version that is here, with the instants at which its statuses began; null is not known."""

    dispatch_since: datetime | None
    payment_since: datetime | None


def is_offline(payment_method: str | None, offline_payment_method: str | None) -> bool:
    """Whether an order is paid outside of any gateway, as its payment method says or one of its own for that."""
    return bool(offline_payment_method) or any(word in (payment_method or "").casefold() for word in OFFLINE)


def first_wait(new: Version, seen_at: datetime) -> Waiting:
    """What is open of an order that is here for the first time."""
    dispatch, payment = new.dispatch_status, new.payment_status
    started = [_begun(status, new.created_at, new.updated_at, seen_at) for status in (dispatch, payment)]
    return waiting(dispatch, payment, *started)


def next_wait(old: Known, new: Version, seen_old_at: datetime, seen_at: datetime) -> Waiting:
    """What is open of a version that was seen at `seen_at` in place of `old`, last seen at `seen_old_at`."""
    started = []
    for was, now_is, since in (
        (old.dispatch_status, new.dispatch_status, old.dispatch_since),
        (old.payment_status, new.payment_status, old.payment_since),
    ):
        if (was or "") != (now_is or ""):
            started.append(moved_at(new.updated_at, seen_old_at, seen_at))
        else:
            started.append(since or _begun(now_is, new.created_at, new.updated_at, seen_at))
    return waiting(new.dispatch_status, new.payment_status, *started)


def waiting(dispatch: str | None, payment: str | None, dispatch_since: datetime, payment_since: datetime) -> Waiting:
    """What is open of an order that is at Glu, whose statuses began at these instants.

    While it is unpaid its payment is; then its dispatch, for which it has waited since it was paid at the earliest.
    """
    since = None
    if dispatch != CANCELLED and payment in UNPAID:
        since = payment_since
    elif dispatch in OPEN_DISPATCH and payment != REFUNDED:
        since = max(dispatch_since, payment_since)
    return Waiting(dispatch_since, payment_since, since)


def moved_at(stamp: datetime | None, seen_old_at: datetime, seen_at: datetime) -> datetime:
    """When a status moved that was last seen as it was and first seen as it is: by Glu's stamp, if that is between."""
    return stamp if stamp and seen_old_at <= stamp <= seen_at else seen_at


def _begun(status: str | None, created_at: datetime, updated_at: datetime | None, seen_at: datetime) -> datetime:
    """When a status began of an order that is seen for the first time, at `seen_at`: its creation, where orders begin
    with it, else its last change, as it cannot be later."""
    if status in BEGINNINGS or updated_at is None:
        return min(created_at, seen_at)
    return min(max(created_at, updated_at), seen_at)


def is_at_latest(since: datetime, created_at: datetime, first_copied_at: datetime) -> bool:
    """Whether what began at an instant may have begun before it: it was so when the order was first seen, and was told
    from the order's last change, as `_begun` does."""
    return created_at < since <= first_copied_at
