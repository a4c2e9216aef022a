"""Whoever holds an organisation's lease: the only one that writes its mirror, and where the mirror stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from django.utils.functional import SimpleLazyObject

from glu_admin.tenancy.models import Organisation
from orders.mirror.lease import Lease
from orders.models import MirrorState
from orders.models.mirror_run import polled_up_to

_COLUMNS = [field.attname for field in MirrorState._meta.concrete_fields]


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
        read: list[tuple[MirrorState, dict[str, Any]]] = []

        def _read() -> MirrorState:
            state = self.state()
            read.append((state, {name: getattr(state, name) for name in _COLUMNS}))
            return state

        with self.lease.writing():
            yield cast(MirrorState, SimpleLazyObject(_read))  # most transactions have nothing to say of it
            for state, before in read:
                if changed := [name for name, value in before.items() if getattr(state, name) != value]:
                    state.save(update_fields=changed)

    def polled_up_to(self) -> datetime | None:
        """Up to when polls have read everything that changed; what has a newer stamp was not there yet then."""
        return polled_up_to(self.organisation)
