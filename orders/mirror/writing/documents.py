"""Writes the texts in which orders are searched, only where a text has changed."""

from collections import defaultdict
from collections.abc import Sequence

from glu_admin.tenancy.models import Organisation
from orders.models import Order, OrderDocument, OrderLine
from orders.search.document import document_text

_BLOCK = 500


def write_documents(organisation: Organisation, orders: Sequence[Order], lines: Sequence[OrderLine]) -> None:
    """Bring the documents of `orders` up to date; `lines` are all the lines these orders have."""
    by_order: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines:
        by_order[line.order_id].append(line)
    for held in by_order.values():
        held.sort(key=lambda line: (line.position, line.glu_id))  # wherever they came from, the same text
    texts = {order.pk: document_text(order, by_order[order.pk]) for order in orders}
    known = dict(
        OrderDocument.across_organisations.filter(organisation=organisation, order__in=list(texts)).values_list(
            "order_id", "text"
        )
    )
    OrderDocument.across_organisations.bulk_create(
        [
            OrderDocument(
                order_id=order.pk, organisation=organisation, created_at=order.created_at, text=texts[order.pk]
            )
            for order in orders
            if known.get(order.pk) != texts[order.pk]
        ],
        update_conflicts=True,
        unique_fields=["order"],
        update_fields=["created_at", "text"],
    )


def rewrite_documents(organisation: Organisation, pks: Sequence[int]) -> None:
    """Bring the documents of these orders up to date, in blocks, reading orders and lines from the database."""
    for start in range(0, len(pks), _BLOCK):
        block = pks[start : start + _BLOCK]
        orders = list(organisation.orders.filter(pk__in=block))
        lines = list(organisation.order_lines.filter(order__in=block))
        write_documents(organisation, orders, lines)
