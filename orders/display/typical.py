"""How long an order has had a status, and how long others of its kind usually have it, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from orders.display.durations import full, length
from orders.display.text import brief, isolated
from orders.models import Order
from orders.models.typical import PAYMENT, Kind, Typical, kind_of
from orders.models.waiting import is_at_latest

TypicalByKind = Mapping[Kind, Typical]
_LONGEST = 60  # characters of a status or a method


class InStatus(NamedTuple):
    """Since when (aware) an order has a status, for how long, and what is usual with others of its kind, or "".

    With `at_latest` it may have had it before.
    """

    since: datetime
    at_latest: bool
    words: str
    usual: str


def in_status(order: Order, of: str, typical: TypicalByKind, moment: datetime) -> InStatus | None:
    """How long an order has had its status of DISPATCH or PAYMENT; None where that is not known, or it is gone."""
    since = order.payment_since if of == PAYMENT else order.dispatch_since
    if since is None or order.gone_at is not None:
        return None
    kind = kind_of(order)
    usual = _usual(kind, typical[kind]) if kind is not None and kind.of == of and kind in typical else ""
    at_latest, words = is_at_latest(since, order.created_at, order.first_copied_at), full(moment - since)
    return InStatus(since, at_latest, _("at least %(span)s") % {"span": words} if at_latest else words, usual)


def longer_than_usual(order: Order, typical: TypicalByKind, moment: datetime) -> str:
    """What is to be said of an order that waits longer than 95 of 100 of its kind did; "" for others."""
    kind = kind_of(order)
    if kind is None or order.waiting_since is None or (times := typical.get(kind)) is None:
        return ""
    if moment - order.waiting_since <= times.most:
        return ""
    return _("That is longer than usual: %(usual)s") % {"usual": _usual(kind, times)}


def _usual(kind: Kind, times: Typical) -> str:
    if kind.of == PAYMENT and kind.method:
        words = _("of payments by %(method)s, half leave %(status)s within %(half)s, 95 of 100 within %(most)s.")
    elif kind.of == PAYMENT:
        words = _("of payments without a method, half leave %(status)s within %(half)s, 95 of 100 within %(most)s.")
    elif kind.method:
        words = _(
            "of orders by %(method)s, half leave %(status)s within %(half)s of being paid, 95 of 100 within %(most)s."
        )
    else:
        words = _(
            "of orders without a delivery method, half leave %(status)s within %(half)s of being paid,"
            " 95 of 100 within %(most)s."
        )
    return words % {
        "method": isolated(brief(kind.method, _LONGEST)),
        "status": isolated(brief(kind.status, _LONGEST)),
        "half": length(times.half),
        "most": length(times.most),
    }
