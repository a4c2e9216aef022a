"""The people of an order and their other orders, by rules that are said: e-mail, phone and name, name and postcode."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from glu_admin.tenancy.models import Organisation
from orders.desk.lints import near_orders
from orders.display import fields
from orders.models import Order
from orders.search import Counted, OrderCriteria, count_each
from orders.search.criteria import PERSON_KINDS, Person
from orders.search.persons import by_email, by_phone, by_postcode


@dataclass(frozen=True)
class Joined:
    """How many orders somebody bought and got by one rule; the queries are of the lists that have just these."""

    rule: str
    bought: Counted
    received: Counted
    bought_query: str
    received_query: str


@dataclass(frozen=True)
class People:
    """What is known of an order's buyer and recipient, by each rule that finds something of its own.

    `has_twin` is whether there is an order that `twins_of` finds.
    """

    buyer: list[Joined]
    recipient: list[Joined]
    has_twin: bool


def people_of(organisation: Organisation, order: Order) -> People:
    """The other orders of an order's people, counted in one question; this order is one of them."""
    buyer, recipient = list(_buyer(order)), list(_recipient(order))
    persons = list(dict.fromkeys([*buyer, *recipient]))
    asked = [
        criteria for person in persons for criteria in (OrderCriteria(bought=person), OrderCriteria(received=person))
    ]
    counts = count_each(organisation, asked, near_orders(organisation, order))
    known = {
        person: Joined(
            str(PERSON_KINDS[person.kind]),
            counts[2 * place],
            counts[2 * place + 1],
            urlencode({"bought": person.text}),
            urlencode({"received": person.text}),
        )
        for place, person in enumerate(persons)
    }
    return People(
        _telling([known[person] for person in buyer]),
        _telling([known[person] for person in recipient]),
        counts[-1].n > 0,
    )


def _telling(found: list[Joined]) -> list[Joined]:
    """The surest rule, and of the others those that find more than it does."""
    if not found:
        return []
    bought, received = found[0].bought.n, found[0].received.n
    return [found[0], *(joined for joined in found[1:] if joined.bought.n > bought or joined.received.n > received)]


def _buyer(order: Order) -> Iterator[Person]:
    """Who bought it, the surest rule first."""
    name = _name(order, "customer_name", "customer_first_name", "customer_last_name")
    found = (
        by_email(order.customer_email_address or ""),
        by_phone(order.phone_number or "", name),
        by_postcode(order.billing_address_postcode or "", name),
    )
    yield from filter(None, found)


def _recipient(order: Order) -> Iterator[Person]:
    """Who gets it, where it is not who bought it, the surest rule first."""
    own = fields.recipient_name(order) or fields.text(order, "delivery_name")
    if not own:
        return
    name = _name(order, "delivery_name", "recipient_first_name", "recipient_last_name")
    found = (
        by_email(order.recipient_email_address or ""),
        by_postcode(order.delivery_address_postcode or "", name),
    )
    yield from filter(None, found)


def _name(order: Order, whole: str, first: str, last: str) -> str:
    parts = f"{getattr(order, first) or ''} {getattr(order, last) or ''}".strip()
    return (getattr(order, whole) or "").strip() or parts
