"""Commands wait for the worker that holds an organisation's lease to end its slice."""

import sys
import time

from django.conf import settings
from django.core.management.base import CommandError

from glu_admin.tenancy.models import Organisation
from orders.mirror.lease import Lease, take_lease


def wait_for_lease(organisation: Organisation) -> Lease:
    """The organisation's lease; workers stand back for it. Raises CommandError after twice a lease's life."""
    gives_up = time.monotonic() + 2 * settings.MIRROR_LEASE_SECONDS
    said = False
    while (lease := take_lease(organisation, by_hand=True)) is None:
        if not said:
            sys.stderr.write("A worker is at it; waiting for the end of its slice.\n")
            said = True
        if time.monotonic() > gives_up:
            raise CommandError("Somebody else has been writing all the time. Stop the worker, or try again.")
        time.sleep(0.2)
    return lease
