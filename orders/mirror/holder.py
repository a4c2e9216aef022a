"""Whoever holds an organisation's lease: the only one that writes its mirror, and where the mirror stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from glu_admin.tenancy.models import Organisation
from orders.mirror.lease import Lease
from orders.models import MirrorState
from orders.models.mirror_run import polled_up_to


class Holder:
    """One organisation and the lease on its mirror."""

    def __init__(self, organisation: Organisation, lease: Lease) -> None:
        self.organisation = organisation
        self.lease = lease

    def state(self) -> MirrorState:
        """Where the mirror stands as the database has it now; what is set on it is not kept."""
        return MirrorState.across_organisations.get(organisation=self.organisation)

    @contextmanager
    def writing(self) -> Iterator[MirrorState]:
        """A transaction that commits only while the lease is held; what is set on the state it gives is kept with it.

        Raises LeaseLostError.
        """
        with self.lease.writing():
            state = self.state()
            before = {field.attname: getattr(state, field.attname) for field in MirrorState._meta.concrete_fields}
            yield state
            changed = [name for name, value in before.items() if getattr(state, name) != value]
            if changed:
                state.save(update_fields=changed)

    def polled_up_to(self) -> datetime | None:
        """Up to when polls have read everything that changed; what has a newer stamp was not there yet then."""
        return polled_up_to(self.organisation)
