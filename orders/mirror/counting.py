"""When an organisation's days are counted anew: after its first copy, and when its zone is another."""

from django.db.models import F, Q, QuerySet

from glu_admin.tenancy.models import Organisation
from orders.mirror.lease import Lease
from orders.mirror.writing.counts import count_all_days
from orders.models import MirrorState


def to_be_counted() -> QuerySet[MirrorState]:
    """The mirrors whose days are to be counted anew."""
    wanted = Q(history_complete_at__isnull=False) | ~Q(days_zone="")
    return MirrorState.across_organisations.filter(wanted).exclude(days_zone=F("organisation__timezone"))


def count_days(organisation: Organisation, lease: Lease) -> None:
    """Count all days in the organisation's zone as it is set now. Raises LeaseLostError."""
    zone = Organisation.objects.get(pk=organisation.pk).zone
    count_all_days(organisation, zone, lease.writing)


def count_where_due(organisation: Organisation, lease: Lease) -> None:
    """Count the days where they are to be counted anew. Raises LeaseLostError."""
    if to_be_counted().filter(organisation=organisation).exists():
        count_days(organisation, lease)
