"""Which orders have a text that is searched for: found once, for rows, count and sums."""

from dataclasses import dataclass
from functools import reduce
from operator import and_
from types import ModuleType

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from glu_admin.tenancy.models import Organisation
from orders.models import Order
from orders.search import postgres, sqlite
from orders.search.folding import fold
from orders.search.words import Words

MOST_FOUND = 10_000
"""So many orders are held in hand; of more it is only known that there are more."""
COMMON = 1_000
"""Words are common that so many of the newest orders have, and are not looked for among all."""
_FEW = 100


@dataclass(frozen=True)
class Matching:
    """Keys of orders that a search finds, or none of them and that at least so many are found: too many to hold."""

    pks: list[int]
    at_least: int = 0

    @property
    def is_all(self) -> bool:
        """Whether these are all that are found."""
        return not self.at_least

    def condition(self) -> Q:
        """The condition that an order is one of these."""
        return Q(pk__in=self.pks) if len(self.pks) <= _FEW else index().among(self.pks)


def index() -> ModuleType:
    """The module of this database's search: both have the same functions."""
    return postgres if connection.vendor == "postgresql" else sqlite


def matching(organisation: Organisation, words: Words) -> Matching:
    """The organisation's orders that a search finds.

    What names an order is looked up; only where nobody has it is it looked for in texts.
    """
    if named := _named(organisation, words):
        return Matching(sorted(named)) if len(named) <= MOST_FOUND else Matching([], MOST_FOUND)
    alternatives = [(fold(str(words.uuid)),) if words.uuid else words.wanted]
    alternatives += [(words.number,)] if words.number else []
    found = set[int]()
    for wanted in alternatives:
        if index().is_common(organisation.pk, wanted, words.unwanted, COMMON):
            return Matching([], COMMON)
        found |= set(index().matches(organisation.pk, wanted, words.unwanted, MOST_FOUND + 1))
        if len(found) > MOST_FOUND:
            return Matching([], MOST_FOUND)
    return Matching(sorted(found))


def spoken(organisation: Organisation, orders: QuerySet[Order], words: Words) -> QuerySet[Order]:
    """Orders whose texts have the words, read one by one: soon done where very many have them."""
    wanted = reduce(and_, (Q(document__text__contains=term) for term in words.wanted), Q())
    if words.number:
        wanted |= Q(document__text__contains=words.number)
    for term in words.unwanted:
        wanted &= ~Q(document__text__contains=term)
    return orders.filter(wanted, document__organisation=organisation)


def _named(organisation: Organisation, words: Words) -> set[int]:
    """The keys of orders that a number, a whole address or the reference of a payment names."""
    named = organisation.orders.none()
    if words.ids:
        named = organisation.orders.filter(glu_id__in=words.ids)
    elif words.email:
        named = organisation.orders.alias(
            buyer_email=Lower("customer_email_address"), recipient_email=Lower("recipient_email_address")
        ).filter(Q(buyer_email=words.email) | Q(recipient_email=words.email))
    found = set(named.values_list("pk", flat=True)[: MOST_FOUND + 1])
    if words.reference:
        paid = organisation.transactions.alias(reference=Lower("gateway_reference")).filter(reference=words.reference)
        glu_ids = [glu_id for glu_id in paid.values_list("order_glu_id", flat=True)[: MOST_FOUND + 1] if glu_id]
        found |= set(organisation.orders.filter(glu_id__in=glu_ids).values_list("pk", flat=True)) if glu_ids else set()
    return found
