"""Lists as the framework pages and filters them, and as they may go wrong.

Source: https://glu.gitbook.io/docs/api/organisation-api/order; what that page leaves open follows the framework's code.
"""

import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import Any, NamedTuple

from glu_admin.sandbox.answers import Problem
from glu_admin.sandbox.data import Payload, Sold
from glu_admin.sandbox.dates import filter_digits
from glu_admin.sandbox.rendering import all_rendered
from glu_admin.sandbox.shop import Shop, View

_PHP_INT = re.compile(r"\s*([+-]?\d+(?:\.\d+)?(?:e\d+)?)", re.IGNORECASE)
_DATE_FILTER = re.compile(r"(createdAt|updatedAt|scheduledDeliveryAt)\[(before|strictly_before|after|strictly_after)\]")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "before": lambda value, bound: value <= bound,
    "strictly_before": lambda value, bound: value < bound,
    "after": lambda value, bound: value >= bound,
    "strictly_after": lambda value, bound: value > bound,
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}
_EXCLUSIVE = {"before": "strictly_before", "after": "strictly_after"}


class DateFilter(NamedTuple):
    """A date filter that could be read: field, operator, and the digits of the bound."""

    field: str
    operator: str
    bound: str


def orders_page(shop: Shop, view: View, query: dict[str, str]) -> list[Payload]:
    """GET /orders, newest first."""
    backwards = shop.strikes("wrong_order_rate") or _asked_oldest_first(shop, query)
    rows = _orders(shop, view, query, backwards)
    return all_rendered(_page(shop, rows, query, by_date=True), view.shop.faults)


def orders_collection(shop: Shop, view: View, query: dict[str, str]) -> Payload:
    """GET /orders as application/ld+json: the same page, with the number of all rows that match."""
    member = orders_page(shop, view, query)
    return {"@type": "Collection", "totalItems": sum(1 for _ in _orders(shop, view, query, False)), "member": member}


def _orders(shop: Shop, view: View, query: dict[str, str], backwards: bool) -> Iterator[Payload]:
    filters = _date_filters(shop, query)
    lowest = {
        name: max((limit.bound for limit in filters if limit.field == name and "after" in limit.operator), default=None)
        for name in ("createdAt", "updatedAt")
    }
    highest = min(
        (limit.bound for limit in filters if limit.field == "createdAt" and "before" in limit.operator), default=None
    )
    found = view.orders(
        since=lowest["createdAt"] or "", until=highest, updated_since=lowest["updatedAt"], oldest_first=backwards
    )
    return (placed.sold.order for placed in found if all(_matches(placed.sold.order, *limit) for limit in filters))


def transactions_page(shop: Shop, view: View, query: dict[str, str]) -> list[Payload]:
    """GET /transactions, newest first."""
    filters = [limit for limit in _date_filters(shop, query) if limit.field != "scheduledDeliveryAt"]
    found = view.transactions()
    if shop.strikes("wrong_order_rate"):
        found = reversed(list(found))
    rows = (
        transaction
        for transaction in found
        if _wanted(transaction, query) and all(_matches(transaction, *limit) for limit in filters)
    )
    return all_rendered(_page(shop, rows, query, by_date=True), view.shop.faults)


def lines_page(shop: Shop, view: View, sold: Sold, query: dict[str, str]) -> list[Payload]:
    """GET /orders/{id}/lines."""
    if shop.strikes("lines_empty_rate"):
        return []
    return all_rendered(_page(shop, iter(sold.lines), query, by_date=False), view.shop.faults)


def _page(shop: Shop, rows: Iterator[Payload], query: dict[str, str], *, by_date: bool) -> list[Payload]:
    faults, size = shop.faults, shop.faults.page_size
    if faults.extras:
        wanted = query.get("itemsPerPage", "")
        size = 1_000_000 if query.get("pagination") == "false" else int(wanted) if wanted.isdigit() else size
    match = _PHP_INT.match(query.get("page", query.get("page[]", "1")))
    page = int(float(match[1])) if match else 0
    if faults.ignore_page:
        page = 1
    if page < 1:
        raise Problem(400, "Page should not be less than 1")
    if page * size > 2**63:
        raise Problem(400, "Page parameter is too large.")
    if by_date and faults.shuffle_ties:
        rows = _ties_shuffled(rows, shop.dice())
    if by_date and faults.short_page_rate and page == 1:
        return _perhaps_short(shop, list(islice(rows, size + 1)))
    return list(islice(rows, (page - 1) * size, page * size))


def _perhaps_short(shop: Shop, rows: list[Payload]) -> list[Payload]:
    """A first page whose end may be missing, if more follow and a seek from what is left finds it again."""
    size = shop.faults.page_size
    left = rows[: size - shop.dice().randint(1, 3)]
    can_go_on = len(rows) > size and len(left) > 1 and left[0].get("createdAt") != left[-1].get("createdAt")
    return left if can_go_on and shop.strikes("short_page_rate") else rows[:size]


def _ties_shuffled(rows: Iterator[Payload], chance: random.Random) -> Iterator[Payload]:
    for _, equals in groupby(rows, key=lambda row: row.get("createdAt")):
        tied = list(equals)
        chance.shuffle(tied)
        yield from tied


def _wanted(transaction: Payload, query: dict[str, str]) -> bool:
    if "type" in query and transaction["type"] != query["type"]:
        return False
    amounts = [
        _COMPARE[operator](transaction["amount"], int(query[f"amount[{operator}]"]))
        for operator in ("gt", "gte", "lt", "lte")
        if query.get(f"amount[{operator}]", "").isdigit()
    ]
    low, _, high = query.get("amount[between]", "").partition("..")
    if low.isdigit() and high.isdigit():
        amounts.append(int(low) <= transaction["amount"] <= int(high))
    return all(amounts)


def _date_filters(shop: Shop, query: dict[str, str]) -> list[DateFilter]:
    """The date filters that can be read; all others are silently ignored."""
    filters = []
    for name, value in query.items():
        match = _DATE_FILTER.fullmatch(name)
        moment = datetime.fromtimestamp(shop.clock(), UTC)
        bound = filter_digits(value, moment, exact=shop.faults.honour_offsets) if match else None
        if match and bound is None and shop.faults.bad_dates_400:
            raise Problem(400, "Invalid date.")
        if match and bound is not None:
            operator = _EXCLUSIVE.get(match[2], match[2]) if shop.faults.exclusive_bounds else match[2]
            filters.append(DateFilter(match[1], operator, bound))
    return [] if filters and shop.strikes("ignore_filters_rate") else filters


def _asked_oldest_first(shop: Shop, query: dict[str, str]) -> bool:
    return shop.faults.extras and query.get("order[createdAt]", "").lower() == "asc"


def _matches(row: Payload, name: str, operator: str, bound: str) -> bool:
    value = row.get(name)
    return isinstance(value, str) and _COMPARE[operator](value[:19], bound)
