"""List rows with every text made ready once, so that the template only prints."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import When, when
from orders.display import fields
from orders.display.statuses import Badge, badge
from orders.display.text import brief
from orders.models import Order
from orders.search import LineMarks

_LONGEST = 100  # characters of a text; the order's own page has it whole
_LONGEST_BACK = 1500  # a longer filter, once in every row, would be most of the page


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
        dispatch, dispatch_words = badge("dispatch", fields.text(order, "dispatch_status"))
        payment, payment_words = badge("payment", fields.text(order, "payment_status"))
        created, scheduled = (fields.value(order, name) for name in ("created_at", "scheduled_delivery_at"))
        out.append(
            ListRow(
                glu_id=order.glu_id,
                url=f"{base}{order.glu_id}/{suffix}",
                created=_when(created, zone, today),
                buyer=brief(fields.buyer_name(order), _LONGEST),
                recipient=brief(fields.recipient_name(order), _LONGEST),
                type=brief(fields.text(order, "type"), _LONGEST),
                dispatch=dispatch if order.gone_at is None else replace(dispatch, tone="grey", loud=False),
                dispatch_words=dispatch_words,
                payment=payment if order.gone_at is None else replace(payment, tone="grey", loud=False),
                payment_words=payment_words,
                delivery=brief(fields.text(order, "delivery_method_name"), _LONGEST),
                scheduled=None if scheduled is None else _when(scheduled, zone, today),
                total=brief(fields.money(order, "total"), _LONGEST),
                currency=brief(fields.currency_of(order), _LONGEST),
                marks=marks.get(order.pk, LineMarks()),
                gone=order.gone_at is not None,
            )
        )
    return out


def _when(value: datetime | str, zone: ZoneInfo, today: datetime) -> When:
    return when(brief(value, _LONGEST) if isinstance(value, str) else value, zone, today)
