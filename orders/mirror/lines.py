"""Order lines: one more request per order. Due-ness is a column; threads only talk to Glu, this thread only writes."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound, Unreadable
from orders.glu_orders import list_lines, read_order
from orders.mirror.session import Session
from orders.mirror.upsert import LineSet, write_lines
from orders.models import Order

_TRIES_BEFORE_WAITING = 5
_BROKEN_ROUTE = 5  # so many orders in one chunk that fail, and not one that succeeds: the route itself is broken


@dataclass(frozen=True)
class _Fetched:
    """One order's lines as they came, or why they did not."""

    order: Order
    rows: list[Any] = field(default_factory=list)
    error: GluError | None = None


def due_lines(session: Session) -> QuerySet[Order]:
    """Orders whose lines are to be read now, newest first."""
    return session.organisation.orders.filter(lines_due_at__lte=now()).order_by("-created_at", "-glu_id")


def read_due_lines(session: Session) -> int:
    """Read the lines of one chunk of due orders and write them in one transaction; the number of orders dealt with.

    One order's failure holds up no other: it is tried again later. Raises the GluError when Glu refuses the key, asks
    for a pause, cannot be reached, or fails for the whole chunk; what was read until then is written.
    """
    columns = ("pk", "glu_id", "subtotal", "lines_attempts")
    chunk = list(due_lines(session).only(*columns)[: settings.MIRROR_LINE_CHUNK])
    if not chunk:
        return 0
    page_size = session.state().page_size
    halted: list[GluError] = []

    def fetch(order: Order) -> _Fetched | None:
        if halted:
            return None
        try:
            return _Fetched(order, _all_lines(session, order, page_size))
        except (NotFound, Unreadable) as error:
            return _Fetched(order, error=error)
        except GluError as error:
            halted.append(error)
            return None

    fetched = [one for one in session.threads.map(fetch, chunk) if one is not None]
    good = [one for one in fetched if one.error is None]
    failed = [one for one in fetched if one.error is not None]
    with session.lease.writing():
        write_lines(session.organisation, [LineSet(one.order.pk, one.order.glu_id, one.rows) for one in good], now())
        for one in failed:
            _put_off(session, one)
    if halted:
        raise halted[0]
    if len(failed) >= _BROKEN_ROUTE and not good:
        raise failed[0].error or Unreadable("Glu’s order lines could not be read.")
    return len(fetched)


def _all_lines(session: Session, order: Order, page_size: int) -> list[Any]:
    """Every page of an order's lines; the empty page that proves the end is left out where the sums prove it."""
    rows: list[Any] = []
    page = 1
    while True:
        try:
            found = list_lines(session.client, order.glu_id, page).rows
        except NotFound:
            if page == 1:
                read_order(session.client, order.glu_id)  # raises NotFound when the order itself is gone
            raise
        rows += found
        if not found or (len(found) < page_size and _sums_agree(order, rows)):
            return rows
        page += 1


def _sums_agree(order: Order, rows: list[Any]) -> bool:
    """Whether the lines add up to the order's subtotal, which a missing line would not let them."""
    if order.subtotal is None:
        return False
    for name in ("subtotal", "total"):
        values = [row.get(name) if isinstance(row, dict) else None for row in rows]
        if all(type(value) is int for value in values) and sum(values) == order.subtotal:  # type: ignore[arg-type]
            return True
    return False


def _put_off(session: Session, one: _Fetched) -> None:
    """Try again soon, then ever later; the reason stays with the order."""
    tries = one.order.lines_attempts + 1
    wait = 0 if tries < _TRIES_BEFORE_WAITING else min(60 * 2 ** (tries - _TRIES_BEFORE_WAITING), 6 * 3600)
    session.organisation.orders.filter(pk=one.order.pk).update(
        lines_due_at=now() + timedelta(seconds=wait),
        lines_attempts=F("lines_attempts") + 1,
        lines_error=one.error.words[:200] if one.error else "",
    )
