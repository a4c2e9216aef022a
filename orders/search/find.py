"""Criteria to orders: the one place that filters, for pages, counts, exports and commands alike."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import reduce
from math import ceil, floor
from operator import and_, or_

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from glu_admin.tenancy.models import Organisation
from orders.display.money import currency, minor_units
from orders.models import Order
from orders.search.criteria import DAY_FIELDS, VALUE_FIELDS, Amounts, OrderCriteria
from orders.search.words import Words, parse_words

_MOST_MINOR = 2**63 - 1


def find_orders(organisation: Organisation, criteria: OrderCriteria) -> QuerySet[Order]:
    """The organisation's orders that meet the criteria, unsorted. Raises SearchError for unsearchable words."""
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
    if criteria.q:
        orders = _search(orders, parse_words(criteria.q))
    return orders


def day_start(organisation: Organisation, day: date) -> datetime:
    """The instant at which a local day of the organisation begins (aware; its first hour where clocks jump)."""
    return datetime.combine(day, time.min, tzinfo=organisation.zone)


def _any_of(column: str, values: Iterable[str]) -> Q:
    named = [value for value in values if value]
    none = Q(**{f"{column}__isnull": True}) | Q(**{column: ""})
    return Q(**{f"{column}__in": named}) | none if "" in values else Q(**{f"{column}__in": named})


def _total(organisation: Organisation, amounts: Amounts) -> Q:
    """A range of major units means other minor units in yen than in pounds: one clause for each kind of currency."""
    codes = organisation.orders.order_by().values_list("currency_code", flat=True).distinct()
    clauses = []
    for code in codes:
        if amounts.currency and currency(code) != amounts.currency:
            continue
        clause = Q(currency_code=code) if code is not None else Q(currency_code__isnull=True)
        if amounts.least is not None:
            clause &= Q(total__gte=_clamp(ceil(minor_units(amounts.least, code))))
        if amounts.most is not None:
            clause &= Q(total__lte=_clamp(floor(minor_units(amounts.most, code))))
        clauses.append(clause & Q(total__isnull=False))
    return reduce(or_, clauses, Q(pk__in=[]))


def _clamp(amount: int) -> int:
    return max(-_MOST_MINOR, min(amount, _MOST_MINOR))


def _search(orders: QuerySet[Order], words: Words) -> QuerySet[Order]:
    if words.uuid is not None:
        return orders.filter(uuid=words.uuid)
    if words.email:
        # A whole address is looked up by index; only one that nobody has may be part of another.
        by_index = orders.alias(
            buyer_email=Lower("customer_email_address"), recipient_email=Lower("recipient_email_address")
        ).filter(Q(buyer_email=words.email) | Q(recipient_email=words.email))
        if by_index.exists():
            return by_index
    wanted = [Q(document__text__contains=term) for term in words.wanted]
    found = reduce(and_, wanted, Q())
    if words.glu_id is not None:
        found |= Q(glu_id=words.glu_id)
    for term in words.unwanted:
        found &= ~Q(document__text__contains=term)
    return orders.filter(found)
