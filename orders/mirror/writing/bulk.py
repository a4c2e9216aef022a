"""Many rows of a table written at once from plain values: making a model of each costs several times what writing does.

SQLite executes one prepared statement for each row. PostgreSQL plans each statement anew, so it is given all rows in
one, as JSON: to write thousands of values into the text of a statement takes its driver three times as long.
"""

import json
import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Model, UUIDField


def upsert(
    model: type[Model],
    columns: tuple[str, ...],
    rows: Collection[Sequence[Any]],
    *,
    unique: tuple[str, ...],
    keep: tuple[str, ...] = (),
    add: tuple[str, ...] = (),
) -> None:
    """Insert rows, whose values stand in the order of `columns`; where `unique` is here already, replace that row's.

    No two rows have the same `unique`. A relation's value is the other row's key. Of a row that is here `keep` stays as
    it is, and `add` is added to.
    """
    if not rows:
        return
    head, tail = _statement(model, columns, unique, keep, add)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"{head} VALUES ({places}) {tail}", _as_text(model, columns, rows))
        else:
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
    out = [list(row) for row in rows]
    for place, name in enumerate(columns):
        field = model._meta.get_field(name)
        adapt: Callable[[Any], str]
        if isinstance(field, DateTimeField):
            adapt = _time_text
        elif isinstance(field, UUIDField):
            adapt = _uuid_text
        else:
            continue
        for row in out:
            if row[place] is not None:
                row[place] = adapt(row[place])
    return out


def _time_text(value: datetime) -> str:
    """A time as Django has it written on SQLite, at half of what Django's own way to it costs."""
    return str(value.astimezone(UTC).replace(tzinfo=None))


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
