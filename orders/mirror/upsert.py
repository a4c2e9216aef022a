"""The only writer of orders and their lines. Call it inside `Lease.writing()`: one writer per organisation."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F

from glu_admin.tenancy.models import Organisation
from orders.mirror.counters import Combination, add_differences, combination
from orders.mirror.documents import rewrite_documents
from orders.mirror.drift import DriftWatch
from orders.mirror.quarantine import readmit, set_aside
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
_LINE_WRITTEN = ["order", "position", *(entry.column for entry in LINE_FIELDS), "extra"]


class OtherOrganisationError(Exception):
    """An id came with another uuid than before: the key now opens another organisation. Nothing is written."""

    words = "An order came with another identity than before: the key seems to belong to another organisation."


@dataclass
class Written:
    """What became of a batch. `pks` are the orders written, by Glu's id; `stale` ones were older than ours."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    set_aside: int = 0
    pks: dict[int, int] = field(default_factory=dict)


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
    organisation: Organisation, rows: Iterable[Any], fetched_at: datetime, *, derive: bool = True
) -> Written:
    """Write a page of Glu's orders as they came; an unchanged one is not touched, an older one is dropped.

    A row without usable id or creation time is set aside. Written orders have their lines due. With `derive` false
    the search documents and counters are left for the caller to build at the end. Raises OtherOrganisationError.
    """
    result, drift = Written(), DriftWatch()
    parsed = _parse_all(organisation, rows, fetched_at, result)
    known = _known(organisation, list(parsed))
    readmit(organisation, list(parsed))
    writing: list[ParsedOrder] = []
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
        elif _older(order, before):
            result.stale += 1
            continue
        else:
            result.changed += 1
            differences[before.counted] -= 1
        differences[combination(order.columns)] += 1
        drift.order(order)
        writing.append(order)
    if not writing:
        return result
    made = Order.across_organisations.bulk_create(
        [_order(organisation, order, fetched_at) for order in writing],
        update_conflicts=True,
        unique_fields=["organisation", "glu_id"],
        update_fields=_WRITTEN,
    )
    result.pks = {order.glu_id: order.pk for order in made}
    drift.save(organisation, fetched_at)
    if derive:
        add_differences(organisation, differences)
        rewrite_documents(organisation, list(result.pks.values()))
    return result


@dataclass(frozen=True)
class LineSet:
    """All the lines Glu lists for one order, as they came."""

    order_pk: int
    order_glu_id: int
    rows: Sequence[Any]


def write_lines(
    organisation: Organisation, sets: Sequence[LineSet], fetched_at: datetime, *, derive: bool = True
) -> int:
    """Replace the lines of each order by what Glu listed; the number of lines that had to be set aside."""
    drift, aside = DriftWatch(), 0
    lines: dict[int, OrderLine] = {}
    for one in sets:
        for position, raw in enumerate(one.rows):
            try:
                parsed = parse_line(raw)
                if parsed.glu_id in lines and lines[parsed.glu_id].order_id == one.order_pk:
                    raise Unusable("Another line of the same order has the same id.")
            except Unusable as reason:
                aside += 1
                set_aside(organisation, SetAside.Kind.LINE, raw, str(reason), fetched_at, order_glu_id=one.order_glu_id)
                continue
            drift.line(parsed, one.order_glu_id)
            lines[parsed.glu_id] = _line(organisation, one.order_pk, position, parsed)
    pks = [one.order_pk for one in sets]
    organisation.order_lines.filter(order__in=pks).delete()
    OrderLine.across_organisations.bulk_create(
        lines.values(),
        update_conflicts=True,
        unique_fields=["organisation", "glu_id"],
        update_fields=_LINE_WRITTEN,
    )
    drift.save(organisation, fetched_at)
    # One writer: the order's stamp is still the one its lines were read for.
    organisation.orders.filter(pk__in=pks).update(
        lines_due_at=None,
        lines_copied_at=fetched_at,
        lines_for_updated_at=F("updated_at"),
        lines_attempts=0,
        lines_error="",
    )
    if derive:
        rewrite_documents(organisation, pks)
    return aside


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
