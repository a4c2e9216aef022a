"""The cells of a CSV file made by the database: Python makes those rows alone that are odd.

A row is odd where a cell takes more than its column: Glu sent something of another kind, a currency without known
decimals, discount codes, or a text that needs a guard within. What is meant stands in `cells`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import DataError, connection, transaction
from django.db.models import CharField, F, Func
from django.db.models.expressions import Expression

from orders.display.money import known_codes, plain_amount
from orders.documented import LINE_FIELDS, ORDER_FIELDS
from orders.exports.cell_guard import HIDING, SEPARATORS, SIGNS, guard
from orders.exports.cells import Form, local_time
from orders.exports.columns import Column

_GLU = {
    False: {entry.column: entry.glu for entry in ORDER_FIELDS},
    True: {entry.column: entry.glu for entry in LINE_FIELDS},
}
_FIND = {"postgresql": "strpos", "sqlite": "instr"}
_NO_CODES = '"discountCodes":[]'
_START = rf"^(?:['\t\r\n]|[{HIDING}]*[{SIGNS}])".replace("'", "''")
_WITHIN = rf"[{SEPARATORS}][{SEPARATORS}{HIDING}]*[{SIGNS}]".replace("'", "''")
# A text that begins with a letter or a digit begins no formula, and takes no pattern to see that.
_PLAIN = {
    "postgresql": "{0} IS NULL OR ascii({0}) BETWEEN 48 AND 122 AND ascii({0}) NOT IN (61, 64)",
    "sqlite": "{0} IS NULL OR {0} >= 'A' AND {0} < '{{' OR {0} >= '0' AND {0} < ':'",
}
# Takes a run whole whether a sign follows or not, so that no text is looked through twice.
_within = re.compile(rf"[{SEPARATORS}][{SEPARATORS}{HIDING}]*+([{SIGNS}])?").finditer
_UTC = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')"""


class Written(Func):
    """An expression over columns, which stand as {0}, {1}, … in a text for each database."""

    output_field = CharField()

    def __init__(self, *columns: str | Expression, postgresql: str, sqlite: str) -> None:
        super().__init__(*(F(column) if isinstance(column, str) else column for column in columns))
        self.texts = {"postgresql": postgresql, "sqlite": sqlite}

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        """The text for the database that is connected."""
        names = [compiler.compile(column)[0] for column in self.source_expressions]
        return self.texts[connection.vendor].format(*names), []


def written_cells(columns: Sequence[Column], form: Form) -> dict[str, Written]:
    """An expression for the text of each column's cell in rows that are not odd, by the name it is to have."""
    return {f"c{place}": _cell(column, form) for place, column in enumerate(columns)}


def facts(columns: Sequence[Column], form: Form, *, lines: bool) -> Written:
    """An expression for what is to be known of a row, without commas: "ORDER ROW CURRENCY TOTAL UPDATED".

    ORDER and ROW are primary keys; of an odd row it is only "ORDER ROW".
    """
    odd = Func(*_odd(columns, form), template="%(expressions)s", arg_joiner=" OR ")
    row, total = ("lines__pk", "lines__total") if lines else ("pk", "total")
    told = "{0} || ' ' || {1} || CASE WHEN {5} THEN '' ELSE ' ' || {2} || ' ' || COALESCE({3}, 0) || ' ' || "
    return Written(
        "pk",
        row,
        "currency_code",
        total,
        "updated_at",
        odd,
        postgresql=told + "COALESCE(({4} AT TIME ZONE 'UTC')::text, '') END",
        sqlite=told + "COALESCE({4}, '') END",
    )


def prepare(form: Form) -> None:
    """Give SQLite what the expressions call."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        for name, arguments, function in (
            ("export_amount", 2, lru_cache(10_000)(plain_amount)),
            ("export_guard", 1, guard),
            ("export_within", -1, _is_within),
            ("export_time", 1, _Times(form.zone)),
        ):
            connection.connection.create_function(name, arguments, function, deterministic=True)


def _is_within(*texts: str | None) -> bool:
    """Whether a formula may begin within one of the texts."""
    return any(run[1] for run in _within("a".join(filter(None, texts))))


class _Times(dict[str, str]):
    """SQLite's times in a zone; what its clock shows in an hour is found out once."""

    def __init__(self, zone: ZoneInfo | None) -> None:
        self._zone = zone or UTC

    def __call__(self, stored: str) -> str:
        hour = self[stored[:13]]
        return f"{hour}{stored[13:19]}" if hour else self._local(stored)

    def __missing__(self, hour: str) -> str:
        first, last = self._local(f"{hour}:00:00"), self._local(f"{hour}:59:59")
        self[hour] = first[:13] if (first[13:], last) == (":00:00", f"{first[:13]}:59:59") else ""
        return self[hour]

    def _local(self, stored: str) -> str:
        try:
            return local_time(datetime.fromisoformat(stored).replace(tzinfo=UTC), self._zone)
        except OverflowError:  # at the end of the calendar, where rows are odd
            return ""


def _name(column: Column) -> str:
    return f"lines__{column.field}" if column.of_line else column.field


def _source(column: Column) -> str | Expression:
    """What the database takes a column's value from."""
    if column.field == "net_amount":
        net = "({0} - {1} - COALESCE({2}, 0))"
        return Written("paid_amount", "refunded_amount", "charged_back_amount", postgresql=net, sqlite=net)
    return _name(column)


def _cell(column: Column, form: Form) -> Written:
    postgresql, sqlite = "COALESCE({0}::text, '')", "COALESCE({0}, '')"
    short = {"postgresql": "{0}", "sqlite": "{0}"}
    match column.short:
        case "name":
            short = dict.fromkeys(short, "CASE WHEN {0} <> '' THEN substr({0}, 1, 1) || '.' END")
        case "postcode":
            short = dict.fromkeys(
                short, "substr(replace({0}, ' ', ''), 1, GREATEST(length(replace({0}, ' ', '')) - 3, 0))"
            )
            short["sqlite"] = short["sqlite"].replace("GREATEST", "max")
    match column.kind:
        case "money":
            scaled = [
                f"WHEN {{1}} IN ({codes}) THEN ({{0}} * {10**-decimals:.{decimals}f})::text"
                for decimals, codes in _codes().items()
            ]
            postgresql = f"COALESCE(CASE {' '.join(scaled)} END, '')"
            sqlite = "CASE WHEN {0} IS NULL THEN '' ELSE export_amount({0}, {1}) END"
        case "time" if form.zone is None:
            postgresql = f"COALESCE({_UTC}, '')"
            sqlite = "COALESCE(substr({0}, 1, 10) || 'T' || substr({0}, 12, 8) || '+00:00', '')"
        case "time":
            postgresql = f"COALESCE(date_trunc('second', {{0}} AT TIME ZONE '{form.zone}')::text, '')"
            sqlite = "CASE WHEN {0} IS NULL THEN '' ELSE export_time({0}) END"
        case "flag":
            postgresql = sqlite = "CASE {0} WHEN TRUE THEN 'yes' WHEN FALSE THEN 'no' ELSE '' END"
        case "uuid":
            parts = [f"substr({{0}}, {at}, {size})" for at, size in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
            sqlite = "COALESCE(" + " || '-' || ".join(parts) + ", '')"
        case "codes":
            postgresql = sqlite = "''"
        case "change":
            postgresql = sqlite = f"CASE WHEN {{0}} > {column.after} THEN 'new' ELSE 'changed' END"
        case "text" if form.guarded:
            postgresql = (
                f"CASE WHEN {_PLAIN['postgresql']} THEN COALESCE({{0}}, '') "
                f"WHEN {{0}} ~ '{_START}' THEN '''' || {{0}} ELSE {{0}} END"
            )
            sqlite = f"CASE WHEN {_PLAIN['sqlite']} THEN COALESCE({{0}}, '') ELSE export_guard({{0}}) END"
    if column.short:
        postgresql, sqlite = (
            text.replace("{0}", f"({short[vendor]})")
            for vendor, text in (("postgresql", postgresql), ("sqlite", sqlite))
        )
    return Written(_source(column), "currency_code", postgresql=postgresql, sqlite=sqlite)


def _odd(columns: Sequence[Column], form: Form) -> Iterator[Written]:
    """What makes a row odd, each a condition."""
    if form.zone and not _zone_is_known(form.zone):
        yield _same("TRUE")
    yield _same(f"{{0}} IS NULL OR {{0}} NOT IN ({', '.join(_codes().values())})", "currency_code")
    for column in columns:
        name, extra = _name(column), "lines__extra" if column.of_line else "extra"
        if column.kind == "codes":
            yield _found(f"replace({{1}}, '{_NO_CODES}', '')", "discountCodes", name, extra)
        elif column.kind == "number":
            yield _same("{0} < 0", name)
        elif column.field in _GLU[column.of_line]:
            yield _found("{1}", _GLU[column.of_line][column.field], name, extra, "{0} IS NULL AND ")
        if column.kind == "time":
            yield _same("{0} NOT BETWEEN '0002-01-01' AND '9999-01-01'", name)
    texts = [_name(column) for column in columns if column.kind == "text"]
    if texts and form.guarded:
        places = ", ".join(f"{{{place}}}" for place in range(len(texts)))
        yield Written(
            *texts,
            postgresql=f"concat_ws('a', {places}) ~ '{_WITHIN}'",
            sqlite=f"export_within({places})",
        )


def _same(text: str, *columns: str) -> Written:
    return Written(*columns, postgresql=text, sqlite=text)


def _found(within: str, glu: str, name: str, extra: str, before: str = "") -> Written:
    """Whether a field's name stands in what an order or line keeps beside its columns."""
    texts = {vendor: f"{before}{find}({within}, '\"{glu}\":') > 0" for vendor, find in _FIND.items()}
    return Written(name, extra, **texts)


@lru_cache
def _codes() -> dict[int, str]:
    """The codes of currencies, by their decimals."""
    return {decimals: _listed(codes) for decimals, codes in known_codes().items()}


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))


@lru_cache
def _zone_is_known(zone: ZoneInfo) -> bool:
    """Whether the database's clocks show the same in a zone as Python's: each has its own table of zones."""
    if connection.vendor == "sqlite":
        return True
    first, days = datetime(1990, 1, 1, tzinfo=UTC), 60 * 366
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT (day AT TIME ZONE %s)::text FROM generate_series(%s, %s, interval '1 day') day",
                [str(zone), first, first + timedelta(days=days)],
            )
            told = [row[0] for row in cursor.fetchall()]
    except DataError:
        return False
    return told == [local_time(first + timedelta(days=day), zone) for day in range(days + 1)]
