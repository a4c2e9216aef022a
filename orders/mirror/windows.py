"""Cuts the history into windows of creation that a reconcile reads, each to its own end, several side by side."""

import math
from datetime import timedelta

from django.conf import settings
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
    if floor is not None:
        orders = orders.filter(created_at__gte=floor.instant)
    below = orders.filter(created_at__lt=before.instant) if before else orders
    size = _orders_per_window(below.count())
    out: list[tuple[Stamp | None, Stamp | None]] = []
    while True:
        edge = _created(below[size : size + 1].first())
        edge = edge.floor() if edge else None
        if edge is None or (floor is not None and edge.instant <= floor.instant):
            out.append((floor, before))
            return out
        out.append((edge, before))
        before = edge
        below = orders.filter(created_at__lt=before.instant)


def _orders_per_window(orders: int) -> int:
    """About ORDERS_PER_WINDOW, so that the windows that are read side by side come to their ends together."""
    windows, side_by_side = round(orders / ORDERS_PER_WINDOW), max(int(settings.MIRROR_WINDOWS), 1)
    if windows > side_by_side:
        windows = round(windows / side_by_side) * side_by_side
    return math.ceil(orders / max(windows, 1)) or 1


def inside(organisation: Organisation, window: MirrorWindow) -> QuerySet[Order]:
    """Our orders that the window's walk must have listed, had Glu still got them."""
    orders = organisation.orders.filter(gone_at=None)
    for bound, sign, name in (
        (Stamp.parse(window.created_from), 1, "created_at__gte"),
        (Stamp.parse(window.created_before), -1, "created_at__lt"),
    ):
        if bound is not None:
            # Of a bound that is not in UTC the same digits can mean two instants; what lies between accuses nobody.
            margin = 0 if bound.suffix in ("Z", "+00:00") else 3600 * sign
            orders = orders.filter(**{name: bound.instant + timedelta(seconds=margin)})
    return orders


def newest_created(organisation: Organisation) -> Stamp | None:
    """When the newest order was created, in Glu's digits."""
    return _created(organisation.orders.order_by("-created_at", "-glu_id").first())


def _created(order: Order | None) -> Stamp | None:
    return Stamp.parse(stamp_text(order, "createdAt")) if order else None
