"""Writes the texts in which orders are searched, only where a text has changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import found, upsert
from orders.models import OrderDocument, OrderLine
from orders.payload import ParsedLine, ParsedOrder
from orders.search.document import document_text, with_lines

Document = tuple[int, datetime, str]
"""An order by its pk, when it was created, and its text."""

_BLOCK = 500


def first_documents(organisation: Organisation, orders: Mapping[int, ParsedOrder]) -> None:
    """Write the documents of orders, by pk, that were just made and have neither lines nor a document yet."""
    _write(organisation, [(pk, order.created_at, document_text(order)) for pk, order in orders.items()])


def add_first_lines(organisation: Organisation, lines: Mapping[int, Sequence[ParsedLine]]) -> None:
    """Add lines to the documents of orders, by pk, that had none until now."""
    known = _known(organisation, lines)
    texts = {pk: with_lines(text, lines[pk]) for pk, (_, text) in known.items()}
    _write(organisation, [(pk, at, texts[pk]) for pk, (at, text) in known.items() if texts[pk] != text])
    rewrite_documents(organisation, sorted(lines.keys() - known.keys()))


def rewrite_documents(organisation: Organisation, pks: Sequence[int]) -> int:
    """Bring the documents of these orders up to date, in blocks, reading orders and lines; how many had to be."""
    written = 0
    for start in range(0, len(pks), _BLOCK):
        changed = stale_documents(organisation, pks[start : start + _BLOCK])
        _write(organisation, changed)
        written += len(changed)
    return written


def stale_documents(organisation: Organisation, pks: Sequence[int]) -> list[Document]:
    """The documents that these orders should have and do not."""
    by_order: dict[int, list[OrderLine]] = defaultdict(list)
    for line in organisation.order_lines.filter(order__in=pks).order_by("position", "glu_id"):
        by_order[line.order_id].append(line)
    known, stale = _known(organisation, pks), []
    for order in organisation.orders.filter(pk__in=pks):
        text = document_text(order, by_order[order.pk])
        if known.get(order.pk) != (order.created_at, text):
            stale.append((order.pk, order.created_at, text))
    return stale


def _known(organisation: Organisation, pks: Collection[int]) -> dict[int, tuple[datetime, str]]:
    """The documents of these orders that are here, and when the orders were created, by their pk."""
    rows = found(organisation, OrderDocument, ("order", "created_at", "text"), by="order", among=pks)
    return {pk: (created_at, text) for pk, created_at, text in rows}


def _write(organisation: Organisation, documents: Iterable[Document]) -> None:
    upsert(
        OrderDocument,
        ("organisation", "order", "created_at", "text"),
        [(organisation.pk, *document) for document in documents],
        unique=("order",),
    )
