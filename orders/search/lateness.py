"""Which orders wait too long, as conditions of the database; `orders.display.ages` tells it of one order."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, Q
from django.db.models.lookups import Exact, IsNull, LessThan

from orders.display.ages import Clock, Span
from orders.models.typical import PAYMENT, Kind
from orders.models.waiting import OPEN_DISPATCH, SCHEDULED, UNPAID
from orders.search.paying import paid_offline
from orders.search.unindexed import unindexed


def late(clock: Clock, sent: Exists) -> Q:
    """Orders past the limit of their payment, or once paid past that of their delivery method.

    One with a scheduled day is not late before that day is past, and one that is `sent` is late for its payment alone.
    """
    settings = clock.settings
    offline, gateway = clock.past(Span(settings.offline_days, "d")), clock.past(Span(settings.gateway_minutes, "min"))
    # How it is paid is looked at between both limits only: before them all are late.
    between = ~paid_offline() if offline < gateway else paid_offline()
    overdue = _since_before(min(offline, gateway)) | (_since_before(max(offline, gateway)) & between)
    usual = clock.past(Span(settings.dispatch_days, "wd"))
    own = {name: clock.past(Span(days, "wd")) for name, days in settings.dispatch_days_of.items()}
    methods = [_method(name) & _since_before(bound) for name, bound in own.items()]
    methods.append(~reduce(or_, map(_method, own), Q(pk__in=[])) & _since_before(usual))
    is_due = Q(scheduled_delivery_at__lt=clock.today)
    is_due |= Q(scheduled_delivery_at__isnull=True) & ~Q(dispatch_status=SCHEDULED)
    unpaid = Q(payment_status__in=UNPAID)
    began = _began_before(max(offline, gateway, usual, *own.values()))
    return began & ((unpaid & overdue) | (~unpaid & is_due & reduce(or_, methods) & ~Q(sent)))


def stuck(clock: Clock, sent: Exists) -> Q:
    """Orders that wait longer than 95 of 100 of their kind did; of kinds without a typical time none.

    One that is `sent` waits for its payment alone.
    """
    bounds = {kind: clock.moment - times.most for kind, times in clock.typical.items()}
    if not bounds:
        return Q(pk__in=[])
    began = _began_before(max(bounds.values()))
    found = reduce(or_, (_of(kind) & _since_before(bound) for kind, bound in bounds.items()))
    return began & found & (Q(payment_status__in=UNPAID) | ~Q(sent))


def _of(kind: Kind) -> Q:
    """Waiting orders of a kind, as `kind_of` tells it of one."""
    if kind.of == PAYMENT:
        return _is("payment_status", kind.status) & _called("payment_method", kind.method)
    unscheduled = Q(IsNull(unindexed("scheduled_delivery_at"), True))
    is_paid = ~Q(payment_status__in=UNPAID)
    return _is("dispatch_status", kind.status) & unscheduled & is_paid & _called("delivery_method_name", kind.method)


def past_schedule(clock: Clock, sent: Exists) -> Q:
    """Orders that are neither dispatched nor `sent` though their scheduled day is past."""
    is_open = Q(waiting_since__isnull=False, dispatch_status__in=OPEN_DISPATCH)
    # What is open is found by its status: days that are past have far more orders.
    day = unindexed("scheduled_delivery_at")
    return is_open & Q(IsNull(day, False)) & Q(LessThan(day, clock.today)) & ~Q(sent)


def _began_before(moment: datetime) -> Q:
    """What has waited since before an instant, found by an index: what all of several alternatives began before."""
    return Q(waiting_since__isnull=False, waiting_since__lt=moment)


def _since_before(moment: datetime) -> Q:
    """The same of orders that are found already."""
    return Q(LessThan(unindexed("waiting_since"), moment))


def _is(column: str, value: str) -> Q:
    """A value of orders that are found already."""
    return Q(Exact(unindexed(column), value))


def _method(name: str) -> Q:
    return _called("delivery_method_name", name)


def _called(column: str, name: str) -> Q:
    return Q(**{column: name}) if name else Q(**{f"{column}__isnull": True}) | Q(**{column: ""})
