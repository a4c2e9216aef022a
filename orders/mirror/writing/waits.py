"""Since when an order has its statuses, and waits: told from what was seen of it, whatever limits a desk has."""

from datetime import datetime

from orders.models import Order
from orders.models.waiting import Waiting, begun, moved_at, waiting
from orders.payload import ParsedOrder


def first_wait(new: ParsedOrder, seen_at: datetime) -> Waiting:
    """Of an order that is here for the first time."""
    dispatch, payment = new.dispatch_status, new.payment_status
    started = [begun(status, new.created_at, new.updated_at, seen_at) for status in (dispatch, payment)]
    return waiting(dispatch, payment, *started)


def next_wait(old: Order, new: ParsedOrder, seen_old_at: datetime, seen_at: datetime) -> Waiting:
    """Of a version that was seen at `seen_at` in place of `old`, which was last seen at `seen_old_at`.

    A status that moved began when Glu says that the order changed, if that is between both; else when it was seen.
    """
    started = []
    for was, now_is, since in (
        (old.dispatch_status, new.dispatch_status, old.dispatch_since),
        (old.payment_status, new.payment_status, old.payment_since),
    ):
        if (was or "") != (now_is or ""):
            started.append(moved_at(new.updated_at, seen_old_at, seen_at))
        else:
            started.append(since or begun(now_is, new.created_at, new.updated_at, seen_at))
    return waiting(new.dispatch_status, new.payment_status, *started)
