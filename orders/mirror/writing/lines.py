"""The only writer of order lines. Call it inside `Lease.writing()`: one writer per organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from glu_admin.glu.lists import Row, ids
from glu_admin.tenancy.models import Organisation
from orders.documented import LINE_FIELDS
from orders.mirror.writing.changes import line_changes, record
from orders.mirror.writing.documents import rewrite_documents, write_documents
from orders.mirror.writing.drift import DriftWatch
from orders.mirror.writing.set_aside import forget_lines, set_aside, want_again
from orders.models import Order, OrderLine, SetAside
from orders.payload import Parsed, Unusable, parse_line

_LINE_COLUMNS = [entry.column for entry in LINE_FIELDS]
_LINE_WRITTEN = ["order", "position", *_LINE_COLUMNS, "extra"]


@dataclass(frozen=True)
class LineSet:
    """All the lines Glu lists for one order, as they came."""

    order_pk: int
    order_glu_id: int
    rows: Sequence[Row]
    # What the order was when its lines were asked for: if that has moved since, they are due again.
    payload_hash: str | None = None
    due_at: datetime | None = None


def write_lines(
    organisation: Organisation, sets: Sequence[LineSet], fetched_at: datetime, *, derive: bool = True
) -> int:
    """Replace the lines of each order by what Glu listed; the number of lines that had to be set aside.

    Lines that are the same are not written again. An order that has moved since its lines were asked for is left due.
    """
    drift, aside = DriftWatch(), 0
    orders = organisation.orders.in_bulk([one.order_pk for one in sets])
    sets = [one for one in sets if one.order_pk in orders and _still(one, orders[one.order_pk])]
    lines: dict[int, OrderLine] = {}
    elsewhere, losing = _held_elsewhere(organisation, sets)
    for one in sets:
        for position, row in enumerate(one.rows):
            try:
                parsed = parse_line(row.raw)
                if parsed.glu_id in lines and lines[parsed.glu_id].order_id == one.order_pk:
                    raise Unusable("Another line of the same order has the same id.")
                if parsed.glu_id in lines or parsed.glu_id in elsewhere:
                    raise Unusable("Another order has a line with the same id.")
            except Unusable as reason:
                aside += 1
                set_aside(
                    organisation, SetAside.Kind.LINE, row.raw, str(reason), fetched_at, order_glu_id=one.order_glu_id
                )
                continue
            drift.line(parsed, one.order_glu_id)
            lines[parsed.glu_id] = _line(organisation, one.order_pk, position, parsed)
    read_before = [one.order_pk for one in sets if orders[one.order_pk].lines_copied_at is not None]
    written = _replace_lines(organisation, [orders[pk] for pk in read_before], lines, fetched_at)
    OrderLine.across_organisations.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["organisation", "glu_id"],
        update_fields=_LINE_WRITTEN,
    )
    drift.save(organisation, fetched_at)
    forget_lines(organisation, [one.order_glu_id for one in sets], fetched_at)
    done = [one.order_pk for one in sets if one.payload_hash is None or orders[one.order_pk].lines_due_at == one.due_at]
    # One writer, and `_still` above: the order's stamp is the one its lines were read for.
    read = {"lines_copied_at": fetched_at, "lines_for_updated_at": F("updated_at"), "lines_attempts": 0}
    organisation.orders.filter(pk__in=done).update(lines_due_at=None, lines_error="", **read)
    if len(done) < len(sets):
        organisation.orders.filter(pk__in=[one.order_pk for one in sets]).exclude(pk__in=done).update(**read)
    if refuted := [one.order_pk for one in sets if one.rows and orders[one.order_pk].lines_empty_at]:
        organisation.orders.filter(pk__in=refuted).update(lines_empty_at=None)
    if derive:
        touched = {line.order_id for line in written} | set(read_before)
        write_documents(organisation, [orders[pk] for pk in sorted(touched)], list(lines.values()))
    rewrite_documents(organisation, losing)  # no caller knows of these
    return aside


def _held_elsewhere(organisation: Organisation, sets: Sequence[LineSet]) -> tuple[set[int], list[int]]:
    """Ids of these lines that orders have which are not being written now: taking one away would lose it there.

    Orders that are gone may lose theirs: these, by their pk, are the second answer.
    """
    theirs = [glu_id for one in sets for glu_id in ids(one.rows)]
    others = organisation.order_lines.filter(glu_id__in=theirs).exclude(order__in=[one.order_pk for one in sets])
    held = list(others.values_list("glu_id", "order", "order__gone_at"))
    losing = {pk for _, pk, gone_at in held if gone_at is not None}
    return {glu_id for glu_id, _, gone_at in held if gone_at is None}, sorted(losing)


def _still(one: LineSet, order: Order) -> bool:
    """Whether the order is the version for which the lines were asked; if not, they stay due."""
    return one.payload_hash is None or one.payload_hash == order.payload_hash


def _replace_lines(
    organisation: Organisation, orders: list[Order], lines: dict[int, OrderLine], seen_at: datetime
) -> list[OrderLine]:
    """Delete what orders that had lines before no longer have, record what moved; the lines that are to be written."""
    if not orders:
        return list(lines.values())
    before: dict[int, list[OrderLine]] = {order.pk: [] for order in orders}
    for line in organisation.order_lines.filter(order__in=list(before)):
        before[line.order_id].append(line)
    after: dict[int, list[OrderLine]] = {}
    for line in lines.values():
        after.setdefault(line.order_id, []).append(line)
    changes, same, going = [], set[int](), []
    for order in orders:
        old, new = before[order.pk], after.get(order.pk, [])
        going += [line.pk for line in old if line.glu_id not in lines or lines[line.glu_id].order_id != order.pk]
        changes += line_changes(organisation, order, old, new, seen_at)
        kept = {line.glu_id: line for line in old}
        same |= {line.glu_id for line in new if line.glu_id in kept and _equal(kept[line.glu_id], line)}
    record(organisation, changes)
    if going:
        leaving = organisation.order_lines.filter(pk__in=going)
        want_again(organisation, list(leaving.values_list("glu_id", flat=True)))
        leaving.delete()
    return [line for line in lines.values() if line.glu_id not in same]


def _equal(one: OrderLine, other: OrderLine) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in ("position", "extra", *_LINE_COLUMNS))


def _line(organisation: Organisation, order_pk: int, position: int, parsed: Parsed) -> OrderLine:
    return OrderLine(
        organisation=organisation,
        order_id=order_pk,
        glu_id=parsed.glu_id,
        position=position,
        extra=parsed.extra,
        **parsed.columns,
    )
