"""How PostgreSQL searches texts: a GIN index of trigrams, with the organisation in it."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import ProgrammingError, connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.utils import NotSupportedError, OperationalError

INDEX = "document_text"
NEWEST = 8_000
"""So many of the newest texts are read before the index is asked: a few milliseconds."""
_EXTENSIONS = ("pg_trgm", "btree_gin")
# A trigram can be taken from three letters, from where a word begins, and from where one ends after two.
_HAS_TRIGRAM = re.compile(r"[^\W_]{3}|(?:[\W_])[^\W_]|[^\W_]{2}[\W_]", re.ASCII)


def make_index() -> bool:
    """Make the index while the desk is used; false where the extensions cannot be had, and texts are read instead.

    Call it outside of a transaction. What an attempt that was stopped has left is made anew.
    """
    with connection.cursor() as cursor:
        try:
            for name in _EXTENSIONS:
                cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        except (ProgrammingError, OperationalError, NotSupportedError):
            return False
        cursor.execute("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid", [f'"{INDEX}"'])
        if cursor.fetchone():
            drop_index()
        cursor.execute(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {INDEX} "
            "ON orders_orderdocument USING gin (organisation_id, text gin_trgm_ops)"
        )
    return True


def drop_index() -> None:
    """Drop the index while the desk is used."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")


def lacking() -> int | None:
    """None where there is no index; else 0, as PostgreSQL keeps it equal to the texts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND indisvalid", [f'"{INDEX}"'])
        return 0 if cursor.fetchone() else None


def among_newest(
    organisation_id: int, wanted: Sequence[str], unwanted: Sequence[str], most: int
) -> list[tuple[Any, int]]:
    """Of the newest texts those that have every wanted term and no unwanted one, newest first and at most `most`.

    Of each it gives when the order was created, as the database has it, and the order's key.
    """
    conditions, patterns = _conditions("text", wanted, unwanted)
    sql = f"""
        SELECT created_at, order_id FROM (
            SELECT created_at, order_id, text FROM orders_orderdocument
            WHERE organisation_id = %s ORDER BY created_at DESC LIMIT %s
        ) AS newest WHERE {conditions} LIMIT %s"""  # noqa: S608  (nothing but columns of ours)
    with connection.cursor() as cursor:
        cursor.execute(sql, [organisation_id, NEWEST, *patterns, most])
        return list(cursor.fetchall())


def matches(organisation_id: int, wanted: Sequence[str], unwanted: Sequence[str], most: int) -> list[tuple[Any, int]]:
    """Up to `most` orders whose text has every wanted term and no unwanted one, in no order.

    Of each is told what `among_newest` tells.
    """
    sql, parameters = _found("created_at, order_id", organisation_id, wanted, unwanted)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s", [*parameters, most])
        return list(cursor.fetchall())


def speaking(organisation_id: int, wanted: Sequence[str], unwanted: Sequence[str]) -> Q:
    """The condition that an order's text has every wanted term and no unwanted one, by the index."""
    return Q(pk__in=RawSQL(*_found("order_id", organisation_id, wanted, unwanted)))  # noqa: S611  (terms are parameters)


def _found(columns: str, organisation_id: int, wanted: Sequence[str], unwanted: Sequence[str]) -> tuple[str, list[Any]]:
    """SQL that gives columns of the texts, and its parameters."""
    # The planner may take the index by time instead, as it hopes to find enough soon; it cannot where all are asked
    # for. Without a trigram to look for, the index would be read whole, which takes far longer than the texts.
    text = "text" if any(map(_HAS_TRIGRAM.search, wanted)) else "text || ''"
    conditions, patterns = _conditions(text, wanted, unwanted)
    # A small number comes as a small integer, and the index knows the organisation among large ones only.
    sql = f"""
        WITH found AS MATERIALIZED (
            SELECT {columns} FROM orders_orderdocument WHERE organisation_id = %s::bigint AND {conditions}
        ) SELECT {columns} FROM found"""  # noqa: S608  (nothing but columns of ours)
    return sql, [organisation_id, *patterns]


def _conditions(text: str, wanted: Sequence[str], unwanted: Sequence[str]) -> tuple[str, list[str]]:
    """The terms as SQL, and its parameters."""
    conditions = [f"{text} LIKE %s"] * len(wanted) + [f"{text} NOT LIKE %s"] * len(unwanted)
    patterns = [f"%{connection.ops.prep_for_like_query(term)}%" for term in (*wanted, *unwanted)]
    return " AND ".join(conditions), patterns
