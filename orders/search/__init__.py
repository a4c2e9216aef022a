"""Finding orders: one criteria object for the list, its counts, exports and commands."""

from orders.search.chips import MOST_CHIPS, Chip, chips, describe
from orders.search.clauses import written
from orders.search.counts import (
    COUNT_CAP,
    Counted,
    CounterRow,
    Facet,
    count_and_sums,
    count_each,
    count_orders,
    count_values,
    facets,
    read_counters,
    sums,
    unknown_values,
)
from orders.search.criteria import OrderCriteria
from orders.search.find import Found, find, find_orders
from orders.search.listing import LineMarks, Page, count_before, list_page, may_be_few, neighbours, ordered
from orders.search.query import Problem, Query, parse_query
from orders.search.sums import Added, CurrencySum, sum_rows
from orders.search.words import SearchError

__all__ = [
    "COUNT_CAP",
    "MOST_CHIPS",
    "Added",
    "Chip",
    "Counted",
    "CounterRow",
    "CurrencySum",
    "Facet",
    "Found",
    "LineMarks",
    "OrderCriteria",
    "Page",
    "Problem",
    "Query",
    "SearchError",
    "chips",
    "count_and_sums",
    "count_before",
    "count_each",
    "count_orders",
    "count_values",
    "describe",
    "facets",
    "find",
    "find_orders",
    "list_page",
    "may_be_few",
    "neighbours",
    "ordered",
    "parse_query",
    "read_counters",
    "sum_rows",
    "sums",
    "unknown_values",
    "written",
]
