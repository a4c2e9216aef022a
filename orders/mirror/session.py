"""What every step of the mirror works with: one organisation, one client, one lease."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from glu_admin.glu.client import GluClient
from glu_admin.tenancy.models import Organisation
from orders.glu_orders import Listed, list_orders
from orders.mirror.lease import Lease
from orders.models import MirrorState


@dataclass
class Session:
    """One holder of one organisation's lease, talking to Glu with its key."""

    organisation: Organisation
    client: GluClient
    lease: Lease

    @cached_property
    def threads(self) -> ThreadPoolExecutor:
        """Threads that speak with Glu at once; kept as long as the session, as each keeps its connection."""
        return ThreadPoolExecutor(settings.MIRROR_LINE_THREADS, thread_name_prefix="glu")

    def close(self) -> None:
        """Close the connections and give the lease back."""
        if "threads" in self.__dict__:
            self.threads.shutdown(cancel_futures=True)
        self.client.close()
        self.lease.release()

    def fetch(
        self, *, page: int, created_before: str | None, created_from: str | None, updated_from: str | None
    ) -> Listed:
        """One list request, in the form the walk asks for. Raises GluError."""
        return list_orders(
            self.client,
            page=page,
            created_before=created_before,
            created_from=created_from,
            updated_from=updated_from,
        )

    def state(self) -> MirrorState:
        """The organisation's mirror state as it is in the database now."""
        return MirrorState.across_organisations.get(organisation=self.organisation)

    def update_state(self, **fields: object) -> None:
        """Set fields of the mirror state; call it inside the lease's transaction."""
        MirrorState.across_organisations.filter(organisation=self.organisation).update(**fields)
