"""Databases plan the look-ups of a new organisation badly until they have statistics of its rows."""

from django.db import connection


def analyze() -> None:
    """Refresh the statistics of what the mirror writes."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # A sample is enough, and holds up no other writer for long.
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")
        else:
            # One at a time is enough, and where the tables are large the others would wait seconds for their turn.
            cursor.execute(
                "ANALYZE (SKIP_LOCKED) orders_order, orders_orderline, orders_orderdocument, orders_ordercounter, "
                "orders_orderday"
            )
