"""Reads an order again because somebody asked: it and its lines, at once, and says what moved."""

from django.db.models import QuerySet
from django.utils.timezone import now

from glu_admin.glu.errors import NotFound
from glu_admin.tenancy.models import Organisation
from orders.glu_orders import read_order
from orders.mirror.gone import acquit, suspect
from orders.mirror.lines import all_lines
from orders.mirror.session import Session
from orders.mirror.upsert import LineSet, write_lines, write_orders
from orders.models import Order
from orders.payload import Unusable, parse_order, payload_hash

IDENTICAL = "Identical to Glu."
GONE = "Glu no longer returns this order. It is asked for again before it is marked."


def wanted_checks(organisation: Organisation) -> QuerySet[Order]:
    """Orders somebody waits for, longest first."""
    return organisation.orders.filter(check_wanted_at__isnull=False).order_by("check_wanted_at", "pk")


def check_next(session: Session) -> bool:
    """Check the order that waits longest; false when none does. Raises GluError; the order then goes on waiting."""
    order = wanted_checks(session.organisation).first()
    if order is None:
        return False
    client = session.client
    client.interactive = True
    try:
        _check(session, order)
    finally:
        client.interactive = False
    return True


def _check(session: Session, order: Order) -> None:
    organisation = session.organisation
    try:
        header = read_order(session.client, order.glu_id)
        lines = all_lines(session, order, to_the_end=True)
        updated = parse_order(header).columns["updated_at"]
        # A lagging replica may answer with an older version: it is believed only when it says so again.
        older = bool(updated and order.updated_at and updated < order.updated_at)
        again = read_order(session.client, order.glu_id) if older else header
    except Unusable as reason:
        with session.lease.writing():
            _done(organisation, order, now(), f"Glu’s answer cannot be used: {reason}")
        return
    except NotFound:
        moment = now()
        with session.lease.writing():
            if order.gone_at is None:
                suspect(organisation, [order.pk], moment, not_found_at=moment)
            _done(
                organisation,
                order,
                moment,
                GONE,
            )
        return
    agrees = payload_hash(again) == payload_hash(header)
    moment = now()
    with session.lease.writing():
        write_orders(organisation, [header], moment, looked_at=session.looked_at(), accept_older=agrees)
        acquit(organisation, [order.glu_id])
        write_lines(organisation, [LineSet(order.pk, order.glu_id, lines)], moment)
        moved = organisation.order_changes.filter(order=order, seen_new_at=moment).count()
        words = IDENTICAL if not moved else f"{moved} thing{'s' if moved > 1 else ''} moved."
        _done(organisation, order, moment, words)


def _done(organisation: Organisation, order: Order, moment: object, words: str) -> None:
    organisation.orders.filter(pk=order.pk).update(check_wanted_at=None, checked_at=moment, check_words=words)
