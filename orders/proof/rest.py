"""Why nothing is asked of Glu now: on purpose, or because nobody is there to ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.told import told
from orders.models import MirrorState
from orders.proof.standing import Standing, standing

STANDS_STILL = gettext_noop("No worker has taken it up for minutes: the worker or the broker may be away.")


@dataclass(frozen=True)
class Rest:
    """Why nothing at all is asked of Glu now, as a sentence, and until when: null is until somebody acts."""

    words: str
    until: datetime | None = None


def rest(state: MirrorState | None, key: GluKey | None) -> Rest | None:
    """Why nothing is asked of Glu now; None when what is due is done."""
    if key is None:
        return Rest(_("There is no key in use."))
    if key.paused_at is not None:
        return Rest(_("Copying is paused."))
    if key.state == GluKey.State.REFUSED:
        return Rest(_("Glu refuses the key."), key.try_again_at)
    if key.state == GluKey.State.FOREIGN:
        return Rest(_("The key opens another organisation."), key.try_again_at)
    if key.state != GluKey.State.ACCEPTED:
        return Rest(_("The key is being tried again."))
    if state is None or state.wait_until is None:
        return None
    tried = not state.failures or (state.lease_expires_at is not None and state.lease_expires_at > now())
    if state.wait_until <= now() and tried:
        return None
    return Rest(last_error(state, key) or _("Glu is left alone for a while."), state.wait_until)


def stands_still(organisation: Organisation, known: Standing | None = None) -> bool:
    """Whether something has been due for so long that nobody can be working on it; `known` is what was read of it."""
    known = known or standing(organisation)
    key, trying, state = known.key, known.candidate, known.state
    patience = timedelta(seconds=60 + settings.MIRROR_LEASE_SECONDS)
    if trying is not None and trying.state == GluKey.State.TRYING:
        return now() - trying.set_at > patience
    if key is None or key.state != GluKey.State.ACCEPTED or key.paused_at is not None:
        return False
    due_at = state.next_due_at if state and state.next_due_at else key.tried_at or key.set_at
    waits = (state.wait_until if state else None, known.poll_waits_until)
    due_at = max([due_at, *filter(None, waits)])  # what failed waits on purpose
    working = state is not None and state.lease_expires_at is not None and state.lease_expires_at > now()
    return not working and now() - due_at > patience


def last_error(state: MirrorState, key: GluKey | None) -> str:
    """The last failure in words, if it still counts; "" else.

    A failure of the key no longer counts once the key is another one, or is being tried again.
    """
    of_key = state.last_error_kind in MirrorState.OF_THE_KEY
    stale = of_key and key is not None and key.state not in GluKey.REJECTED
    return "" if stale else told(state.last_error)
