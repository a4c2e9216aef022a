"""PostgreSQL plans the look-ups of a new organisation badly until it has statistics of its rows."""

from django.db import connection


def analyze() -> None:
    """Refresh the statistics of what the mirror writes; nothing on SQLite."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # One at a time is enough, and where the tables are large the others would wait seconds for their turn.
            cursor.execute(
                "ANALYZE (SKIP_LOCKED) orders_order, orders_orderline, orders_orderdocument, orders_ordercounter"
            )
