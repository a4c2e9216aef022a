"""PostgreSQL plans the look-ups of a new organisation badly until it has statistics of its rows."""

from django.db import connection


def analyze() -> None:
    """Refresh the statistics of what the mirror writes; nothing on SQLite."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE orders_order, orders_orderline, orders_orderdocument, orders_ordercounter")
