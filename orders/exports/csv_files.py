"""CSV as a stream: the rows of a filter, in the list's order, in constant memory."""

import csv
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from types import SimpleNamespace
from typing import Any

from django.db import connection

from glu_admin.tenancy.models import Organisation
from orders.exports.account import Account
from orders.exports.cells import Form, plain_cells
from orders.exports.choice import Choice
from orders.exports.columns import Column
from orders.exports.marks import Mark, since
from orders.exports.written import facts, prepare, written_cells
from orders.models import Order, OrderLine
from orders.search import Query, find_orders, ordered

BATCH = 2000
"""How many orders are read at a time: whatever a file holds, no more of it is in memory."""

BOM = "\ufeff"
_NO_NULL = "\x01no null\x01"  # PostgreSQL quotes what looks like a null
_GUARDED = ",\"'"  # how a guarded cell begins; within a cell its quote would stand twice


def csv_texts(
    organisation: Organisation,
    query: Query,
    choice: Choice,
    *,
    lines: bool,
    account: Account | None = None,
    mark: Mark | None = None,
    keys: "array[int] | None" = None,
) -> Iterator[str]:
    """A CSV file in pieces: one row an order, or one row an order line of the same orders.

    For Excel: a byte order mark, all cells quoted, texts guarded against formulas, times in the organisation's zone
    (named in the heading). Plain: texts untouched, times in UTC as ISO 8601, all in one form. Money is a decimal number
    in major units either way. Which orders and in which order is settled at the beginning, or was in `keys`; each is as
    it is when it is read. With a `mark`, only what is new or changed since then.
    """
    form = choice.form_of(organisation)
    columns = choice.columns_of(lines=lines, new_after=mark.order if mark else None)
    yield (BOM if form.guarded else "") + line_of(headings(columns, form), form)
    settled = settle(organisation, query, mark, lines=choice.shape != "orders") if keys is None else keys
    yield from row_texts(organisation, settled, columns, form, lines=lines, account=account or Account())


def headings(columns: Sequence[Column], form: Form) -> list[str]:
    """The first row; times say their zone."""
    return [
        f"{column.heading} ({form.zone or 'UTC'})" if column.kind == "time" else column.heading for column in columns
    ]


def row_texts(
    organisation: Organisation,
    settled: "array[int]",
    columns: Sequence[Column],
    form: Form,
    *,
    lines: bool,
    account: Account,
) -> Iterator[str]:
    """The rows of orders alone, some at a time, each with its line break; they are counted in `account`."""
    rows = _Rows(organisation, columns, form, lines=lines)
    for keys in batches(settled, account):
        yield rows.text(keys, account)


def line_of(cells: Sequence[str], form: Form) -> str:
    """A row as text."""
    out: list[str] = []
    _writer(out, form).writerow(cells)
    return out[0]


def settle(organisation: Organisation, query: Query, mark: Mark | None = None, *, lines: bool = False) -> "array[int]":
    """Which orders a file holds, in its order; those since a mark where there is one, `lines` as `since` has it."""
    orders = find_orders(organisation, query.criteria)
    sorted_ones = ordered(orders.filter(since(organisation, mark, lines=lines)) if mark else orders, query.sort)
    return array("q", sorted_ones.values_list("pk", flat=True).iterator(chunk_size=10_000))


def batches(keys: "array[int]", account: Account) -> Iterator[list[int]]:
    """The primary keys of orders, BATCH at a time."""
    account.orders = len(keys)
    for first in range(0, len(keys), BATCH):
        batch = keys[first : first + BATCH].tolist()
        yield batch
        account.done += len(batch)
        if account.new_after is not None:
            account.new += sum(key > account.new_after for key in batch)


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

    def text(self, keys: list[int], account: Account) -> str:
        """The rows of some orders, in their order, as text."""
        made: dict[int, list[str]] = defaultdict(list)
        odd: dict[int, tuple[int, int]] = {}
        for told, line in self._made(keys):
            order, row, *sure = told.split(" ", 4)
            if sure:
                account.add(sure[0], int(sure[1]), sure[2])
                made[int(order)].append(line)
            else:
                odd[int(row)] = int(order), len(made[int(order)])
                made[int(order)].append("")
        if self._form.guarded:
            account.guarded += sum(line.count(_GUARDED) for lines in made.values() for line in lines)
        for row in self._odd(list(odd)):
            order_pk, place = odd[row.pk]
            cells, guarded = plain_cells(self._columns, row, self._form)
            made[order_pk][place] = line_of(cells, self._form)
            account.guarded += guarded
            account.add_row(row)
        return "".join(chain.from_iterable(made[key] for key in keys if key in made))

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
            writer = _writer(out, self._form)
            while rows := cursor.fetchmany(500):
                writer.writerows([row[1:] for row in rows])
                yield from zip([row[0] for row in rows], out, strict=True)
                out.clear()

    def _odd(self, keys: list[int]) -> Sequence[Any]:
        rows: Any = self._organisation.order_lines.select_related("order") if self._lines else self._organisation.orders
        return list(rows.filter(pk__in=keys)) if keys else []


def _writer(out: list[str], form: Form) -> Any:
    sink = SimpleNamespace(write=out.append)
    return csv.writer(sink, quoting=csv.QUOTE_ALL if form.guarded else csv.QUOTE_MINIMAL)
