"""Columns that no index knows, for what is to be looked at of orders that are found already."""

from django.db.models.functions import Coalesce


def unindexed(column: str) -> Coalesce:
    """A column of orders behind a function, so that neither database walks an index of it, or reads one for each of
    several alternatives, where another way finds fewer orders."""
    return Coalesce(column, column)
