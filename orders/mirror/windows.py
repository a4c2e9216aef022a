"""Cuts the history into windows of creation that a reconcile reads, each to its own end, several side by side."""

from datetime import timedelta

from django.db.models import QuerySet

from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.models import Organisation
from orders.models import MirrorWindow, Order
from orders.payload import stamp_text

ORDERS_PER_WINDOW = 600


def cut(
    organisation: Organisation, floor: Stamp | None = None, before: Stamp | None = None
) -> list[tuple[Stamp | None, Stamp | None]]:
    """Windows (from, before) newest first that hold [floor, before), cut where our own orders lie, in Glu's digits.

    Null is open; without bounds they hold everything.
    """
    orders = organisation.orders.order_by("-created_at", "-glu_id")
    out: list[tuple[Stamp | None, Stamp | None]] = []
    while True:
        below = orders.filter(created_at__lt=before.instant) if before else orders
        edge = _created(below[ORDERS_PER_WINDOW : ORDERS_PER_WINDOW + 1].first())
        edge = edge.floor() if edge else None
        if edge is None or (floor is not None and edge.instant <= floor.instant):
            out.append((floor, before))
            return out
        out.append((edge, before))
        before = edge


def inside(organisation: Organisation, window: MirrorWindow) -> QuerySet[Order]:
    """Our orders that the window's walk must have listed, had Glu still got them.

    Near a bound that is not in UTC the same digits can mean two instants; what lies there accuses nobody.
    """
    orders = organisation.orders.filter(gone_at=None)
    for bound, sign, name in (
        (Stamp.parse(window.created_from), 1, "created_at__gte"),
        (Stamp.parse(window.created_before), -1, "created_at__lt"),
    ):
        if bound is not None:
            margin = 0 if bound.suffix in ("Z", "+00:00") else 3600 * sign
            orders = orders.filter(**{name: bound.instant + timedelta(seconds=margin)})
    return orders


def newest_created(organisation: Organisation) -> Stamp | None:
    """When the newest order was created, in Glu's digits."""
    return _created(organisation.orders.order_by("-created_at", "-glu_id").first())


def _created(order: Order | None) -> Stamp | None:
    return Stamp.parse(stamp_text(order, "createdAt")) if order else None
