"""Criteria to orders: the one place that filters, for pages, counts, exports and commands alike."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from math import ceil, floor
from operator import or_

from django.db.models import Q, QuerySet

from glu_admin.tenancy.models import Organisation
from orders.display.money import currency, minor_units
from orders.models import Order
from orders.search.criteria import DAY_FIELDS, VALUE_FIELDS, Amounts, OrderCriteria
from orders.search.matching import matching
from orders.search.words import parse_words

_MOST_MINOR = 2**63 - 1


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
    orders = organisation.orders.all()
    for name, column in VALUE_FIELDS.items():
        if values := getattr(criteria, name):
            orders = orders.filter(_any_of(column, values))
    for name, column in DAY_FIELDS.items():
        if days := getattr(criteria, name):
            if days.first is not None:
                orders = orders.filter(**{f"{column}__gte": day_start(organisation, days.first)})
            if days.last is not None:
                orders = orders.filter(**{f"{column}__lt": day_start(organisation, days.last + timedelta(days=1))})
    if criteria.total is not None:
        orders = orders.filter(_total(organisation, criteria.total))
    if criteria.gone:
        orders = orders.filter(gone_at__isnull=criteria.gone == "none")
    if not criteria.q:
        return Found(orders)
    found = matching(organisation, parse_words(criteria.q))
    narrowed = not replace(criteria, q="").is_empty()
    return Found(orders.filter(found.condition), found.is_few, found.at_least, narrowed)


def day_start(organisation: Organisation, day: date) -> datetime:
    """The instant at which a local day of the organisation begins (aware; its first hour where clocks jump)."""
    return datetime.combine(day, time.min, tzinfo=organisation.zone)


def _any_of(column: str, values: Iterable[str]) -> Q:
    named = [value for value in values if value]
    none = Q(**{f"{column}__isnull": True}) | Q(**{column: ""})
    return Q(**{f"{column}__in": named}) | none if "" in values else Q(**{f"{column}__in": named})


def _total(organisation: Organisation, amounts: Amounts) -> Q:
    """A range of major units means other minor units in yen than in pounds: one clause for each kind of currency."""
    codes = set(organisation.order_counters.filter(n__gt=0).values_list("currency_code", flat=True))
    clauses = []
    for code in sorted(codes):
        if amounts.currency and currency(code) != amounts.currency:
            continue
        clause = Q(currency_code=code) if code else _any_of("currency_code", [""])
        if amounts.least is not None:
            clause &= Q(total__gte=_clamp(ceil(minor_units(amounts.least, code))))
        if amounts.most is not None:
            clause &= Q(total__lte=_clamp(floor(minor_units(amounts.most, code))))
        clauses.append(clause & Q(total__isnull=False))
    return reduce(or_, clauses, Q(pk__in=[]))


def _clamp(amount: int) -> int:
    return max(-_MOST_MINOR, min(amount, _MOST_MINOR))
