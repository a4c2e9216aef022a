"""Many rows of a table written or found at once as plain values.

To make a model of each costs several times what writing does, and to make the ORM's question what answering it does.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Model, UUIDField

from glu_admin.tenancy.models import Organisation


def upsert(
    model: type[Model],
    columns: tuple[str, ...],
    rows: Collection[Sequence[Any]],
    *,
    unique: tuple[str, ...],
    keep: tuple[str, ...] = (),
    add: tuple[str, ...] = (),
) -> None:
    """Insert rows, whose values stand in the order of `columns`, or write them over those with the same `unique`.

    No two of the rows have the same `unique`. A relation's value is the other row's key. Where a row is written over,
    its columns in `keep` stay as they are, and those in `add` are added to.
    """
    if not rows:
        return
    head, tail = _statement(model, columns, unique, keep, add)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # A statement is prepared once, and executed for each row.
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"{head} VALUES ({places}) {tail}", _as_text(model, columns, rows))
        else:
            # PostgreSQL plans each statement anew, so it is given all rows in one; as JSON, for to write thousands of
            # values into the text of a statement takes its driver three times as long.
            given = _given(model, columns)
            cursor.execute(f"{head} SELECT * FROM {given} {tail}", [_as_json(model, columns, rows)])  # noqa: S608


def update(model: type[Model], columns: tuple[str, ...], rows: Collection[Sequence[Any]]) -> None:
    """Write rows that are there, whose values stand in the order of `columns`; they are found by the first of them."""
    if not rows:
        return
    table, names = f'"{model._meta.db_table}"', _names(model, columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            sets = ", ".join(f"{name} = %s" for name in names[1:])
            texts = [[*row[1:], row[0]] for row in _as_text(model, columns, rows)]
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE {names[0]} = %s", texts)  # noqa: S608
        else:
            sets = ", ".join(f"{name} = given.{name}" for name in names[1:])
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM {_given(model, columns)} "  # noqa: S608
                f"WHERE {table}.{names[0]} = given.{names[0]}",
                [_as_json(model, columns, rows)],
            )


def save(row: Model, *columns: str) -> None:
    """Write these columns of one row that is there."""
    named = (row._meta.pk.name, *columns)
    update(type(row), named, [[row.serializable_value(name) for name in named]])


def found(
    organisation: Organisation, model: type[Model], columns: tuple[str, ...], *, by: str, among: Collection[int]
) -> list[tuple[Any, ...]]:
    """The organisation's rows with one of these numbers in the column `by`: their values in the order of `columns`."""
    if not among:
        return []
    sql = _question(model, columns, by)
    numbers = json.dumps(list(among)) if connection.vendor == "sqlite" else list(among)
    with connection.cursor() as cursor:
        cursor.execute(sql, [organisation.pk, numbers])
        rows = cursor.fetchall()
    return list(_from_text(model, columns, rows)) if connection.vendor == "sqlite" else rows


@cache
def _question(model: type[Model], columns: tuple[str, ...], by: str) -> str:
    (place,) = _names(model, (by,))
    listed = "IN (SELECT value FROM json_each(%s))" if connection.vendor == "sqlite" else "= ANY(%s::bigint[])"
    # The plus keeps a database without statistics from reading all of an organisation where a number alone tells.
    organisation = "+organisation_id" if model._meta.get_field(by).unique else "organisation_id"  # type: ignore[union-attr]
    return (
        f"SELECT {', '.join(_names(model, columns))} "  # noqa: S608  (names of ours)
        f'FROM "{model._meta.db_table}" WHERE {organisation} = %s AND {place} {listed}'
    )


@cache
def _names(model: type[Model], columns: tuple[str, ...]) -> list[str]:
    return [f'"{model._meta.get_field(name).column}"' for name in columns]  # type: ignore[union-attr]


@cache
def _given(model: type[Model], columns: tuple[str, ...]) -> str:
    """The rows of a parameter as a table of PostgreSQL's, its columns in the order of `columns`."""
    types = (str(model._meta.get_field(name).db_type(connection)) for name in columns)
    # Without a length: what is too long for its column has to fail, not to be cut.
    columns_of = (
        f"{name} {re.sub(r'[(].*[)]', '', kind)}" for name, kind in zip(_names(model, columns), types, strict=True)
    )
    return f"json_to_recordset(%s::json) AS given ({', '.join(columns_of)})"


def _as_json(model: type[Model], columns: tuple[str, ...], rows: Collection[Sequence[Any]]) -> str:
    """The rows as _given reads them: an object each, by the names of its columns."""
    names = [model._meta.get_field(name).column for name in columns]  # type: ignore[union-attr]
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str, ensure_ascii=False)


def _as_text(model: type[Model], columns: tuple[str, ...], rows: Collection[Sequence[Any]]) -> list[list[Any]]:
    """The rows with their times and UUIDs as SQLite has them, which has no type for them."""
    return _each(rows, [(place, to_text) for place, (to_text, _) in _without_type(model, columns).items()])


def _from_text(
    model: type[Model], columns: tuple[str, ...], rows: Collection[Sequence[Any]]
) -> Iterator[tuple[Any, ...]]:
    """The rows as SQLite gives them, with the times and UUIDs that they stand for."""
    return map(tuple, _each(rows, [(place, of_text) for place, (_, of_text) in _without_type(model, columns).items()]))


def _each(rows: Collection[Sequence[Any]], made: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[list[Any]]:
    """The rows with what is made of the values at some places; null stays null."""
    out = [list(row) for row in rows]
    for place, make in made:
        for row in out:
            if row[place] is not None:
                row[place] = make(row[place])
    return out


@cache
def _without_type(
    model: type[Model], columns: tuple[str, ...]
) -> dict[int, tuple[Callable[[Any], str], Callable[[Any], Any]]]:
    """The places of columns for which SQLite has no type: how their values become text, and what comes back is read."""
    fields = [model._meta.get_field(name) for name in columns]
    times = {place: (_time_text, _utc) for place, field in enumerate(fields) if isinstance(field, DateTimeField)}
    return times | {place: (_uuid_text, UUID) for place, field in enumerate(fields) if isinstance(field, UUIDField)}


def _time_text(value: datetime) -> str:
    """A time as Django has it written on SQLite, at half of what Django's own way to it costs."""
    return str(value.astimezone(UTC).replace(tzinfo=None))


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


def _uuid_text(value: UUID) -> str:
    return value.hex


@cache
def _statement(
    model: type[Model], columns: tuple[str, ...], unique: tuple[str, ...], keep: tuple[str, ...], add: tuple[str, ...]
) -> tuple[str, str]:
    """What stands before the rows, and what after them."""
    table, names = f'"{model._meta.db_table}"', dict(zip(columns, _names(model, columns), strict=True))
    sets = [
        f"{names[name]} = {f'{table}.{names[name]} + ' if name in add else ''}EXCLUDED.{names[name]}"
        for name in columns
        if name not in unique and name not in keep
    ]
    insert = f"INSERT INTO {table} ({', '.join(names.values())})"
    return insert, f"ON CONFLICT ({', '.join(names[name] for name in unique)}) DO UPDATE SET {', '.join(sets)}"
