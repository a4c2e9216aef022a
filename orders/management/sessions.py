"""What commands need to speak with Glu themselves, as no worker may be running: a key that works, and the lease."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import CommandError

from glu_admin.glu.client import GluClient
from glu_admin.keys.lifecycle import keys_of
from glu_admin.keys.models import GluKey
from glu_admin.keys.ring import WrongRootKey
from glu_admin.keys.vault import NoUsableKey, client_for, try_key
from glu_admin.tenancy.models import Organisation
from orders.mirror.engine import MirrorFailure
from orders.mirror.lease import Lease, LeaseLostError, take_lease
from orders.mirror.session import Session

Say = Callable[[str], object]


@contextmanager
def session_by_hand(organisation: Organisation, say: Say) -> Iterator[Session]:
    """A context with a session of the mirror for a command; workers leave the organisation alone meanwhile.

    `say` is called with what to tell the person who waits. Raises CommandError, in words, for what goes wrong.
    """
    session = Session(organisation, client_by_hand(organisation, say), wait_for_lease(organisation))
    try:
        yield session
    except MirrorFailure as error:
        raise CommandError(str(getattr(error, "words", error))) from None
    except LeaseLostError:
        raise CommandError("Another process took over; nothing is lost, run this again.") from None
    finally:
        session.close()


def client_by_hand(organisation: Organisation, say: Say) -> GluClient:
    """A client with the organisation's key, tried first where Glu has not accepted it yet. Raises CommandError."""
    try:
        _try_new_keys(organisation, say)
        return client_for(organisation, longest_wait=settings.GLU_RETRY_AFTER_CAP)
    except (NoUsableKey, WrongRootKey) as error:
        raise CommandError(str(error)) from None


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


def _try_new_keys(organisation: Organisation, say: Say) -> None:
    """Try each key that Glu has not accepted, and `say` what came of it. Raises NoUsableKey if one cannot be opened."""
    for key in reversed(keys_of(organisation)):  # the new one first
        if key.state != GluKey.State.ACCEPTED:
            say(f"Trying the key ending in {key.last_four}: {try_key(key).label}.")
