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
    """What goes when orders are removed: how many, created and first copied when, and what hangs on them."""

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
    """What goes when these orders are removed."""
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
    """Have the orders that Glu does not show removed, within seconds, by a worker; with `gone` as `strangers` has it.

    False, with nothing done, when they are not as many as were `shown` to who decides.
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
    """Have everything removed, and the key take over that opens another organisation; false when there is none."""
    key = foreign_key(organisation)
    if key is None:
        return False
    let_take_over(key)
    hint("orders.remove_foreign", organisation.pk, queue="bulk")
    return True
