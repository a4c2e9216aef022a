"""Criteria to orders: the one place that filters, for pages, counts, exports and commands alike."""

from dataclasses import dataclass, replace

from django.db.models import QuerySet

from glu_admin.tenancy.models import Organisation
from orders.models import Order
from orders.search.conditions import condition
from orders.search.criteria import OrderCriteria
from orders.search.matching import matching
from orders.search.words import parse_words


@dataclass(frozen=True)
class Found:
    """The orders that meet some criteria, unsorted; `is_few` where they are looked up, to be sorted after that.

    Where too many have the words that are searched for, at least so many do, and `narrowed` says whether these are all
    that is asked for.
    """

    orders: QuerySet[Order]
    is_few: bool = False
    at_least: int = 0
    narrowed: bool = False


def find_orders(organisation: Organisation, criteria: OrderCriteria) -> QuerySet[Order]:
    """The organisation's orders that meet the criteria, unsorted. Raises SearchError for unsearchable words."""
    return find(organisation, criteria).orders


def find(organisation: Organisation, criteria: OrderCriteria) -> Found:
    """What meets the criteria. Words are searched for here, once for all that is done with it. Raises SearchError."""
    orders = organisation.orders.filter(condition(organisation, criteria))
    if not criteria.q:
        return Found(orders)
    found = matching(organisation, parse_words(criteria.q))
    narrowed = not replace(criteria, q="").is_empty()
    return Found(orders.filter(found.condition), found.is_few, found.at_least, narrowed)
