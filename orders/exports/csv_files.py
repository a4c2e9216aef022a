"""CSV as a stream: the rows of a filter, in the list's order, in constant memory."""

import csv
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from glu_admin.tenancy.models import Organisation
from orders.exports.cells import Form, plain_cells
from orders.exports.columns import LINE_COLUMNS, ORDER_COLUMNS, Column
from orders.exports.written import facts, prepare, written_cells
from orders.models import Order, OrderLine
from orders.search import Query, find_orders, ordered

BATCH = 2000
"""How many orders are read at a time: whatever a file holds, no more of it is in memory."""

_BOM = "\ufeff"
_NO_NULL = "\x01no null\x01"  # PostgreSQL quotes what looks like a null


def csv_orders(organisation: Organisation, query: Query, *, excel: bool) -> Iterator[str]:
    """One row an order; orders gone at Glu are left out.

    `excel`: a byte order mark, all cells quoted, texts guarded against formulas, times in the organisation's zone
    (named in the heading). Else plain: texts untouched, times in UTC as ISO 8601, all in one form. Money is a decimal
    number in major units either way. Which orders and in which order is settled at the beginning; each is as it is
    when it is read.
    """
    return _file(organisation, query, ORDER_COLUMNS, excel=excel, lines=False)


def csv_lines(organisation: Organisation, query: Query, *, excel: bool) -> Iterator[str]:
    """One row an order line of the same orders, in the same two forms."""
    return _file(organisation, query, LINE_COLUMNS, excel=excel, lines=True)


def batches(orders: QuerySet[Order]) -> Iterator[list[int]]:
    """The primary keys of orders in their order, BATCH at a time; which they are is settled at the first."""
    keys = array("q", orders.values_list("pk", flat=True).iterator(chunk_size=10_000))
    for first in range(0, len(keys), BATCH):
        yield keys[first : first + BATCH].tolist()


def found(organisation: Organisation, query: Query) -> QuerySet[Order]:
    """The orders of a file, in its order."""
    return ordered(find_orders(organisation, query.criteria).filter(gone_at=None), query.sort)


def _file(
    organisation: Organisation, query: Query, columns: Sequence[Column], *, excel: bool, lines: bool
) -> Iterator[str]:
    form = Form(guarded=excel, zone=organisation.zone if excel else None)
    rows = _Rows(organisation, columns, form, lines=lines)
    headings = [
        f"{column.heading} ({form.zone or 'UTC'})" if column.kind == "time" else column.heading for column in columns
    ]
    yield (_BOM if excel else "") + rows.line(headings)
    for keys in batches(found(organisation, query)):
        yield rows.text(keys)


class _Rows:
    """The rows of a file, made by the database but for those that are odd."""

    def __init__(self, organisation: Organisation, columns: Sequence[Column], form: Form, *, lines: bool) -> None:
        self._organisation, self._columns, self._form, self._lines = organisation, columns, form, lines
        prepare(form)
        rows = organisation.orders.filter(lines__isnull=False) if lines else organisation.orders.all()
        cells = written_cells(columns, form)
        made = rows.annotate(facts=facts(columns, form, lines=lines), **cells).values_list("facts", *cells).order_by()
        self._sql, self._params = made.query.sql_with_params()
        self._names = ", ".join(cells)

    def text(self, keys: list[int]) -> str:
        """The rows of some orders, in their order, as text."""
        made: dict[int, list[str]] = defaultdict(list)
        odd: dict[int, tuple[int, int]] = {}
        for told, line in self._made(keys):
            order, row, *sure = told.split(" ", 4)
            if not sure:
                odd[int(row)] = int(order), len(made[int(order)])
            made[int(order)].append(line)
        for pk, line in self._odd(list(odd)):
            order_pk, place = odd[pk]
            made[order_pk][place] = line
        return "".join(chain.from_iterable(made[key] for key in keys if key in made))

    def line(self, cells: Sequence[str]) -> str:
        """A row as text."""
        out: list[str] = []
        self._writer(out).writerow(cells)
        return out[0]

    def _writer(self, out: list[str]) -> Any:
        sink = SimpleNamespace(write=out.append)
        return csv.writer(sink, quoting=csv.QUOTE_ALL if self._form.guarded else csv.QUOTE_MINIMAL)

    def _made(self, keys: list[int]) -> Iterator[tuple[str, str]]:
        """What is known of each row of some orders, and the row as text."""
        order, line = (connection.ops.quote_name(model._meta.db_table) for model in (Order, OrderLine))
        sql = f"{self._sql} AND {order}.id IN ({', '.join(map(str, keys))})"
        if self._lines:
            sql += f" ORDER BY {line}.position, {line}.glu_id"
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                quoted = f", FORCE_QUOTE ({self._names})" if self._form.guarded else ""
                copying = f"COPY ({sql}) TO STDOUT (FORMAT csv, NULL '{_NO_NULL}'{quoted})"
                with connection.wrap_database_errors, cursor.cursor.copy(copying, self._params) as copied:
                    for data in copied:
                        told, _, text = str(data, "utf-8").partition(",")
                        yield told, f"{text[:-1]}\r\n"
                return
            cursor.execute(sql, self._params)
            out: list[str] = []
            writer = self._writer(out)
            while rows := cursor.fetchmany(500):
                writer.writerows([row[1:] for row in rows])
                yield from zip([row[0] for row in rows], out, strict=True)
                out.clear()

    def _odd(self, keys: list[int]) -> Iterator[tuple[int, str]]:
        if not keys:
            return
        rows = self._organisation.order_lines.select_related("order") if self._lines else self._organisation.orders
        for row in rows.filter(pk__in=keys):
            yield row.pk, self.line(plain_cells(self._columns, row, self._form)[0])
