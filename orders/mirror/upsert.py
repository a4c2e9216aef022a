"""The only writer of orders and their lines. Call it inside `Lease.writing()`: one writer per organisation."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F

from glu_admin.tenancy.models import Organisation
from orders.mirror.changes import line_changes, order_changes, record
from orders.mirror.counters import Combination, add_differences, combination
from orders.mirror.documents import rewrite_documents, write_documents
from orders.mirror.drift import DriftWatch
from orders.mirror.quarantine import forget_lines, readmit, set_aside, want_again
from orders.models import Order, OrderLine, SetAside
from orders.models.counter import COUNTED_FIELDS
from orders.payload import LINE_FIELDS, ORDER_FIELDS, Parsed, ParsedOrder, Unusable, parse_line, parse_order

_ORDER_COLUMNS = [entry.column for entry in ORDER_FIELDS]
_WRITTEN = [
    *_ORDER_COLUMNS,
    "extra",
    "payload_hash",
    "copied_at",
    "gone_at",
    "lines_due_at",
    "lines_attempts",
    "lines_error",
]
_LINE_COLUMNS = [entry.column for entry in LINE_FIELDS]
_LINE_WRITTEN = ["order", "position", *_LINE_COLUMNS, "extra"]


class OtherOrganisationError(Exception):
    """An id came with another uuid than before: the key now opens another organisation. Nothing is written."""

    words = "An order came with another identity than before: the key seems to belong to another organisation."


@dataclass
class Written:
    """What became of a batch. `pks` are the orders written, by Glu's id; `older` those that came older than ours;
    `stamps` is when the new and the newer ones changed, by Glu's clock."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    set_aside: int = 0
    pks: dict[int, int] = field(default_factory=dict)
    older: list[int] = field(default_factory=list)
    stamps: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """What is already here of one order."""

    pk: int
    updated_at: datetime | None
    payload_hash: str
    uuid: Any
    gone_at: datetime | None
    counted: Combination


def write_orders(
    organisation: Organisation,
    rows: Iterable[Any],
    fetched_at: datetime,
    *,
    derive: bool = True,
    looked_at: datetime | None = None,
    accept_older: bool = False,
) -> Written:
    """Write a page of Glu's orders as they came; an unchanged one is not touched, an older one is dropped.

    A row without usable id or creation time is set aside. Written orders have their lines due. With `derive` false
    the search documents and counters are left for the caller to build at the end. `looked_at` is when the last complete
    changes pass began, for the record of change. Raises OtherOrganisationError.
    """
    result, drift = Written(), DriftWatch()
    parsed = _parse_all(organisation, rows, fetched_at, result)
    known = _known(organisation, list(parsed))
    readmit(organisation, list(parsed))
    writing: list[ParsedOrder] = []
    moved: dict[int, int] = {}
    differences: Counter[Combination] = Counter()
    for glu_id, order in sorted(parsed.items()):
        before = known.get(glu_id)
        if before is None:
            result.created += 1
        elif before.uuid and order.columns["uuid"] and before.uuid != order.columns["uuid"]:
            raise OtherOrganisationError
        elif before.payload_hash == order.payload_hash and before.gone_at is None:
            result.unchanged += 1
            continue
        elif _older(order, before) and not accept_older:
            result.stale += 1
            result.older.append(glu_id)
            continue
        else:
            result.changed += 1
            moved[before.pk] = glu_id
            differences[before.counted] -= 1
        updated = order.columns["updated_at"]
        if updated is not None and (before is None or updated != before.updated_at):
            result.stamps.append(updated)
        differences[combination(order.columns)] += 1
        drift.order(order)
        writing.append(order)
    if not writing:
        return result
    rows_now = {order.glu_id: _order(organisation, order, fetched_at) for order in writing}
    if moved:
        changes = []
        for old in organisation.orders.filter(pk__in=list(moved)):
            changes += order_changes(organisation, old, rows_now[old.glu_id], fetched_at, looked_at)
        record(organisation, changes)
        drift.vanished(organisation, changes, len(moved))
    made = Order.across_organisations.bulk_create(
        list(rows_now.values()),
        update_conflicts=True,
        unique_fields=["organisation", "glu_id"],
        update_fields=_WRITTEN,
    )
    result.pks = {order.glu_id: order.pk for order in made}
    if derive:
        drift.unseen(organisation, writing)
    drift.save(organisation, fetched_at)
    if derive:
        add_differences(organisation, differences)
        # What was just made has no lines yet.
        lines = list(organisation.order_lines.filter(order__in=list(moved))) if moved else []
        write_documents(organisation, made, lines)
    return result


@dataclass(frozen=True)
class LineSet:
    """All the lines Glu lists for one order, as they came."""

    order_pk: int
    order_glu_id: int
    rows: Sequence[Any]
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
        for position, raw in enumerate(one.rows):
            try:
                parsed = parse_line(raw)
                if parsed.glu_id in lines and lines[parsed.glu_id].order_id == one.order_pk:
                    raise Unusable("Another line of the same order has the same id.")
                if parsed.glu_id in lines or parsed.glu_id in elsewhere:
                    raise Unusable("Another order has a line with the same id.")
            except Unusable as reason:
                aside += 1
                set_aside(organisation, SetAside.Kind.LINE, raw, str(reason), fetched_at, order_glu_id=one.order_glu_id)
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
    if derive:
        touched = {line.order_id for line in written} | set(read_before)
        write_documents(organisation, [orders[pk] for pk in sorted(touched)], list(lines.values()))
    rewrite_documents(organisation, losing)  # no caller knows of these
    return aside


def _held_elsewhere(organisation: Organisation, sets: Sequence[LineSet]) -> tuple[set[int], list[int]]:
    """Ids of these lines that orders have which are not being written now: taking one away would lose it there.

    Orders that are gone may lose theirs: these, by their pk, are the second answer.
    """
    ids = [row["id"] for one in sets for row in one.rows if isinstance(row, dict) and type(row.get("id")) is int]
    ids = [glu_id for glu_id in ids if abs(glu_id) < 2**63]
    others = organisation.order_lines.filter(glu_id__in=ids).exclude(order__in=[one.order_pk for one in sets])
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


def _parse_all(
    organisation: Organisation, rows: Iterable[Any], fetched_at: datetime, result: Written
) -> dict[int, ParsedOrder]:
    """The usable rows by id; of two with the same id the newer, or the later of equals."""
    parsed: dict[int, ParsedOrder] = {}
    for raw in rows:
        try:
            order = parse_order(raw)
        except Unusable as reason:
            set_aside(organisation, SetAside.Kind.ORDER, raw, str(reason), fetched_at)
            result.set_aside += 1
            continue
        twin = parsed.get(order.glu_id)
        if twin is None or not (twin.updated and order.updated and order.updated.instant < twin.updated.instant):
            parsed[order.glu_id] = order
    return parsed


def _known(organisation: Organisation, glu_ids: list[int]) -> dict[int, _Known]:
    columns = ("glu_id", "pk", "updated_at", "payload_hash", "uuid", "gone_at", *COUNTED_FIELDS)
    return {
        row[0]: _Known(row[1], row[2], row[3], row[4], row[5], tuple(value or "" for value in row[6:]))
        for row in organisation.orders.filter(glu_id__in=glu_ids).values_list(*columns)
    }


def _older(order: ParsedOrder, before: _Known) -> bool:
    updated = order.columns["updated_at"]
    return bool(updated and before.updated_at and updated < before.updated_at)


def _order(organisation: Organisation, parsed: ParsedOrder, fetched_at: datetime) -> Order:
    return Order(
        organisation=organisation,
        glu_id=parsed.glu_id,
        extra=parsed.extra,
        payload_hash=parsed.payload_hash,
        first_copied_at=fetched_at,
        copied_at=fetched_at,
        lines_due_at=fetched_at,
        **parsed.columns,
    )


def _line(organisation: Organisation, order_pk: int, position: int, parsed: Parsed) -> OrderLine:
    return OrderLine(
        organisation=organisation,
        order_id=order_pk,
        glu_id=parsed.glu_id,
        position=position,
        extra=parsed.extra,
        **parsed.columns,
    )
