"""Orders of which money went back lately, as the payments page has them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import OrderChange

_MOST_SHOWN = 8


@dataclass(frozen=True)
class Refunded:
    """An order of which money went back, and when that was, or was seen."""

    glu_id: int
    at: datetime
    not_before: datetime | None
    amount: int | None
    code: str | None


def refunds(organisation: Organisation, *, known: bool) -> list[Refunded]:
    """Orders of which money went back in the last seven days, newest first: by their transactions where these are
    `known`, else by what was seen of their lines."""
    since = now() - timedelta(days=7)
    if known:
        rows = organisation.orders.filter(last_refund_at__gte=since).order_by("-last_refund_at")
        names = ("glu_id", "last_refund_at", "refunded_amount", "currency_code")
        return [Refunded(glu_id, at, None, *rest) for glu_id, at, *rest in rows.values_list(*names)[:_MOST_SHOWN]]
    seen = organisation.order_changes.filter(field="refunded", new="true", seen_new_at__gte=since)
    lines: QuerySet[OrderChange] = seen.order_by("-seen_new_at").select_related("order")
    newest: dict[int, Refunded] = {}
    for change in lines[: 5 * _MOST_SHOWN]:
        told = Refunded(change.order.glu_id, change.seen_new_at, change.seen_old_at, None, None)
        newest.setdefault(change.order.glu_id, told)
    return list(newest.values())[:_MOST_SHOWN]
