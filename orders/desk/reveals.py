"""An order's technical details: kept, shown only to who asks for them, and who that was."""

from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation, User
from orders.display.text import spelled_out
from orders.documented import DEVICE_FIELDS
from orders.models import Order, Reveal
from orders.payload import payload


def technical_of(order: Order) -> dict[str, Any]:
    """What came of the buyer's device with an order, by Glu's names; empty where nothing did."""
    return {name: value for name, value in payload(order).items() if name in DEVICE_FIELDS}


def reveal(organisation: Organisation, order: Order, user: User) -> list[tuple[str, str]]:
    """An order's technical details as pairs of Glu's name and text. That somebody saw them is recorded first."""
    organisation.reveals.create(order_glu_id=order.glu_id, user=user, revealed_at=now())
    found = technical_of(order)
    return [(name, spelled_out(value)) for name, value in sorted(found.items())]


def reveals_of(organisation: Organisation, order: Order) -> QuerySet[Reveal]:
    """Who saw an order's technical details, the last first."""
    return organisation.reveals.filter(order_glu_id=order.glu_id).select_related("user")
