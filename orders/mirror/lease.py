"""One writer per organisation: a lease that expires, with a fencing number checked in every write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorState


class LeaseLostError(Exception):
    """Somebody else writes for this organisation now; nothing of this transaction was kept."""


@dataclass(frozen=True)
class Lease:
    """The right to write one organisation's mirror, until somebody else takes over."""

    organisation_id: int
    token: int

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that commits only while the lease is held; it also extends it. Raises LeaseLostError."""
        with transaction.atomic():
            held = MirrorState.across_organisations.filter(
                organisation_id=self.organisation_id, lease_token=self.token
            ).update(lease_expires_at=_expiry())
            if not held:
                raise LeaseLostError
            yield

    def wanted(self) -> bool:
        """True when somebody waits for this lease by hand: a worker then ends its slice."""
        moment = now()
        return MirrorState.across_organisations.filter(
            organisation_id=self.organisation_id, lease_wanted_until__range=(moment, moment + _wanted())
        ).exists()

    def release(self) -> None:
        """Give the lease back; nothing happens when it was lost already."""
        MirrorState.across_organisations.filter(organisation_id=self.organisation_id, lease_token=self.token).update(
            lease_expires_at=None
        )


def take_lease(organisation: Organisation, *, by_hand: bool = False) -> Lease | None:
    """The lease if it is free or has expired, else None.

    Taking it `by_hand` asks workers to stand back for a while, so that waiting comes to an end.
    """
    state, _ = MirrorState.across_organisations.get_or_create(organisation=organisation)
    moment = now()
    with transaction.atomic():
        rows = MirrorState.across_organisations.filter(pk=state.pk)
        free = free_lease(moment)
        if by_hand:
            rows.update(lease_wanted_until=moment + _wanted())
        else:
            free &= Q(lease_wanted_until=None) | ~Q(lease_wanted_until__range=(moment, moment + _wanted()))
        taken = rows.filter(free).update(
            lease_token=F("lease_token") + 1, lease_expires_at=_expiry(), **_no_longer_wanted(by_hand)
        )
        if not taken:
            return None
        return Lease(organisation.pk, rows.values_list("lease_token", flat=True).get())


def free_lease(moment: datetime) -> Q:
    """States whose lease nobody holds; one that lasts longer than a lease can was taken before a clock was set back."""
    longest = timedelta(seconds=2 * settings.MIRROR_LEASE_SECONDS)  # two machines' clocks may differ a little
    return Q(lease_expires_at=None) | ~Q(lease_expires_at__range=(moment, moment + longest))


def _wanted() -> timedelta:
    """So long workers stand back for a command that waits."""
    return timedelta(seconds=settings.MIRROR_LEASE_WANTED_SECONDS)


def _expiry() -> datetime:
    return now() + timedelta(seconds=settings.MIRROR_LEASE_SECONDS)


def _no_longer_wanted(by_hand: bool) -> dict[str, None]:
    return {"lease_wanted_until": None} if by_hand else {}
