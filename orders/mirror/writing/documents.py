"""Writes the texts in which orders are searched, only where a text has changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import upsert
from orders.models import OrderDocument, OrderLine
from orders.payload import ParsedLine, ParsedOrder
from orders.search.document import document_text, with_lines

_BLOCK = 500


def first_documents(organisation: Organisation, orders: Mapping[int, ParsedOrder]) -> None:
    """Write the documents of orders, by pk, that were just made and have neither lines nor a document yet."""
    _write(organisation, [(pk, order.created_at, document_text(order)) for pk, order in orders.items()])


def add_first_lines(organisation: Organisation, lines: Mapping[int, Sequence[ParsedLine]]) -> None:
    """Add lines to the documents of orders, by pk, that had none until now."""
    documents = OrderDocument.across_organisations.filter(organisation=organisation, order__in=list(lines))
    known = {pk: (created_at, text) for pk, created_at, text in documents.values_list("order", "created_at", "text")}
    texts = {pk: with_lines(text, lines[pk]) for pk, (_, text) in known.items()}
    _write(organisation, [(pk, at, texts[pk]) for pk, (at, text) in known.items() if texts[pk] != text])
    rewrite_documents(organisation, sorted(lines.keys() - known.keys()))


def rewrite_documents(organisation: Organisation, pks: Sequence[int]) -> None:
    """Bring the documents of these orders up to date, in blocks, reading orders and lines from the database."""
    for start in range(0, len(pks), _BLOCK):
        block = pks[start : start + _BLOCK]
        by_order: dict[int, list[OrderLine]] = defaultdict(list)
        for line in organisation.order_lines.filter(order__in=block).order_by("position", "glu_id"):
            by_order[line.order_id].append(line)
        documents = OrderDocument.across_organisations.filter(organisation=organisation, order__in=block)
        known = dict(documents.values_list("order", "text"))
        texts = {order: document_text(order, by_order[order.pk]) for order in organisation.orders.filter(pk__in=block)}
        changed = [(order.pk, order.created_at, text) for order, text in texts.items() if known.get(order.pk) != text]
        _write(organisation, changed)


def _write(organisation: Organisation, documents: Iterable[tuple[int, datetime, str]]) -> None:
    upsert(
        OrderDocument,
        ("organisation", "order", "created_at", "text"),
        [(organisation.pk, *document) for document in documents],
        unique=("order",),
    )
