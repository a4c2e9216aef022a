"""How orders travel, and when those that are scheduled are to go out: conditions of the flags about delivery."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.display.working_days import calendar_of
from orders.lints.rules import Rule
from orders.models import Order, desk_settings_of
from orders.models.counter import counted_values

OPEN = ("Outstanding", "Packed")
"""Glu's dispatch statuses of what is still to go out."""

UNPAID = ("Pending", "Failed", "Refunded", "Cancelled", "Declined", "Voided", "Chargeback", "Unpaid")
"""Payment statuses by which an order is known not to be paid; Glu documents only the first."""

_UNPAID = {status.casefold() for status in UNPAID}
# Glu documents no values: these are told from whatever comes, in any letters.
_EMAIL = ("email", "e-mail", "e mail", "digital", "electronic")
_EMAIL_NAMES = ("email", "e-mail")
_COLLECTION = ("collection", "collect", "pickup", "pick-up", "pick up", "click and collect")
_COLLECTION_NAMES = ("collect", "click and collect", "pick up")


def by_email() -> Q:
    """Orders that go by e-mail: by the type of their delivery method, or by its name where it has no type."""
    return _travels(_EMAIL, _EMAIL_NAMES)


def is_by_email(order: Order) -> bool:
    """Whether one order goes by e-mail, as `by_email` finds them."""
    return _does_travel(order, _EMAIL, _EMAIL_NAMES)


def collected() -> Q:
    """Orders that are collected: by the type of their delivery method, or by its name where it has no type."""
    return _travels(_COLLECTION, _COLLECTION_NAMES)


def lane() -> "ExpressionWrapper[Q]":
    """Whether an order of a query is collected, as a value."""
    return ExpressionWrapper(collected(), output_field=BooleanField())


def goes_by_email() -> "ExpressionWrapper[Q]":
    """Whether an order of a query goes by e-mail, as a value."""
    return ExpressionWrapper(by_email(), output_field=BooleanField())


def is_collected(order: Order) -> bool:
    """Whether one order is collected, as `collected` finds them."""
    return _does_travel(order, _COLLECTION, _COLLECTION_NAMES)


def unpaid(organisation: Organisation) -> Q:
    """Orders that are known not to be paid. A payment status that nobody has seen before says nothing."""
    known = counted_values(organisation, "payment_status")
    return Q(payment_status__in=[status for status in known if status.casefold() in _UNPAID])


def due(organisation: Organisation) -> Q:
    """Orders that are not scheduled for later, or whose time to go out has come by the lead time of their method."""
    # Not as two alternatives, each of which an index would be walked for through the whole history.
    return ~_leaving_after(organisation, now())


def short_of_time(organisation: Organisation) -> Q:
    """Scheduled orders that should have gone out before today to be there in time."""
    calendar = calendar_of(organisation)
    end_of_yesterday = calendar.start(calendar.day(now())) - timedelta(microseconds=1)
    return Q(scheduled_delivery_at__isnull=False) & ~_leaving_after(organisation, end_of_yesterday)


def odd_email() -> Q:
    """Orders that are to be e-mailed to their recipient, where there is no address for that or none that can be."""
    return Q(lints__isnull=False, lints__contains=Rule.EMAIL)


def _leaving_after(organisation: Organisation, moment: datetime) -> Q:
    """Scheduled orders that are not due at a moment: by the lead time of each delivery method that there is."""
    settings, calendar = desk_settings_of(organisation), calendar_of(organisation)
    names = defaultdict[int, list[str]](list)
    for name in ["", *counted_values(organisation, "delivery_method_name")]:
        names[settings.lead(name)].append(name)
    usual = max(names, key=lambda lead: len(names[lead]))
    others = Q()
    found = Q(scheduled_delivery_at__gte=calendar.scheduled_before(usual, moment))
    for lead in names.keys() - {usual}:
        these = Q(delivery_method_name__in=names[lead])
        if "" in names[lead]:
            these |= Q(delivery_method_name__isnull=True)
        others |= these & Q(scheduled_delivery_at__gte=calendar.scheduled_before(lead, moment))
        found &= ~these
    return found | others


def _travels(types: tuple[str, ...], names: tuple[str, ...]) -> Q:
    by_type, by_name = Q(), Q()
    for kind in types:
        by_type |= Q(delivery_method_type__iexact=kind)
    for name in names:
        by_name |= Q(delivery_method_name__istartswith=name)
    untold = Q(delivery_method_type__isnull=True) | Q(delivery_method_type="")
    return by_type | (untold & by_name)


def _does_travel(order: Order, types: tuple[str, ...], names: tuple[str, ...]) -> bool:
    kind, name = (order.delivery_method_type or "").lower(), (order.delivery_method_name or "").lower()
    return kind in types if kind else name.startswith(names)
