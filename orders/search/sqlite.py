"""How SQLite searches texts: an FTS5 table of trigrams, which triggers keep equal to the documents.

A row's number is that of its organisation and order together, so that one organisation's are a stretch of them.
"""

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

INDEX = "orders_search"
_READY = "orders_search_ready"
"""A table that is there once every text is in the index, and the index may be asked."""
_BITS = 40
"""An order's key has no more; an organisation's stands above them."""
_TRIGRAM = 3
_BATCH = 1_000
NEWEST = 8_000
"""So many of the newest texts are read before the index is asked: a few milliseconds."""
_KEY = f"(organisation_id << {_BITS}) + order_id"
_INDEXED = f"(SELECT id FROM {INDEX}_docsize)"  # noqa: S608  (names of ours, here and below)
_NEW, _OLD = (f"({row}.organisation_id << {_BITS}) + {row}.order_id" for row in ("new", "old"))
_ADD = f"INSERT INTO {INDEX} (rowid, text) VALUES ({_NEW}, new.text);"  # noqa: S608
# A text that is not in the index yet cannot be taken out of it.
_TAKE = f"INSERT INTO {INDEX} ({INDEX}, rowid, text) SELECT 'delete', {_OLD}, old.text WHERE {_OLD} IN {_INDEXED};"
_EVENTS = {"made": ("INSERT", _ADD), "changed": ("UPDATE OF text", _TAKE + _ADD), "gone": ("DELETE", _TAKE)}


def make_index() -> bool:
    """Make the index and fill it by the batch; false where this SQLite has no trigrams, and texts are read instead.

    Call it outside of a transaction. It goes on with what an attempt that was stopped has left.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} "
                "USING fts5(text, content='', tokenize='trigram case_sensitive 1')"
            )
        except OperationalError:
            return False
        for name, (event, does) in _EVENTS.items():
            cursor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {INDEX}_{name} AFTER {event} ON orders_orderdocument BEGIN {does} END"
            )
        after = 0
        while True:
            cursor.execute(
                "SELECT max(order_id) FROM (SELECT order_id FROM orders_orderdocument WHERE order_id > %s "
                "ORDER BY order_id LIMIT %s)",
                [after, _BATCH],
            )
            (last,) = cursor.fetchone()
            if last is None:
                break
            cursor.execute(
                f"INSERT INTO {INDEX} (rowid, text) SELECT {_KEY}, text FROM orders_orderdocument "  # noqa: S608
                f"WHERE order_id > %s AND order_id <= %s AND {_KEY} NOT IN {_INDEXED}",
                [after, last],
            )
            after = last
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {_READY} (is_ready)")
    return True


def drop_index() -> None:
    """Drop the index and what fills it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_READY}")
        for name in _EVENTS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {INDEX}_{name}")
        cursor.execute(f"DROP TABLE IF EXISTS {INDEX}")


def lacking() -> int | None:
    """How many texts the index lacks, and holds that are no more; None where there is no index."""
    with connection.cursor() as cursor:
        if not _is_ready(cursor):
            return None
        cursor.execute(
            f"SELECT (SELECT count(*) FROM orders_orderdocument WHERE {_KEY} NOT IN {_INDEXED}) + "  # noqa: S608
            f"(SELECT count(*) FROM {INDEX}_docsize WHERE id NOT IN (SELECT {_KEY} FROM orders_orderdocument))"
        )
        return int(cursor.fetchone()[0])


def among_newest(
    organisation_id: int, wanted: Sequence[str], unwanted: Sequence[str], most: int
) -> list[tuple[Any, int]]:
    """Of the newest texts those that have every wanted term and no unwanted one, newest first and at most `most`.

    Of each it gives when the order was created, as the database has it, and the order's key.
    """
    read, patterns = _read(wanted, unwanted)
    sql = f"""
        SELECT created_at, order_id FROM (
            SELECT created_at, order_id, text FROM orders_orderdocument
            WHERE organisation_id = %s ORDER BY created_at DESC LIMIT %s
        ) WHERE true {read} LIMIT %s"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [organisation_id, NEWEST, *patterns, most])
        return list(cursor.fetchall())


def matches(organisation_id: int, wanted: Sequence[str], unwanted: Sequence[str], most: int) -> list[tuple[Any, int]]:
    """Up to `most` orders whose text has every wanted term and no unwanted one, in no order.

    Of each is told what `among_newest` tells, but for when it was created, which the index does not know: None.
    """
    sql, parameters = _found(organisation_id, wanted, unwanted)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s", [*parameters, most])
        return [(None, pk) for (pk,) in cursor.fetchall()]


def speaking(organisation_id: int, wanted: Sequence[str], unwanted: Sequence[str]) -> Q:
    """The condition that an order's text has every wanted term and no unwanted one, by the index."""
    return Q(pk__in=RawSQL(*_found(organisation_id, wanted, unwanted)))  # noqa: S611  (terms are parameters)


def _found(organisation_id: int, wanted: Sequence[str], unwanted: Sequence[str]) -> tuple[str, list[Any]]:
    """SQL that gives the keys, and its parameters."""
    with connection.cursor() as cursor:
        indexed = [term for term in wanted if len(term) >= _TRIGRAM] if _is_ready(cursor) else []
    read, patterns = _read([term for term in wanted if term not in indexed], unwanted)
    if not indexed:
        sql = f"SELECT order_id FROM orders_orderdocument WHERE organisation_id = %s{read}"  # noqa: S608
        return sql, [organisation_id, *patterns]
    base = organisation_id << _BITS
    sql = f"SELECT rowid - %s AS pk FROM {INDEX} WHERE {INDEX} MATCH %s AND rowid BETWEEN %s AND %s"  # noqa: S608
    if read:
        sql = f"SELECT pk FROM ({sql}) CROSS JOIN orders_orderdocument ON order_id = pk WHERE true{read}"  # noqa: S608
    return sql, [base, " AND ".join(map(_phrase, indexed)), base, base + (1 << _BITS) - 1, *patterns]


def _read(wanted: Sequence[str], unwanted: Sequence[str]) -> tuple[str, list[str]]:
    """Terms that are looked for in the texts themselves, as SQL, and its parameters."""
    sql = " AND text LIKE %s ESCAPE '\\'" * len(wanted) + " AND text NOT LIKE %s ESCAPE '\\'" * len(unwanted)
    return sql, [f"%{connection.ops.prep_for_like_query(term)}%" for term in (*wanted, *unwanted)]


def _is_ready(cursor: Any) -> bool:
    cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [_READY])
    return cursor.fetchone() is not None


def _phrase(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
