"""What every step of the mirror works with: the organisation's lease is held, and Glu spoken with."""

from glu_admin.glu.client import GluClient
from glu_admin.tenancy.models import Organisation
from orders.mirror.conversation import Conversation
from orders.mirror.holder import Holder
from orders.mirror.lease import Lease
from orders.mirror.page_sizes import PageSizes


class Session(Holder):
    """A holder that speaks with Glu, from taking the lease until it is given back."""

    def __init__(self, organisation: Organisation, client: GluClient, lease: Lease) -> None:
        super().__init__(organisation, lease)
        self.glu = Conversation(client)
        self.pages = PageSizes(self.state())

    def close(self) -> None:
        """Close the connections and give the lease back."""
        self.glu.close()
        self.lease.release()
