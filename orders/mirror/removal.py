"""Removes what came from another organisation, once a manager has said so; call it with the organisation's lease.

Everything here can be copied again from Glu. Desk rows that staff write do not hang on what is removed.
"""

import logging

from django.conf import settings
from django.db.models import Min
from django.utils.timezone import now

from glu_admin.keys.lifecycle import take_over, taking_over
from glu_admin.tenancy.models import Organisation
from orders.mirror.lease import Lease
from orders.mirror.writing.counts import COUNTED_COLUMNS, Differences, counted_row
from orders.mirror.writing.settlements import forget_settlements
from orders.models import Export, MirrorState, MissingOrder, TypicalTimes
from orders.settlement import Settlement

logger = logging.getLogger(__name__)

_KEPT = {"organisation", "lease_token", "lease_expires_at", "lease_wanted_until"}


def to_be_removed() -> set[int]:
    """The organisations, by pk, in which something waits to be removed."""
    marked = MissingOrder.across_organisations.filter(removing=True).values_list("organisation_id", flat=True)
    return {*marked.distinct(), *taking_over().values_list("pk", flat=True)}


def remove_wanted(organisation: Organisation, lease: Lease) -> int:
    """Remove what a manager has said: marked orders, or everything. Returns how many orders that were.

    Raises LeaseLostError.
    """
    if taking_over().filter(pk=organisation.pk).exists():
        count = _remove_everything(organisation, lease)
    else:
        count = _remove_marked(organisation, lease)
    if count:
        logger.warning("%s: %d orders of another organisation were removed", organisation.slug, count)
    return count


def _remove_marked(organisation: Organisation, lease: Lease) -> int:
    count = 0
    while pks := list(_marked(organisation)):
        with lease.writing():
            _remove(organisation, pks)
            # Transactions name orders, but not whose they are: they are read again from their beginning, as all
            # orders are, for Glu may have others under the numbers that are free now.
            organisation.transactions.all().delete()
            forget_settlements(organisation)
            MirrorState.across_organisations.filter(organisation=organisation).update(
                transactions_watermark=None,
                transactions_complete_at=None,
                transactions_due_at=None,
                whole_due_at=None,
                next_due_at=None,
            )
        count += len(pks)
    return count


def _remove_everything(organisation: Organisation, lease: Lease) -> int:
    count = 0
    while pks := list(organisation.orders.order_by("pk").values_list("pk", flat=True)[: settings.MIRROR_LINE_CHUNK]):
        with lease.writing():
            _remove(organisation, pks)
        count += len(pks)
    with lease.writing():
        for rows in (
            organisation.transactions,
            organisation.mirror_runs,
            organisation.set_aside,
            organisation.drifts,
            organisation.order_counters,
            organisation.order_days,
            organisation.probes,
        ):
            rows.all().delete()
        fresh = MirrorState(organisation=organisation)
        names = [field.name for field in MirrorState._meta.concrete_fields if field.name not in _KEPT]
        MirrorState.across_organisations.filter(organisation=organisation).update(
            **{name: getattr(fresh, name) for name in names}
        )
        take_over(organisation)
    return count


def _marked(organisation: Organisation) -> list[int]:
    marked = organisation.missing_orders.filter(removing=True).order_by("pk")
    return list(marked.values_list("order", flat=True)[: settings.MIRROR_LINE_CHUNK])


def _remove(organisation: Organisation, pks: list[int]) -> None:
    """Orders with their lines, texts for search and history, and the files they may be in; what is counted follows."""
    orders, moment = organisation.orders.filter(pk__in=pks), now()
    came_at = orders.aggregate(first=Min("first_copied_at"))["first"]
    if came_at is None:
        return
    organisation.exports.filter(state=Export.State.DONE, finished_at__gte=came_at).update(expires_at=moment)
    TypicalTimes.across_organisations.filter(organisation=organisation).update(kinds=[], due_at=moment)
    differences = Differences()
    for row in orders.values(*COUNTED_COLUMNS, *Settlement._fields):
        differences.add(counted_row(row), -1)
    organisation.drifts.filter(example_glu_id__in=orders.values("glu_id")).update(example_glu_id=None)
    orders.delete()
    differences.write(organisation)
