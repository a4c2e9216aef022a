"""CSV as a stream: the rows of a filter, in the list's order, in constant memory."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from glu_admin.tenancy.models import Organisation
from orders.display.fields import currency_of
from orders.display.money import currency, plain_amount
from orders.exports.cell_guard import guard
from orders.exports.columns import LINE_COLUMNS, ORDER_COLUMNS, Column
from orders.models import Order, OrderLine
from orders.payload import time_text
from orders.search import Query, find_orders, ordered

BLOCK = 500
_BOM = "\ufeff"


def csv_orders(organisation: Organisation, query: Query, *, excel: bool) -> Iterator[str]:
    """One row an order; orders gone at Glu are left out.

    `excel`: a byte order mark, all cells quoted, texts guarded against formulas, times in the organisation's zone
    (named in the heading). Else plain: texts untouched, times in UTC as ISO 8601, all in one form. Money is a decimal
    number in major units either way.
    """
    zone = organisation.zone if excel else None
    yield from _file(ORDER_COLUMNS, (order for block in _orders(organisation, query) for order in block), zone)


def csv_lines(organisation: Organisation, query: Query, *, excel: bool) -> Iterator[str]:
    """One row an order line of the same orders, in the same two forms."""
    zone = organisation.zone if excel else None
    lines = (line for block in _orders(organisation, query) for line in lines_of(organisation, block))
    yield from _file(LINE_COLUMNS, lines, zone)


def lines_of(organisation: Organisation, orders: Sequence[Order]) -> list[OrderLine]:
    """The lines of some orders, in the orders' order and each order's own."""
    by_pk = {order.pk: order for order in orders}
    place = {pk: position for position, pk in enumerate(by_pk)}
    lines = list(organisation.order_lines.filter(order__in=list(by_pk)))
    lines.sort(key=lambda line: (place[line.order_id], line.position, line.glu_id))
    for line in lines:
        line.order = by_pk[line.order_id]
    return lines


def blocks(rows: Iterable[Order]) -> Iterator[list[Order]]:
    """Orders in lists of BLOCK."""
    iterator = iter(rows)
    while block := list(islice(iterator, BLOCK)):
        yield block


def _orders(organisation: Organisation, query: Query) -> Iterator[list[Order]]:
    rows = ordered(find_orders(organisation, query.criteria).filter(gone_at=None), query.sort)
    return blocks(rows.iterator(chunk_size=BLOCK))


def _file(columns: Sequence[Column], rows: Iterable[Any], zone: ZoneInfo | None) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL if zone else csv.QUOTE_MINIMAL)
    buffer.write(_BOM if zone else "")
    writer.writerow(
        f"{column.heading} ({zone or 'UTC'})" if column.kind == "time" else column.heading for column in columns
    )
    for count, row in enumerate(rows, 1):
        writer.writerow([_cell(column, row, zone) for column in columns])
        if count % 100 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _cell(column: Column, row: Any, zone: ZoneInfo | None) -> str:
    value = column.value(row)
    if value is None:
        return ""
    if not isinstance(value, str):
        match column.kind:
            case "money":
                return plain_amount(value, currency_of(row))
            case "time":
                return _time(value, zone)
            case "flag":
                return "yes" if value else "no"
    text = currency(value) if column.kind == "currency" and zone else str(value)
    return guard(text) if zone else text


def _time(value: datetime, zone: ZoneInfo | None) -> str:
    if zone is None:
        return time_text(value)
    return value.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")
