"""Which orders have a text that is searched for: found once, for rows, count and sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_
from types import ModuleType
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from glu_admin.tenancy.models import Organisation
from orders.models import Order
from orders.models.counter import counted_orders
from orders.search import postgres, sqlite
from orders.search.folding import fold
from orders.search.keys import among
from orders.search.words import Words

MOST_FOUND = 10_000
"""So many orders are counted; of more it is only known that there are more."""
COMMON = 1_000
"""Words are common that so many of the newest orders have, and are not looked for among all."""
_MANY = 5_000  # where so many are likely, by how many of the newest have the words, nobody looks for all of them
_MOST_HELD = 30_000  # orders in hand, which are sorted for each page
_SOON_MET = 100  # of the newest orders: whoever walks from the newest to the oldest meets a page of them soon


@dataclass(frozen=True)
class Matching:
    """Which orders a search finds, as a condition, and their keys; none of these where too many are found to hold.

    Then at least so many are. `is_few` is false where so many have the words that they are met wherever one begins.
    `newest` are the first of them, with the times of their creation, newest first.
    """

    condition: Q
    pks: list[int]
    at_least: int = 0
    is_few: bool = True
    newest: Sequence[tuple[Any, int]] = ()


def index() -> ModuleType:
    """The module of this database's search: both have the same functions."""
    return postgres if connection.vendor == "postgresql" else sqlite


def matching(organisation: Organisation, words: Words) -> Matching:
    """The organisation's orders that a search finds.

    What names an order is looked up; only where nobody has it is it looked for in texts. "Mrs Patel" is looked for as
    Patel where no order has both.
    """
    named = set[int]()
    for orders in (naming := _naming(organisation, words)):
        named |= set(orders.values_list("pk", flat=True)[: MOST_FOUND + 1])
    if len(named) > MOST_FOUND:
        return Matching(reduce(or_, (Q(pk__in=orders.values("pk")) for orders in naming)), [], MOST_FOUND)
    if named:
        return _held(named)
    alternatives = [(fold(str(words.uuid)),) if words.uuid else words.wanted]
    alternatives += [(words.number,)] if words.number else []
    found: dict[int, Any] = {}  # their keys, and when they were created
    only: Sequence[tuple[Any, int]] = ()
    every = counted_orders(organisation)
    for wanted in alternatives:
        newest = index().among_newest(organisation.pk, wanted, words.unwanted, COMMON + 1)
        met, only = len(newest), newest if len(alternatives) == 1 else ()
        if met > COMMON or (met >= _SOON_MET and met * every > _MANY * index().NEWEST):
            return _many(organisation, alternatives, words.unwanted, min(met, COMMON), only)
        most = MOST_FOUND if met >= _SOON_MET else _MOST_HELD
        if every > index().NEWEST:
            newest = index().matches(organisation.pk, wanted, words.unwanted, most + 1)
        found |= {pk: at for at, pk in newest}
        if len(found) > MOST_FOUND and met >= _SOON_MET:
            return _many(organisation, alternatives, words.unwanted, MOST_FOUND, only)
        if len(found) > _MOST_HELD:
            speaking = (index().speaking(organisation.pk, each, words.unwanted) for each in alternatives)
            return Matching(reduce(or_, speaking), [], MOST_FOUND)
    if not found and words.untitled:
        return matching(organisation, replace(words, wanted=words.untitled, untitled=()))
    if all(found.values()):
        only = sorted(((at, pk) for pk, at in found.items()), reverse=True)[: COMMON + 1]
    return _held(found.keys(), only)


def _held(found: Iterable[int], newest: Sequence[tuple[Any, int]] = ()) -> Matching:
    pks = sorted(found)
    at_least = MOST_FOUND if len(pks) > MOST_FOUND else 0
    return Matching(among(pks), pks, at_least, newest=newest)


def _many(
    organisation: Organisation,
    alternatives: list[tuple[str, ...]],
    unwanted: tuple[str, ...],
    at_least: int,
    newest: Sequence[tuple[Any, int]],
) -> Matching:
    """So many orders have the words that their texts are read one by one, wherever one begins."""
    having = (reduce(and_, (Q(document__text__contains=term) for term in wanted), Q()) for wanted in alternatives)
    condition = Q(document__organisation=organisation) & reduce(or_, having)
    for term in unwanted:
        condition &= ~Q(document__text__contains=term)
    return Matching(condition, [], at_least, is_few=False, newest=newest)


def _naming(organisation: Organisation, words: Words) -> list[QuerySet[Order]]:
    """The orders that a number, a whole address or the reference of a payment names, each way by itself."""
    ways: list[QuerySet[Order]] = []
    if words.ids:
        ways.append(organisation.orders.filter(glu_id__in=words.ids))
    elif words.email:
        # Of both at once SQLite may believe that reading all orders is as good.
        for column in ("customer_email_address", "recipient_email_address"):
            ways.append(organisation.orders.alias(address=Lower(column)).filter(address=words.email))
    if words.reference:
        paid = organisation.transactions.alias(reference=Lower("gateway_reference"))
        paid = paid.filter(reference=words.reference, order_glu_id__isnull=False)
        few = [glu_id for glu_id in paid.values_list("order_glu_id", flat=True)[: MOST_FOUND + 1] if glu_id]
        if len(few) > MOST_FOUND:
            ways.append(organisation.orders.filter(glu_id__in=paid.values("order_glu_id")))
        elif few:
            ways.append(organisation.orders.filter(glu_id__in=few))
    return ways
