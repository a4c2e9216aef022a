"""What is known of an order that went by e-mail: to which address, since when, and whether before its day."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from glu_admin.tenancy.times import has_place
from orders.display import fields
from orders.models import Order
from orders.models.waiting import DISPATCHED, is_at_latest
from orders.search.delivery import is_by_email


class Emailed(NamedTuple):
    """To which address an order went, "" for none; since when (aware) Glu says so, None where that is not known, with
    `at_latest` perhaps before; and the day for which it was scheduled, where it went before that, else "".
    """

    address: str
    since: datetime | None
    at_latest: bool
    early_for: str


def emailed_of(order: Order, zone: ZoneInfo) -> Emailed | None:
    """What is known of an order that Glu has dispatched by e-mail; None for others, and for one that is gone."""
    if order.dispatch_status != DISPATCHED or order.gone_at is not None or not is_by_email(order):
        return None
    buyer, recipient = (fields.text(order, f"{who}_email_address") for who in ("customer", "recipient"))
    meant = {True: recipient, False: buyer, None: recipient or buyer}[order.email_to_recipient]
    since = order.dispatch_since
    at_latest = since is not None and is_at_latest(since, order.created_at, order.first_copied_at)
    return Emailed(meant, since, at_latest, _early_for(order, zone))


def _early_for(order: Order, zone: ZoneInfo) -> str:
    sent, day = order.dispatch_since, order.scheduled_delivery_at
    if sent is None or day is None or not has_place(sent) or not has_place(day):
        return ""
    due = day.astimezone(zone).date()
    return date_format(due, "j F Y") if sent.astimezone(zone).date() < due else ""
