"""Criteria to orders: the one place that filters, for pages, counts, exports and commands alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Any

from django.db.models import QuerySet

from glu_admin.tenancy.models import Organisation
from orders.models import Order
from orders.models.counter import counted_orders
from orders.search.conditions import condition
from orders.search.criteria import OrderCriteria
from orders.search.marked import looked_up_by
from orders.search.matching import matching
from orders.search.words import parse_words

_PAGE = 50


@dataclass(frozen=True)
class Found:
    """The orders that meet some criteria, unsorted; `is_few` where they are looked up, to be sorted after that.

    Where too many have the words that are searched for, at least so many do, and `narrowed` says whether these are all
    that is asked for. `n` is how many there are, where finding them has told it, and `newest` are the first
    of them as Matching has them.
    """

    orders: QuerySet[Order]
    is_few: bool = False
    at_least: int = 0
    narrowed: bool = False
    n: int | None = None
    newest: Sequence[tuple[Any, int]] = ()

    def first(self, n: int) -> list[int]:
        """The keys of orders among which are the `n` newest; none where these are not known."""
        if len(self.newest) <= n:
            return []
        created_at = self.newest[n - 1][0]
        first = [pk for at, pk in self.newest if at >= created_at]
        return first if len(first) < len(self.newest) else []  # of those created at once with the last some may lack


def find_orders(organisation: Organisation, criteria: OrderCriteria) -> QuerySet[Order]:
    """The organisation's orders that meet the criteria, unsorted. Raises SearchError for unsearchable words."""
    return find(organisation, criteria).orders


def find(organisation: Organisation, criteria: OrderCriteria) -> Found:
    """What meets the criteria. Words are searched for here, once for all that is done with it. Raises SearchError."""
    orders = organisation.orders.filter(condition(organisation, criteria))
    marked = _few_marked(organisation, criteria)
    if marked is not None:
        orders = orders.filter(pk__in=marked)
    if not criteria.q:
        return Found(orders, is_few=marked is not None)
    found = matching(organisation, parse_words(criteria.q))
    narrowed = not replace(criteria, q="").is_empty()
    n = None if narrowed or found.at_least else len(found.pks)
    return Found(
        orders.filter(found.condition),
        found.is_few or marked is not None,
        found.at_least,
        narrowed,
        n,
        () if narrowed else found.newest,
    )


def _few_marked(organisation: Organisation, criteria: OrderCriteria) -> QuerySet[Any] | None:
    """The keys of the orders with a mark that is asked for, where they are few enough to be looked up and sorted.

    Where there are more, walking to a page of them in the list's order passes fewer orders than there are to sort.
    """
    asked = [keys for flag in criteria.has if (keys := looked_up_by(organisation, flag)) is not None]
    if not asked:
        return None
    most = isqrt(_PAGE * counted_orders(organisation))
    return next((keys for keys in asked if keys[: most + 1].count() <= most), None)
