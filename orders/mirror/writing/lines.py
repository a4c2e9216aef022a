"""The only writer of order lines. Call it inside `Lease.writing()`: one writer per organisation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import F
from django.utils.translation import gettext_noop

from glu_admin.glu.lists import Row, ids
from glu_admin.tenancy.models import Organisation
from orders.documented import LINE_FIELDS
from orders.lints.rules import lines_are_off, with_lines_off
from orders.mirror.writing.bulk import found, update, upsert
from orders.mirror.writing.changes import LinesBefore, line_changes, record
from orders.mirror.writing.documents import add_first_lines, rewrite_documents
from orders.mirror.writing.drift import DriftWatch
from orders.mirror.writing.lints import lint_again
from orders.mirror.writing.set_aside import forget_lines, set_aside, want_again
from orders.models import Order, OrderLine, SetAside
from orders.payload import ParsedLine, Unusable, parse_line

_COLUMNS = ("organisation", "order", "glu_id", "position", "extra", *(entry.column for entry in LINE_FIELDS))


@dataclass(frozen=True)
class LineSet:
    """All the lines Glu lists for one order, as they came."""

    order_pk: int
    order_glu_id: int
    rows: Sequence[Row]
    # What the order was when its lines were asked for: if that has moved since, they are due again.
    payload_hash: str | None = None
    due_at: datetime | None = None


class _Held(NamedTuple):
    """What is here of an order whose lines came."""

    pk: int
    payload_hash: str
    updated_at: datetime | None
    lines_due_at: datetime | None
    lines_copied_at: datetime | None
    lines_empty_at: datetime | None
    subtotal: int | None
    lints: str | None


_HELD = ("id", *_Held._fields[1:])


class _Placed(NamedTuple):
    """A line and where it stands."""

    order_pk: int
    position: int
    parsed: ParsedLine


def write_lines(
    organisation: Organisation, sets: Sequence[LineSet], fetched_at: datetime, *, derive: bool = True
) -> int:
    """Replace the lines of each order by what Glu listed; the number of lines that had to be set aside.

    Lines that are the same are not written again. An order that has moved since its lines were asked for is left due.
    """
    orders = _held(organisation, sets)
    sets = [each for each in sets if each.order_pk in orders and _still(each, orders[each.order_pk])]
    lines, aside, losing = _parse_all(organisation, sets, fetched_at)
    read_before = [each.order_pk for each in sets if orders[each.order_pk].lines_copied_at is not None]
    written = _replace(organisation, [orders[pk] for pk in read_before], lines, fetched_at)
    upsert(
        OrderLine,
        _COLUMNS,
        [
            (organisation.pk, pk, line.glu_id, position, line.extra, *line.columns.values())
            for pk, position, line in written
        ],
        unique=("organisation", "glu_id"),
    )
    forget_lines(organisation, [each.order_glu_id for each in sets], fetched_at)
    _mark_read(organisation, sets, orders, fetched_at)
    _keep_lints([orders[each.order_pk] for each in sets], lines)
    if derive:
        add_first_lines(
            organisation, _by_order(line for line in written if orders[line.order_pk].lines_copied_at is None)
        )
        rewrite_documents(organisation, read_before)
    rewrite_documents(organisation, losing)  # no caller knows of these
    lint_again(organisation, losing)
    return aside


def _held(organisation: Organisation, sets: Sequence[LineSet]) -> dict[int, _Held]:
    here = found(organisation, Order, _HELD, by="id", among=[each.order_pk for each in sets])
    return {row[0]: _Held(*row) for row in here}


def _still(wanted: LineSet, order: _Held) -> bool:
    """Whether the order is the version for which the lines were asked; if not, they stay due."""
    return wanted.payload_hash is None or wanted.payload_hash == order.payload_hash


def _parse_all(
    organisation: Organisation, sets: Sequence[LineSet], fetched_at: datetime
) -> tuple[dict[int, _Placed], int, list[int]]:
    """The lines by id, how many had to be set aside, and the orders that are gone and lose lines to these."""
    drift, aside, lines = DriftWatch(), 0, dict[int, _Placed]()
    elsewhere, losing = _held_elsewhere(organisation, sets)
    for each in sets:
        for position, row in enumerate(each.rows):
            try:
                parsed = parse_line(row)
                if parsed.glu_id in lines and lines[parsed.glu_id].order_pk == each.order_pk:
                    raise Unusable(gettext_noop("Another line of the same order has the same id."))
                if parsed.glu_id in lines or parsed.glu_id in elsewhere:
                    raise Unusable(gettext_noop("Another order has a line with the same id."))
            except Unusable as reason:
                aside += 1
                set_aside(
                    organisation, SetAside.Kind.LINE, row.raw, str(reason), fetched_at, order_glu_id=each.order_glu_id
                )
                continue
            drift.line(parsed, each.order_glu_id)
            lines[parsed.glu_id] = _Placed(each.order_pk, position, parsed)
    drift.save(organisation, fetched_at)
    return lines, aside, losing


def _held_elsewhere(organisation: Organisation, sets: Sequence[LineSet]) -> tuple[set[int], list[int]]:
    """Ids of these lines that orders have which are not being written now: taking one away would lose it there.

    Orders that are gone may lose theirs: these, by their pk, are the second answer.
    """
    theirs, writing = [glu_id for each in sets for glu_id in ids(each.rows)], {each.order_pk for each in sets}
    here = dict(found(organisation, OrderLine, ("glu_id", "order"), by="glu_id", among=theirs))
    others = {glu_id: pk for glu_id, pk in here.items() if pk not in writing}
    gone_at = dict(found(organisation, Order, ("id", "gone_at"), by="id", among=set(others.values())))
    losing = {pk for pk in others.values() if gone_at[pk] is not None}
    return {glu_id for glu_id, pk in others.items() if pk not in losing}, sorted(losing)


def _replace(
    organisation: Organisation, orders: list[_Held], lines: Mapping[int, _Placed], seen_at: datetime
) -> list[_Placed]:
    """Delete what orders that had lines before no longer have, record what moved; the lines that are to be written."""
    if not orders:
        return list(lines.values())
    before: dict[int, list[OrderLine]] = {order.pk: [] for order in orders}
    for line in organisation.order_lines.filter(order__in=list(before)):
        before[line.order_id].append(line)
    after = _by_order(lines.values())
    changes, same, going = [], set[int](), []
    for order in orders:
        old = before[order.pk]
        going += [line.pk for line in old if line.glu_id not in lines or lines[line.glu_id].order_pk != order.pk]
        known = LinesBefore(order.pk, order.updated_at, order.lines_copied_at, old)
        changes += line_changes(organisation, known, after.get(order.pk, []), seen_at)
        same |= {line.glu_id for line in old if line.glu_id in lines and _equal(line, lines[line.glu_id])}
    record(organisation, changes)
    if going:
        leaving = organisation.order_lines.filter(pk__in=going)
        want_again(organisation, list(leaving.values_list("glu_id", flat=True)))
        leaving.delete()
    return [line for glu_id, line in lines.items() if glu_id not in same]


def _equal(old: OrderLine, new: _Placed) -> bool:
    return (
        (old.order_id, old.position) == (new.order_pk, new.position)
        and old.extra == new.parsed.extra
        and all(getattr(old, column) == value for column, value in new.parsed.columns.items())
    )


def _mark_read(
    organisation: Organisation, sets: Sequence[LineSet], orders: Mapping[int, _Held], fetched_at: datetime
) -> None:
    """Note of the orders that their lines were read, and that they are due no more unless they became so meanwhile."""
    done = [
        each.order_pk for each in sets if each.payload_hash is None or orders[each.order_pk].lines_due_at == each.due_at
    ]
    # One writer, and `_still` above: the order's stamp is the one its lines were read for.
    read = {"lines_copied_at": fetched_at, "lines_for_updated_at": F("updated_at"), "lines_attempts": 0}
    organisation.orders.filter(pk__in=done).update(lines_due_at=None, lines_error="", **read)
    if len(done) < len(sets):
        organisation.orders.filter(pk__in=[each.order_pk for each in sets]).exclude(pk__in=done).update(**read)
    if refuted := [each.order_pk for each in sets if each.rows and orders[each.order_pk].lines_empty_at]:
        organisation.orders.filter(pk__in=refuted).update(lines_empty_at=None)


def _keep_lints(orders: list[_Held], lines: Mapping[int, _Placed]) -> None:
    """Note of the orders whether their lines, which are all there are, come to something else than they say."""
    theirs = _by_order(lines.values())
    now_odd = (
        (order, with_lines_off(order.lints, lines_are_off(order.subtotal, [line.subtotal for line in mine])))
        for order in orders
        for mine in [theirs.get(order.pk, [])]
    )
    update(Order, ("id", "lints"), [(order.pk, lints) for order, lints in now_odd if lints != order.lints])


def _by_order(lines: Iterable[_Placed]) -> dict[int, list[ParsedLine]]:
    out: dict[int, list[ParsedLine]] = {}
    for line in lines:
        out.setdefault(line.order_pk, []).append(line.parsed)
    return out
