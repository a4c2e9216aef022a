"""Rows that could not be placed are set aside with their reason; the page goes on."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import SetAside
from orders.models.set_aside import ASKABLE


def set_aside(
    organisation: Organisation,
    kind: SetAside.Kind,
    raw: Any,
    reason: str,
    seen_at: datetime,
    *,
    order_glu_id: int | None = None,
) -> None:
    """Keep `raw` as it came; the same row again is counted, not kept twice."""
    try:
        text = json.dumps(raw, sort_keys=True)
    except RecursionError:  # nested too deeply to be written: what is not nested
        text = json.dumps(_flat(raw))
    identity = raw.get("id") if isinstance(raw, dict) else None
    row, created = SetAside.across_organisations.get_or_create(
        organisation=organisation,
        kind=kind,
        fingerprint=hashlib.blake2b(f"{order_glu_id}{text}".encode(), digest_size=16).hexdigest(),
        defaults={
            "glu_id": json.dumps(identity)[:60] if identity is not None else "",
            "order_glu_id": order_glu_id,
            "reason": reason[:200],
            "payload": text,
            "first_seen_at": seen_at,
            "last_seen_at": seen_at,
        },
    )
    if not created:
        organisation.set_aside.filter(pk=row.pk).update(times=F("times") + 1, last_seen_at=seen_at)


def _flat(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {name: value for name, value in raw.items() if not isinstance(value, (dict, list))}
    return [value for value in raw if not isinstance(value, (dict, list))]


def forget_lines(organisation: Organisation, order_glu_ids: list[int], read_at: datetime | None = None) -> None:
    """Forget lines that were set aside of these orders: gone, or read again at `read_at` without them."""
    waiting = organisation.set_aside.filter(kind=SetAside.Kind.LINE)
    if waiting.exists():
        theirs = waiting.filter(order_glu_id__in=order_glu_ids)
        (theirs.exclude(last_seen_at=read_at) if read_at else theirs).delete()


def forget_unseen(organisation: Organisation, begun_at: datetime) -> None:
    """Forget orders without a usable id that a reading of everything, begun at `begun_at`, has not met again."""
    orders = organisation.set_aside.filter(kind=SetAside.Kind.ORDER, last_seen_at__lt=begun_at)
    orders.exclude(glu_id__regex=ASKABLE).delete()


def want_again(organisation: Organisation, line_ids: list[int]) -> None:
    """Make due the lines of orders of which lines with these ids were set aside: another order had them until now."""
    waiting = organisation.set_aside.filter(kind=SetAside.Kind.LINE)
    if line_ids and waiting.exists():
        theirs = waiting.filter(glu_id__in=[str(glu_id) for glu_id in line_ids]).values("order_glu_id")
        organisation.orders.filter(glu_id__in=theirs, lines_due_at=None, gone_at=None).update(lines_due_at=now())


def readmit(organisation: Organisation, glu_ids: list[int]) -> None:
    """Forget orders that were set aside and have since come in a form that can be placed."""
    waiting = organisation.set_aside.filter(kind=SetAside.Kind.ORDER)
    if waiting.exists():
        texts = [text for glu_id in glu_ids for text in (str(glu_id), f'"{glu_id}"')]
        waiting.filter(glu_id__in=texts).delete()
