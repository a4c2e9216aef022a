"""The record of what moved, field by field: written where the rows are written, in the same transaction."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from glu_admin.tenancy.models import Organisation
from orders.display import fields
from orders.display.text import writable
from orders.documented import LINE_FIELDS, ORDER_FIELDS
from orders.mirror.retention import CHANGES_KEPT, forget_old_changes
from orders.models import Order, OrderChange, OrderLine
from orders.payload import ParsedLine, ParsedOrder, line_payload, payload

_LONGEST = 1000
_PLACES = {entry.glu: place for place, entry in enumerate((*ORDER_FIELDS, *LINE_FIELDS))}
_NOT_RECORDED = frozenset({"id", "updatedAt", "ipAddress", "userAgent", "browserInfo", "attachedOrder"})


class LinesBefore(NamedTuple):
    """The lines that are here of an order, when they were read, and the stamp of the order as it is now."""

    order_pk: int
    updated_at: datetime | None
    read_at: datetime | None
    lines: list[OrderLine]


def last_seen(old: Order, new: ParsedOrder, seen_at: datetime, polled_up_to: datetime | None) -> datetime:
    """When an order was last known to be `old`, of which `new` was seen at `seen_at`.

    `polled_up_to` is up to when polls have read everything: a version with a new stamp was not there yet then.
    """
    known = [old.copied_at, *([old.checked_at] if old.checked_at else [])]
    if polled_up_to is not None and new.updated_at != old.updated_at:
        known.append(polled_up_to)
    return min(max(known), seen_at)


def order_changes(
    organisation: Organisation, old: Order, new: ParsedOrder, seen_old_at: datetime, seen_at: datetime
) -> list[OrderChange]:
    """What differs between two versions of an order, each with the instant at which it was seen; technical fields and
    the stamp itself are left out."""

    def _change(name: str, before: str | None, after: str | None) -> OrderChange:
        return OrderChange(
            organisation=organisation,
            order_id=old.pk,
            field=name[:60],
            old=before,
            new=after,
            glu_updated_at=new.updated_at,
            seen_old_at=seen_old_at,
            seen_new_at=seen_at,
        )

    out = [_change(name, *values) for name, values in _differences(payload(old), new.payload)]
    if old.gone_at is not None:
        out.append(_change(OrderChange.BACK, None, None))
    return out


def line_changes(
    organisation: Organisation, order: LinesBefore, new: Iterable[ParsedLine], seen_at: datetime
) -> list[OrderChange]:
    """What differs between two readings of an order's lines: fields, lines added and lines taken away."""
    before = {line.glu_id: line for line in order.lines}
    after = {line.glu_id: line for line in new}
    out = []
    for glu_id in [*after, *(gone for gone in before if gone not in after)]:
        was, now_is = before.get(glu_id), after.get(glu_id)
        moved: list[tuple[str, tuple[str | None, str | None]]] = []
        if was is None:
            moved = [(OrderChange.ADDED, (None, None))]
        elif now_is is None:
            moved = [(OrderChange.REMOVED, (None, None))]
        else:
            moved = list(_differences(line_payload(was), now_is.payload))
        name = fields.text(now_is or was, "name")  # type: ignore[arg-type]
        out += [
            OrderChange(
                organisation=organisation,
                order_id=order.order_pk,
                line_glu_id=glu_id,
                line_name=name[:100],
                field=field[:60],
                old=values[0],
                new=values[1],
                glu_updated_at=order.updated_at,
                seen_old_at=order.read_at,
                seen_new_at=seen_at,
            )
            for field, values in moved
        ]
    return out


def record(organisation: Organisation, changes: list[OrderChange]) -> None:
    """Write changes, and drop the oldest of an order that has more than are kept."""
    if not changes:
        return
    by_order: dict[int, list[OrderChange]] = defaultdict(list)
    for change in changes:
        by_order[change.order_id].append(change)
    OrderChange.across_organisations.bulk_create(
        change for its_own in by_order.values() for change in its_own[-CHANGES_KEPT:]
    )
    forget_old_changes(organisation, by_order)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[tuple[str, tuple[str | None, str | None]]]:
    for name in [*sorted(new, key=_place), *(gone for gone in old if gone not in new)]:
        if name not in _NOT_RECORDED and old.get(name) != new.get(name):
            yield writable(name), (_text(old.get(name)), _text(new.get(name)))


def _place(name: str) -> int:
    """Documented fields in the order of their columns, then the others as they came."""
    return _PLACES.get(name, len(_PLACES))


def _text(value: Any) -> str | None:
    """A value as text for people: words as they are, everything else as JSON, long ones cut."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = writable(text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
