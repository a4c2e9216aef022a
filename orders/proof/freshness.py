"""The chip: how fresh an organisation's copy is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.display.durations import short
from orders.models import MirrorRun, MirrorState
from orders.proof.first_copy import first_copy
from orders.proof.rest import last_error
from orders.proof.standing import Standing, standing

_FAILURES: dict[str, tuple[str, str]] = {
    MirrorState.Failure.THROTTLED: ("amber", gettext_noop("%(ago)s, slowed down")),
    MirrorState.Failure.UNREACHABLE: ("red", gettext_noop("%(ago)s, Glu not reached")),
}
_TROUBLE = ("red", gettext_noop("%(ago)s, trouble"))
_KEY_STATES = {
    GluKey.State.TRYING: gettext_noop("waiting to be tried"),
    GluKey.State.ACCEPTED: gettext_noop("accepted"),
    GluKey.State.REFUSED: gettext_noop("refused"),
    GluKey.State.FOREIGN: gettext_noop("opens another organisation"),
    GluKey.State.UNREACHABLE: gettext_noop("Glu could not be reached"),
}


@dataclass(frozen=True)
class Freshness:
    """How fresh the copy is: a tone of the chip, words for people, and up to when it is complete.

    That is when the last complete poll began, or before that what a cache on the way was given.
    """

    tone: str
    words: str
    up_to: datetime | None


def freshness(organisation: Organisation, known: Standing | None = None) -> Freshness:
    """What the chip says: green up to date, blue first copy, amber late, red refused or unreachable, grey no key.

    `known` is how the copy stands, where that has been read already.
    """
    known = known or standing(organisation)
    state, key, polls, complete_up_to = known.state, known.key, known.polls, known.complete_up_to
    ago = _ago(complete_up_to)
    if key is None:
        trying = known.candidate
        if trying is None:
            return Freshness("grey", _("No key"), complete_up_to)
        tone = "red" if trying.state in GluKey.REJECTED else "blue"
        return Freshness(tone, _("Key: %(state)s") % {"state": _state(trying)}, complete_up_to)
    if key.state == GluKey.State.REFUSED:
        return Freshness("red", _("%(ago)s, key refused") % ago, complete_up_to)
    if key.state == GluKey.State.FOREIGN:
        return Freshness("red", _("%(ago)s, another organisation’s key") % ago, complete_up_to)
    if key.paused_at is not None:
        return Freshness("amber", _("%(ago)s, paused") % ago, complete_up_to)
    if key.state != GluKey.State.ACCEPTED:
        return Freshness("blue", _("%(ago)s, key: %(state)s") % (ago | {"state": _state(key)}), complete_up_to)
    if state is not None and last_error(state, key):
        tone, words = _FAILURES.get(state.last_error_kind, _TROUBLE)
        return Freshness(tone, _(words) % ago, complete_up_to)
    copy = first_copy(organisation, state, unread=known.lines_unread)
    if copy is not None or state is None or state.history_complete_at is None:
        is_known = copy is not None and copy.percent is not None
        words = _("First copy, %(percent)d%%") % {"percent": copy.percent} if copy and is_known else _("First copy")
        return Freshness("blue", words, complete_up_to)
    if polls and MirrorRun.Flag.FROM_CACHE in polls[0].flags.split():
        return Freshness("amber", _("%(ago)s, from a cache") % ago, complete_up_to)
    if complete_up_to is None or now() - complete_up_to > late_after(state):
        return Freshness("amber", _("%(ago)s, late") % ago, complete_up_to)
    return Freshness("green", _("Up to date, %(ago)s") % ago, complete_up_to)


def _ago(moment: datetime | None) -> dict[str, str]:
    """How long ago it was, for the sentences that say so."""
    return {"ago": _("%(time)s ago") % {"time": short(now() - moment)} if moment else _("not yet")}


def _state(key: GluKey) -> str:
    """The state of a key as a sentence has it."""
    return _(_KEY_STATES[GluKey.State(key.state)])


def late_after(state: MirrorState | None) -> timedelta:
    """How far behind Glu a copy may be that works as it should; further behind it is late."""
    return timedelta(seconds=settings.MIRROR_LATE_AFTER_SECONDS + ((state and state.poll_seconds) or 0))
