"""What the team has marked, and where that and Glu disagree: conditions of the flags about marks."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import OrderMark, desk_settings_of
from orders.models.waiting import DISPATCHED
from orders.search.criteria import MARKS
from orders.search.delivery import OPEN, by_email
from orders.search.paying import chases

SENT = (OrderMark.Kind.POSTED, OrderMark.Kind.HANDED_OVER)
"""The marks by which an order has left."""

RECENT = timedelta(days=7)
"""How far back an order that was dispatched at Glu is missed among those marked here."""


def marked(organisation: Organisation, flag: str) -> Q:
    """The condition of a flag that `looked_up_by` knows."""
    found = Q(Exists(_rows(organisation, flag).filter(order=OuterRef("pk"))))
    if flag == "unconfirmed":
        return found & Q(dispatch_status__in=OPEN)
    if flag == "unmarked":
        return found & Q(dispatch_status=DISPATCHED) & ~by_email() & ~Q(sent_here(organisation))
    return found


def sent_here(organisation: Organisation) -> Exists:
    """Whether an order of a query is posted or handed over, as marked here."""
    return Exists(_sending(organisation))


def sent_as(organisation: Organisation) -> Subquery:
    """The kind of the last mark by which an order of a query has left, as marked here; null where none stands."""
    return Subquery(_sending(organisation).order_by("-at", "-pk").values("kind")[:1])


def looked_up_by(organisation: Organisation, flag: str) -> QuerySet[Any] | None:
    """The keys of orders among which are all that have a flag; None for a flag that is not about marks."""
    if flag in ("chase-due", "chase-later"):
        return chases(organisation, later=flag == "chase-later")
    if flag not in (*MARKS, "unconfirmed", "unmarked"):
        return None
    return _rows(organisation, flag).order_by().values("order")


def _sending(organisation: Organisation) -> QuerySet[OrderMark]:
    """The marks that stand by which an order of a query has left."""
    return organisation.order_marks.filter(kind__in=SENT, undone_at__isnull=True, order=OuterRef("pk"))


def _rows(organisation: Organisation, flag: str) -> QuerySet[Any]:
    """The marks that stand, or the changes, that an order must have one of to have a flag."""
    standing = organisation.order_marks.filter(undone_at__isnull=True, order__isnull=False)
    if flag == "unconfirmed":
        patience = timedelta(hours=desk_settings_of(organisation).disagreement_hours)
        return standing.filter(kind__in=SENT, at__lt=now() - patience)
    if flag != "unmarked":
        return standing.filter(kind=flag)
    changes = organisation.order_changes.filter(field="dispatchStatus", new=DISPATCHED, line_glu_id=None)
    first = _first_sent(organisation)
    if first is None:  # nobody marks here, so nobody misses a mark
        return changes.none()
    return changes.filter(seen_new_at__gte=max(first, now() - RECENT))


def _first_sent(organisation: Organisation) -> datetime | None:
    """When the team first marked an order as sent."""
    firsts = (
        organisation.order_marks.filter(kind=kind, undone_at=None).order_by("at").values_list("at", flat=True).first()
        for kind in SENT
    )
    return min(filter(None, firsts), default=None)
