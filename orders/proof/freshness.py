"""The chip: how fresh an organisation's copy is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import now

from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.display.durations import short
from orders.models import MirrorRun, MirrorState
from orders.proof.first_copy import first_copy
from orders.proof.rest import last_error
from orders.proof.standing import Standing, standing

_FAILURES: dict[str, tuple[str, str]] = {
    MirrorState.Failure.THROTTLED: ("amber", "slowed down"),
    MirrorState.Failure.UNREACHABLE: ("red", "Glu not reached"),
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
    ago = f"{short(now() - complete_up_to)} ago" if complete_up_to else "not yet"
    if key is None:
        trying = known.candidate
        if trying is None:
            return Freshness("grey", "No key", complete_up_to)
        tone = "red" if trying.state in GluKey.REJECTED else "blue"
        return Freshness(tone, f"Key: {_lower(trying)}", complete_up_to)
    if key.state == GluKey.State.REFUSED:
        return Freshness("red", f"{ago}, key refused", complete_up_to)
    if key.state == GluKey.State.FOREIGN:
        return Freshness("red", f"{ago}, another organisation’s key", complete_up_to)
    if key.paused_at is not None:
        return Freshness("amber", f"{ago}, paused", complete_up_to)
    if key.state != GluKey.State.ACCEPTED:
        return Freshness("blue", f"{ago}, key: {_lower(key)}", complete_up_to)
    if state is not None and last_error(state, key):
        tone, words = _FAILURES.get(state.last_error_kind, ("red", "trouble"))
        return Freshness(tone, f"{ago}, {words}", complete_up_to)
    copy = first_copy(organisation, state, unread=known.lines_unread)
    if copy is not None or state is None or state.history_complete_at is None:
        share = f", {copy.percent} %" if copy and copy.percent is not None else ""
        return Freshness("blue", f"First copy{share}", complete_up_to)
    if polls and MirrorRun.Flag.FROM_CACHE in polls[0].flags.split():
        return Freshness("amber", f"{ago}, from a cache", complete_up_to)
    if complete_up_to is None or now() - complete_up_to > late_after(state):
        return Freshness("amber", f"{ago}, late", complete_up_to)
    return Freshness("green", f"Up to date, {ago}", complete_up_to)


def _lower(key: GluKey) -> str:
    label = GluKey.State(key.state).label
    return label if key.state == GluKey.State.UNREACHABLE else label[0].lower() + label[1:]  # it begins with a name


def late_after(state: MirrorState | None) -> timedelta:
    """How far behind Glu a copy may be that works as it should; further behind it is late."""
    return timedelta(seconds=settings.MIRROR_LATE_AFTER_SECONDS + ((state and state.poll_seconds) or 0))
