"""Many rows of a table written at once from plain values: making a model of each costs several times what writing does.

The rows of one call are one prepared statement, executed for each; both databases take it as it is.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

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

    A relation's value is the other row's key. Of a row that is here `keep` stays as it is, and `add` is added to.
    """
    fields = [model._meta.get_field(name) for name in columns]
    # What a database has no type for is prepared by its field; text and numbers are as they are.
    prepared = [(place, field) for place, field in enumerate(fields) if isinstance(field, (DateTimeField, UUIDField))]
    values = []
    for row in rows:
        out = list(row)
        for place, field in prepared:
            if out[place] is not None:
                out[place] = field.get_db_prep_value(out[place], connection)
        values.append(out)
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(_statement(model, columns, unique, keep, add), values)


@cache
def _statement(
    model: type[Model], columns: tuple[str, ...], unique: tuple[str, ...], keep: tuple[str, ...], add: tuple[str, ...]
) -> str:
    names = {name: f'"{model._meta.get_field(name).column}"' for name in columns}  # type: ignore[union-attr]
    table = f'"{model._meta.db_table}"'
    sets = [
        f"{names[name]} = {f'{table}.{names[name]} + ' if name in add else ''}EXCLUDED.{names[name]}"
        for name in columns
        if name not in unique and name not in keep
    ]
    places = ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO {table} ({', '.join(names.values())}) VALUES ({places})"  # noqa: S608  our own models' names
    return f"{insert} ON CONFLICT ({', '.join(names[name] for name in unique)}) DO UPDATE SET {', '.join(sets)}"
