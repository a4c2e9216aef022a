"""Rows that could not be placed are set aside with their reason; the page goes on."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db.models import F

from glu_admin.tenancy.models import Organisation
from orders.models import SetAside


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
    text = json.dumps(raw, sort_keys=True)
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


def forget_lines(organisation: Organisation, order_glu_ids: list[int], read_at: datetime | None = None) -> None:
    """Forget lines that were set aside of these orders: gone, or read again at `read_at` without them."""
    waiting = organisation.set_aside.filter(kind=SetAside.Kind.LINE)
    if waiting.exists():
        theirs = waiting.filter(order_glu_id__in=order_glu_ids)
        (theirs.exclude(last_seen_at=read_at) if read_at else theirs).delete()


def readmit(organisation: Organisation, glu_ids: list[int]) -> None:
    """Forget orders that were set aside and have since come in a form that can be placed."""
    waiting = organisation.set_aside.filter(kind=SetAside.Kind.ORDER)
    if waiting.exists():
        texts = [text for glu_id in glu_ids for text in (str(glu_id), f'"{glu_id}"')]
        waiting.filter(glu_id__in=texts).delete()
