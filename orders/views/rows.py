"""List rows with every text made ready once, so that the template only prints."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import Order
from orders.money import currency, money
from orders.search import LineMarks
from orders.templatetags.desk import Badge, badge, full_text, when_text

_LONGEST_BACK = 1500  # a longer filter, once in every row, would be most of the page


@dataclass(frozen=True)
class When:
    """A time for a <time> element."""

    iso: str
    text: str
    full: str


def when(moment: datetime, zone: ZoneInfo, today: datetime) -> When:
    """A time in the organisation's zone."""
    return When(moment.isoformat(), when_text(moment, zone, today), full_text(moment, zone))


@dataclass(frozen=True)
class ListRow:
    """One order as the list prints it."""

    glu_id: int
    url: str
    created: When
    buyer: str
    recipient: str
    type: str
    dispatch: Badge
    dispatch_words: str
    payment: Badge
    payment_words: str
    delivery: str
    scheduled: When | None
    total: str
    currency: str
    marks: LineMarks
    gone: bool


def list_rows(organisation: Organisation, orders: list[Order], marks: dict[int, LineMarks], back: str) -> list[ListRow]:
    """Rows for the list; `back` is the list's query string, carried to the order's page."""
    zone, today = organisation.zone, now()
    base = reverse("orders", args=[organisation.slug])
    suffix = f"?{back}" if 0 < len(back) <= _LONGEST_BACK else ""
    out = []
    for order in orders:
        dispatch, dispatch_words = badge("dispatch", order.dispatch_status)
        payment, payment_words = badge("payment", order.payment_status)
        out.append(
            ListRow(
                glu_id=order.glu_id,
                url=f"{base}{order.glu_id}/{suffix}",
                created=when(order.created_at, zone, today),
                buyer=buyer_name(order),
                recipient=recipient_name(order),
                type=order.type or "",
                dispatch=dispatch if order.gone_at is None else replace(dispatch, tone="grey", loud=False),
                dispatch_words=dispatch_words,
                payment=payment if order.gone_at is None else replace(payment, tone="grey", loud=False),
                payment_words=payment_words,
                delivery=order.delivery_method_name or "",
                scheduled=when(order.scheduled_delivery_at, zone, today) if order.scheduled_delivery_at else None,
                total=money(order.total, order.currency_code),
                currency=currency(order.currency_code),
                marks=marks.get(order.pk, LineMarks()),
                gone=order.gone_at is not None,
            )
        )
    return out


def buyer_name(order: Order) -> str:
    """The buyer by name, else by address, else ""."""
    parts = _joined(order.customer_first_name, order.customer_last_name)
    return order.customer_name or parts or order.customer_email_address or ""


def recipient_name(order: Order) -> str:
    """The recipient by name, else by address, else ""."""
    return _joined(order.recipient_first_name, order.recipient_last_name) or order.recipient_email_address or ""


def _joined(*parts: Any) -> str:
    return " ".join(part for part in parts if part)
