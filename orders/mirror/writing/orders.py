"""The only writer of orders. Call it inside `Lease.writing()`: one writer per organisation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from glu_admin.glu.lists import Row
from glu_admin.keys.recognition import OtherOrganisationError
from glu_admin.tenancy.models import Organisation
from orders.documented import ORDER_FIELDS
from orders.lints.rules import odd
from orders.mirror.writing.bulk import found, upsert
from orders.mirror.writing.changes import last_seen, order_changes, record
from orders.mirror.writing.counts import COUNTED_COLUMNS, Counted, Differences, counted
from orders.mirror.writing.documents import first_documents, rewrite_documents
from orders.mirror.writing.drift import DriftWatch
from orders.mirror.writing.lints import line_subtotals
from orders.mirror.writing.set_aside import readmit, set_aside
from orders.mirror.writing.settlements import settlements
from orders.models import MirrorRun, Order, SetAside
from orders.models.waiting import Waiting, first_wait, next_wait
from orders.payload import ParsedOrder, Unusable, UsableOrder, parse_order, usable_order
from orders.search.document import document_text
from orders.settlement import Settlement

_COLUMNS = (
    "organisation",
    "glu_id",
    "first_copied_at",
    "copied_at",
    "lines_due_at",
    "payload_hash",
    "extra",
    "gone_at",
    "lines_attempts",
    "lines_error",
    "lines_empty_at",
    "check_words",
    *Waiting._fields,
    *Settlement._fields,
    "lints",
    *(entry.column for entry in ORDER_FIELDS),
)

_ASKED = tuple(
    dict.fromkeys(
        ("glu_id", "id", "updated_at", "payload_hash", "uuid", "gone_at", *Settlement._fields, *COUNTED_COLUMNS)
    )
)
BECAME = ("created", "changed", "unchanged", "stale", "set_aside")
"""What may become of the rows of a batch, as Written and a run count it."""

_ANOTHER = gettext_noop(
    "An order came with another identity than before: the key seems to belong to another organisation."
)


@dataclass
class Written:
    """What became of a batch. `pks` are the orders written, by Glu's id; `older` those that came older than ours;
    `places` is where in the batch the version of each order stands that was taken for it; `stamps` is when the new and
    the newer ones changed, by Glu's clock."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    set_aside: int = 0
    pks: dict[int, int] = field(default_factory=dict)
    older: list[int] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)
    stamps: list[datetime] = field(default_factory=list)

    def add_to(self, total: "Written | MirrorRun") -> None:
        """Add the numbers of BECAME to those of other batches or of a run."""
        for name in BECAME:
            setattr(total, name, getattr(total, name) + getattr(self, name))


@dataclass(frozen=True)
class _Known:
    """What is already here of one order."""

    pk: int
    updated_at: datetime | None
    payload_hash: str
    uuid: Any
    gone_at: datetime | None
    settled: Settlement
    counted: Counted


def write_orders(
    organisation: Organisation,
    rows: Sequence[Row],
    fetched_at: datetime,
    *,
    derive: bool = True,
    polled_up_to: datetime | None = None,
    accept_older: bool = False,
) -> Written:
    """Write a page of Glu's orders as they came, and make their lines due; an unchanged one is not touched.

    One that is older than ours is left, unless the caller accepts it. A row without usable id or creation time is set
    aside. `polled_up_to` is up to when polls have read everything, for the record of change. Without `derive` the
    caller builds documents, counters and days at the end. Raises OtherOrganisationError, with nothing written, when an
    id comes with another uuid than before.
    """
    result, drift = Written(), DriftWatch()
    usable = _usable(organisation, rows, fetched_at, result)
    known = _known(organisation, list(usable))
    readmit(organisation, list(usable))
    parsed: dict[int, ParsedOrder] = {}
    waits: dict[int, Waiting] = {}
    moved: list[int] = []
    worded: list[int] = []  # those whose texts for search are others now
    differences = Differences()
    for glu_id, came in sorted(usable.items()):
        before = known.get(glu_id)
        if before and before.payload_hash == came.payload_hash and before.gone_at is None:
            result.unchanged += 1
            continue
        order = parse_order(came)
        if before is None:
            result.created += 1
            waits[glu_id] = first_wait(order, fetched_at)
        elif before.uuid and order.columns["uuid"] and before.uuid != order.columns["uuid"]:
            raise OtherOrganisationError(_ANOTHER)
        elif _older(order, before) and not accept_older:
            result.stale += 1
            result.older.append(glu_id)
            continue
        else:
            result.changed += 1
            moved.append(before.pk)
            differences.add(before.counted, -1)
        updated = order.columns["updated_at"]
        if updated is not None and (before is None or updated != before.updated_at):
            result.stamps.append(updated)
        drift.order(order)
        parsed[glu_id] = order
    if not parsed:
        return result
    writing = list(parsed.values())
    if moved:
        changes = []
        for old in organisation.orders.filter(pk__in=moved):
            order = parsed[old.glu_id]
            seen_old_at = last_seen(old, order, fetched_at, polled_up_to)
            changes += order_changes(organisation, old, order, seen_old_at, fetched_at)
            waits[old.glu_id] = next_wait(old, order, seen_old_at, fetched_at)
            if old.created_at != order.created_at or document_text(old) != document_text(order):
                worded.append(old.pk)
        record(organisation, changes)
        drift.vanished(organisation, changes, len(moved))
    settled = _settled(organisation, writing, known)
    for order in writing:
        differences.add(counted(order.columns, settled[order.glu_id]))
    subtotals = line_subtotals(organisation, moved)  # of the version before, until its lines come anew
    lints = {
        order.glu_id: odd(order, subtotals[known[order.glu_id].pk] if order.glu_id in known else [], organisation.zone)
        for order in writing
    }
    result.pks = _write(organisation, writing, waits, settled, lints, fetched_at)
    if derive:
        drift.unseen(organisation, writing)
        differences.write(organisation)
        first_documents(
            organisation, {result.pks[order.glu_id]: order for order in writing if order.glu_id not in known}
        )
        rewrite_documents(organisation, worded)
    drift.save(organisation, fetched_at)
    return result


def _usable(
    organisation: Organisation, rows: Sequence[Row], fetched_at: datetime, result: Written
) -> dict[int, UsableOrder]:
    """The usable rows by id; of two with the same id the newer, or the later of equals."""
    usable: dict[int, UsableOrder] = {}
    for place, row in enumerate(rows):
        try:
            order = usable_order(row)
        except Unusable as reason:
            set_aside(organisation, SetAside.Kind.ORDER, row.raw, str(reason), fetched_at)
            result.set_aside += 1
            continue
        twin = usable.get(order.glu_id)
        if twin is None or not _precedes(row, twin.row):
            usable[order.glu_id] = order
            result.places[order.glu_id] = place
    return usable


def _precedes(row: Row, twin: Row) -> bool:
    return bool(row.updated and twin.updated and row.updated.instant < twin.updated.instant)


def _known(organisation: Organisation, glu_ids: list[int]) -> dict[int, _Known]:
    known: dict[int, _Known] = {}
    for values in found(organisation, Order, _ASKED, by="glu_id", among=glu_ids):
        row = dict(zip(_ASKED, values, strict=True))
        settled = Settlement(*(row[name] for name in Settlement._fields))
        known[row["glu_id"]] = _Known(
            row["id"],
            row["updated_at"],
            row["payload_hash"],
            row["uuid"],
            row["gone_at"],
            settled,
            counted(row, settled),
        )
    return known


def _settled(organisation: Organisation, orders: list[ParsedOrder], known: dict[int, _Known]) -> dict[int, Settlement]:
    """What the orders' transactions come to, by Glu's id."""
    out: dict[int, Settlement] = {}
    asking: dict[int, str | None] = {}
    for order in orders:
        code, before = order.columns["currency_code"], known.get(order.glu_id)
        if before is not None and before.counted.currency_code == (code or ""):
            out[order.glu_id] = before.settled
        else:  # also of a new one: transactions may be here before their order
            asking[order.glu_id] = code
    return out | settlements(organisation, asking)


def _older(order: ParsedOrder, before: _Known) -> bool:
    updated = order.columns["updated_at"]
    return bool(updated and before.updated_at and updated < before.updated_at)


def _write(
    organisation: Organisation,
    orders: list[ParsedOrder],
    waits: dict[int, Waiting],
    settled: dict[int, Settlement],
    lints: dict[int, str | None],
    fetched_at: datetime,
) -> dict[int, int]:
    """Their pks by Glu's id. The lines are due, and what was known of the lines of another version is forgotten."""
    upsert(
        Order,
        _COLUMNS,
        [
            (
                organisation.pk,
                order.glu_id,
                fetched_at,
                fetched_at,
                fetched_at,
                order.payload_hash,
                order.extra,
                None,
                0,
                "",
                None,
                "",
                *waits[order.glu_id],
                *settled[order.glu_id],
                lints[order.glu_id],
                *order.columns.values(),
            )
            for order in orders
        ],
        unique=("organisation", "glu_id"),
        keep=("first_copied_at", "check_words"),  # given all the same, as a new row has to have them
    )
    glu_ids = [order.glu_id for order in orders]
    return dict(found(organisation, Order, ("glu_id", "id"), by="glu_id", among=glu_ids))
