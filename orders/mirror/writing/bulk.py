"""Many rows of a table written at once from plain values: making a model of each costs several times what writing does.

SQLite executes one prepared statement for each row; PostgreSQL is given the rows of a block in one statement, as it
plans each statement anew.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Model, UUIDField

_BLOCK = 100


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
    place = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"{head} {place} {tail}", _as_text(model, columns, rows))
            return
        waiting = list(rows)
        for start in range(0, len(waiting), _BLOCK):
            block = waiting[start : start + _BLOCK]
            cursor.execute(f"{head} {', '.join([place] * len(block))} {tail}", list(chain.from_iterable(block)))


def update(model: type[Model], columns: tuple[str, ...], rows: Collection[Sequence[Any]]) -> None:
    """Write rows that are there, whose values stand in the order of `columns`; they are found by the first of them."""
    if not rows:
        return
    fields = [model._meta.get_field(name) for name in columns]
    names = [f'"{field.column}"' for field in fields]  # type: ignore[union-attr]
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            sets = ", ".join(f"{name} = %s" for name in names[1:])
            texts = [[*row[1:], row[0]] for row in _as_text(model, columns, rows)]
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE {names[0]} = %s", texts)  # noqa: S608
            return
        places = ", ".join(f"%s::{field.db_type(connection)}" for field in fields)
        sets = ", ".join(f"{name} = given.{name}" for name in names[1:])
        waiting = list(rows)
        for start in range(0, len(waiting), _BLOCK):
            block = waiting[start : start + _BLOCK]
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM (VALUES {', '.join([f'({places})'] * len(block))}) "  # noqa: S608
                f"AS given ({', '.join(names)}) WHERE {table}.{names[0]} = given.{names[0]}",
                list(chain.from_iterable(block)),
            )


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
    """What stands before the places of the values, and what after them."""
    names = {name: f'"{model._meta.get_field(name).column}"' for name in columns}  # type: ignore[union-attr]
    table = f'"{model._meta.db_table}"'
    sets = [
        f"{names[name]} = {f'{table}.{names[name]} + ' if name in add else ''}EXCLUDED.{names[name]}"
        for name in columns
        if name not in unique and name not in keep
    ]
    insert = f"INSERT INTO {table} ({', '.join(names.values())}) VALUES"
    return insert, f"ON CONFLICT ({', '.join(names[name] for name in unique)}) DO UPDATE SET {', '.join(sets)}"
