"""Finding orders: one criteria object for the list, its counts, exports and commands."""

from orders.search.chips import MOST_CHIPS, Chip, chips, describe
from orders.search.counts import (
    COUNT_CAP,
    Counted,
    CurrencySum,
    Facet,
    count_orders,
    facets,
    sum_rows,
    sums,
    unknown_values,
)
from orders.search.criteria import OrderCriteria
from orders.search.find import find_orders
from orders.search.listing import LineMarks, Page, line_marks, list_page, ordered
from orders.search.query import Problem, Query, parse_query
from orders.search.words import SearchError

__all__ = [
    "COUNT_CAP",
    "MOST_CHIPS",
    "Chip",
    "Counted",
    "CurrencySum",
    "Facet",
    "LineMarks",
    "OrderCriteria",
    "Page",
    "Problem",
    "Query",
    "SearchError",
    "chips",
    "count_orders",
    "describe",
    "facets",
    "find_orders",
    "line_marks",
    "list_page",
    "ordered",
    "parse_query",
    "sum_rows",
    "sums",
    "unknown_values",
]
