"""Orders that came from another organisation: which they may be, what goes with them, and a manager's word for it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.timezone import now

from glu_admin.hints import hint
from glu_admin.keys.lifecycle import foreign_key, let_take_over
from glu_admin.tenancy.models import Organisation
from orders.models import MissingOrder, Order


@dataclass(frozen=True)
class Going:
    """What is deleted with some orders: how many they are, when created and first copied, and what hangs on them."""

    orders: int
    lines: int
    changes: int
    created_from: datetime | None
    created_to: datetime | None
    copied_from: datetime | None
    copied_to: datetime | None


def strangers(organisation: Organisation, *, gone: bool = False) -> QuerySet[Order]:
    """Orders that Glu does not show with the key in use, newest first; with `gone` also those marked as gone."""
    which = Q(missing__isnull=False)
    if gone:
        which |= Q(gone_at__isnull=False)
    return organisation.orders.filter(which).select_related("missing").order_by("-created_at", "-glu_id")


def going(organisation: Organisation, orders: QuerySet[Order]) -> Going:
    """Count what is deleted when these orders are removed."""
    found = orders.order_by().aggregate(
        orders=Count("pk"),
        created_from=Min("created_at"),
        created_to=Max("created_at"),
        copied_from=Min("first_copied_at"),
        copied_to=Max("first_copied_at"),
    )
    theirs = orders.order_by().values("pk")
    return Going(
        lines=organisation.order_lines.filter(order__in=theirs).count(),
        changes=organisation.order_changes.filter(order__in=theirs).count(),
        **found,
    )


def want_removed(organisation: Organisation, *, gone: bool, shown: int) -> bool:
    """Have a worker remove, within seconds, the orders that `strangers` finds, with `gone` also those marked as gone.

    `shown` is the number that the person who decides has seen. False, and nothing is removed, when it is not the number
    by now.
    """
    moment = now()
    with transaction.atomic():
        if gone:
            marked = organisation.orders.filter(gone_at__isnull=False, missing=None)
            MissingOrder.across_organisations.bulk_create(
                [
                    MissingOrder(organisation=organisation, order_id=pk, found_at=moment, due_at=moment, held=True)
                    for pk in marked.values_list("pk", flat=True)
                ],
                ignore_conflicts=True,
            )
        if organisation.missing_orders.update(removing=True, held=True) != shown:
            transaction.set_rollback(True)
            return False
    hint("orders.remove_foreign", organisation.pk, queue="bulk")
    return True


def want_everything_removed(organisation: Organisation) -> bool:
    """Have a worker remove every order, and then use the key that opens another organisation.

    False, and nothing is removed, when there is no such key.
    """
    key = foreign_key(organisation)
    if key is None:
        return False
    let_take_over(key)
    hint("orders.remove_foreign", organisation.pk, queue="bulk")
    return True
