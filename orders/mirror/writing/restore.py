"""Puts orders of an exported file back through the mirror's writers, made whole again with what the file leaves out."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

from django.utils.timezone import now

from glu_admin.glu.lists import Row, ids, read_row, read_rows
from glu_admin.tenancy.models import Organisation
from orders.documented import DEVICE_FIELDS
from orders.mirror.writing.counts import count_all_days, recount
from orders.mirror.writing.documents import rewrite_documents
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import Written, write_orders
from orders.mirror.writing.others import refuse_others
from orders.payload import canonical, listed, payload, without_device

_BATCH = 500


def restore(
    organisation: Organisation,
    rows: Iterable[dict[str, Any]],
    writing: Callable[[], AbstractContextManager[None]],
    progress: Callable[[int], object],
    *,
    others: bool = False,
) -> Written:
    """Write orders with the lines inside them, batch by batch; an order that is newer here stays as it is.

    `writing` opens a transaction that holds the organisation's lease; `progress` is told of every batch how many rows
    it had. Counters, days and documents are built at the end, also when an error in `rows` ends it early. Raises
    OtherOrganisationError, with the batch not written: OthersOrders only without `others`.
    """
    total, pks, waiting = Written(), set[int](), iter(rows)
    try:
        while batch := list(islice(waiting, _BATCH)):
            with writing():
                pks |= _write(organisation, batch, total, others=others)
            progress(len(batch))
    finally:
        with writing():
            recount(organisation)
        count_all_days(organisation, organisation.zone, writing)
        ordered = sorted(pks)
        for start in range(0, len(ordered), _BATCH):
            with writing():
                rewrite_documents(organisation, ordered[start : start + _BATCH])
    return total


def _write(organisation: Organisation, rows: list[dict[str, Any]], total: Written, *, others: bool) -> set[int]:
    """One batch; the pks whose documents are to be built."""
    lines = [row.pop("lines", None) for row in rows]
    moment, came = now(), read_rows(rows)
    known = {order.glu_id: payload(order) for order in organisation.orders.filter(glu_id__in=ids(came))}
    if not others:
        refuse_others(organisation, came, known)
    written = write_orders(organisation, _with_known_device(came, known), moment, derive=False)
    sent = {glu_id: _lines_of(place, rows, lines) for glu_id, place in written.places.items()}
    pks = written.pks | _without_lines(organisation, set(sent) - set(written.pks))
    sets = [
        LineSet(pk, glu_id, read_rows(listed(found)))
        for glu_id, pk in pks.items()
        if (found := sent[glu_id]) is not None
    ]
    total.set_aside += write_lines(organisation, sets, moment, derive=False)
    written.add_to(total)
    return {*written.pks.values(), *(each.order_pk for each in sets)}


def _without_lines(organisation: Organisation, glu_ids: set[int]) -> dict[int, int]:
    """The pks, by Glu's id, of those orders that are here without their lines: a file that has them fills them."""
    unread = organisation.orders.filter(glu_id__in=glu_ids, lines_copied_at=None)
    return dict(unread.values_list("glu_id", "pk"))


def _lines_of(place: int, rows: list[dict[str, Any]], lines: list[Any]) -> Any:
    """The lines that came with the order at a place, or with the same order at another; None if none did."""
    if lines[place] is not None:
        return lines[place]
    return next(
        (found for row, found in zip(rows, lines, strict=True) if found is not None and row == rows[place]), None
    )


def _with_known_device(rows: list[Row], known: dict[int, dict[str, Any]]) -> list[Row]:
    """Rows without data of the buyer's device get what is known of it here, so that a file never takes it away.

    A row that is otherwise the same as here becomes the same, and a row with such data of its own stays as it is.
    """
    return [_filled(row, known[row.glu_id]) if row.glu_id in known else row for row in rows]


def _filled(row: Row, known: dict[str, Any]) -> Row:
    if without_device(row.raw) != row.raw:
        return row
    if canonical(row.raw) == without_device(known):
        return read_row(known)
    return row._replace(raw={**row.raw, **{name: value for name, value in known.items() if name in DEVICE_FIELDS}})
