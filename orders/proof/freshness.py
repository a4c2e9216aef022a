"""What is proven and how fresh it is: the read side of the mirror, for pages and commands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.template.defaultfilters import pluralize
from django.utils.timezone import now

from glu_admin.keys.lifecycle import candidate_key, closed, current_key
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState
from orders.models.mirror_run import FROM_CACHE, latest_looks, looked_up_to
from orders.proof.first_copy import first_copy

FLAG_WORDS = {
    "tie_overflow": "more orders in one second than Glu tells apart (tie_overflow)",
    "page_ignored": "Glu gave the same rows again for another page, so some may be missing (page_ignored)",
    "walk_missed": "Glu left an order out of its list that it still has (walk_missed)",
    "older_rows": "Glu gave older versions of orders than before (older_rows)",
    "too_many_missing": "too many orders are missing at once (too_many_missing)",
    FROM_CACHE: "Glu’s answers came from a cache, and were too old (from_cache)",
    "unusable_transactions": "transactions that cannot be placed (unusable_transactions)",
}
"""What a flag of a run means, in words."""


OWN_ERROR = "Glu answered with an error of its own"
"""How the words of a failure begin when Glu was reached, but failed."""

STANDS_STILL = "No worker has taken it up for minutes: the worker or the broker may be away."


@dataclass(frozen=True)
class Freshness:
    """How fresh the copy is: a tone of the chip, words for people, and up to when it is complete.

    That is when the last complete look at Glu began, or before that what a cache on the way was given.
    """

    tone: str
    words: str
    checked_at: datetime | None


@dataclass(frozen=True)
class Rest:
    """Why nothing at all is asked of Glu now, as a sentence, and until when: null is until somebody acts."""

    words: str
    until: datetime | None = None


@dataclass(frozen=True)
class Banner:
    """Something everybody should know. `action` is the URL name of what a manager, or all, can do about it."""

    tone: str
    icon: str
    title: str
    text: str
    action: str = ""
    action_label: str = ""
    for_all: bool = False


def flag_words(flags: Iterable[str]) -> list[str]:
    """What flags of runs mean."""
    return [FLAG_WORDS.get(flag, flag) for flag in flags]


def freshness(organisation: Organisation) -> Freshness:
    """The chip: green up to date, blue first copy, amber late, red refused or unreachable, grey without key."""
    state, key = _state(organisation), current_key(organisation)
    looks = latest_looks(organisation)
    checked_at = max((look.up_to for look in looks), default=None)
    ago = f"{short(now() - checked_at)} ago" if checked_at else "not yet"
    if key is None:
        trying = candidate_key(organisation)
        if trying is None:
            return Freshness("grey", "No key", checked_at)
        tone = "red" if trying.state in GluKey.REJECTED else "blue"
        return Freshness(tone, f"Key: {_lower(trying)}", checked_at)
    if key.state == GluKey.State.REFUSED:
        return Freshness("red", f"{ago}, key refused", checked_at)
    if key.state == GluKey.State.FOREIGN:
        return Freshness("red", f"{ago}, another organisation’s key", checked_at)
    if key.paused_at is not None:
        return Freshness("amber", f"{ago}, paused", checked_at)
    if key.state != GluKey.State.ACCEPTED:
        return Freshness("blue", f"{ago}, key: {_lower(key)}", checked_at)
    if state is not None and last_error(state, key):
        slowed, away = state.last_error_kind == "throttled", state.last_error_kind == "unreachable"
        away = away and not state.last_error.startswith(OWN_ERROR)
        words = "slowed down" if slowed else "Glu not reached" if away else "trouble"
        return Freshness("amber" if slowed else "red", f"{ago}, {words}", checked_at)
    copy = first_copy(organisation, state)
    if copy is not None or state is None or state.history_complete_at is None:
        share = f", {copy.percent} %" if copy and copy.percent is not None else ""
        return Freshness("blue", f"First copy{share}", checked_at)
    if looks and FROM_CACHE in looks[0].flags:
        return Freshness("amber", f"{ago}, from a cache", checked_at)
    expected = timedelta(seconds=settings.MIRROR_LATE_AFTER_SECONDS + (state.poll_seconds or 0))
    if checked_at is None or now() - checked_at > expected:
        return Freshness("amber", f"{ago}, late", checked_at)
    return Freshness("green", f"Up to date, {ago}", checked_at)


def banners(organisation: Organisation) -> list[Banner]:
    """What stands above every page of an organisation whose copy needs somebody, or patience."""
    key, trying, state = current_key(organisation), candidate_key(organisation), _state(organisation)
    checked_at = looked_up_to(organisation)
    kept = "The orders here can still be searched and exported; nothing is lost."
    out = []
    if key is None and trying is None:
        text = "Glu needs a key before orders can be copied here. A manager can add one."
        out.append(Banner("amber", "key", "No key yet", text, "key", "Add the key"))
    if why := closed(key, trying):
        text = f"{why} Nothing is copied until then. {kept}"
        return [Banner("red", "key", "The key cannot be opened", text, "key", "Key settings")]
    if trying is not None and trying.state in GluKey.REJECTED:
        foreign = trying.state == GluKey.State.FOREIGN
        title = "The new key opens another organisation" if foreign else "Glu refuses the new key"
        why = trying.detail if foreign else f"Glu refused the new key ending in {trying.last_four}."
        works = key is not None and key.state not in GluKey.REJECTED
        rest_of_it = "The key before it stays in use." if works else _tried_again(trying)
        out.append(Banner("red", "key", title, f"{why} {rest_of_it}", "key", "Set another key"))
    if key is not None and key.state in GluKey.REJECTED:
        since = f"For {short(now() - key.rejected_at)} now. " if key.rejected_at else ""
        foreign = key.state == GluKey.State.FOREIGN
        title = "This key opens another organisation" if foreign else "Glu refuses this key"
        why = f"{key.detail} " if foreign else ""
        text = f"{why}{since}{_tried_again(key)} {_complete_until(organisation, state, checked_at)} {kept}"
        out.append(Banner("red", "key", title, text, "key", "Replace or retry"))
    elif key is not None and key.paused_at is not None:
        out.append(Banner("amber", "hourglass", "Copying is paused", kept, "key", "Resume"))
    elif key is not None and key.state != GluKey.State.ACCEPTED:
        text = f"Until Glu has answered, nothing is copied with the key ending in {key.last_four}. {kept}"
        out.append(Banner("amber", "key", "The key is being tried again", text, "key", "Key settings"))
    elif key is not None and state is not None and last_error(state, key):
        since = f"Last complete look {short(now() - checked_at)} ago. " if checked_at else ""
        titles = {
            "throttled": ("amber", "hourglass", "Glu asked us to slow down"),
            "unreachable": ("red", "offline", "Glu cannot be reached"),
        }
        tone, icon, title = titles.get(state.last_error_kind, ("red", "warning", "Glu’s answers cannot be used"))
        if state.last_error.startswith(OWN_ERROR):
            icon, title = "warning", "Glu does not answer as it should"
        out.append(Banner(tone, icon, title, f"{state.last_error} {since}{kept}"))
    elif organisation.missing_orders.filter(held=True, foreign=False).exists():
        text = "So many that nothing was concluded: Glu may show only a part of them for now. Somebody has to decide."
        out.append(Banner("amber", "flag", "Many orders are missing at Glu", text, "mirror", "Decide"))
    elif organisation.missing_orders.filter(foreign=True).exists():
        text = "Glu has others under their numbers. They wait for a manager to remove them."
        out.append(
            Banner("red", "danger", "Orders of another organisation are here", text, "foreign_orders", "See them")
        )
    elif stands_still(organisation):
        out.append(Banner("amber", "hourglass", "Copying stands still", f"{STANDS_STILL} {kept}"))
    if key is not None and (lines := _lines_banner(organisation, state, is_fresh=not out)):
        out.append(lines)
    return out


def last_error(state: MirrorState, key: GluKey | None) -> str:
    """The failure that still counts, in words; what was said of the key does not once it is another, or tried again."""
    of_key = state.last_error_kind in ("refused", "wrong_organisation")
    stale = of_key and key is not None and key.state not in GluKey.REJECTED
    return "" if stale else state.last_error


def rest(state: MirrorState | None, key: GluKey | None) -> Rest | None:
    """Why nothing is asked of Glu now; None when what is due is done."""
    if key is None:
        return Rest("There is no key in use.")
    if key.state == GluKey.State.REFUSED:
        return Rest("Glu refuses the key.", key.try_again_at)
    if key.state == GluKey.State.FOREIGN:
        return Rest("The key opens another organisation.", key.try_again_at)
    if key.paused_at is not None:
        return Rest("Copying is paused.")
    if key.state != GluKey.State.ACCEPTED:
        return Rest("The key is being tried again.")
    if state is None or state.wait_until is None:
        return None
    tried = not state.failures or (state.lease_expires_at is not None and state.lease_expires_at > now())
    if state.wait_until <= now() and tried:
        return None
    return Rest(last_error(state, key) or "Glu is left alone for a while.", state.wait_until)


def soon(moment: datetime) -> str:
    """A time to come as "in 3 s", "in 12 min"; "now" when it has come."""
    left = moment - now()
    return f"in {short(left + timedelta(seconds=0.999))}" if left > timedelta() else "now"


def stands_still(organisation: Organisation) -> bool:
    """Whether something has been due for so long that nobody can be working on it."""
    key, trying, state = current_key(organisation), candidate_key(organisation), _state(organisation)
    patience = timedelta(seconds=60 + settings.MIRROR_LEASE_SECONDS)
    if trying is not None and trying.state == GluKey.State.TRYING:
        return now() - trying.set_at > patience
    if key is None or key.state != GluKey.State.ACCEPTED or key.paused_at is not None:
        return False
    due_at = state.next_due_at if state and state.next_due_at else key.checked_at or key.set_at
    poll = organisation.mirror_runs.filter(kind=MirrorRun.Pass.CHANGES).order_by("-started_at").first()
    waits = (state.wait_until if state else None, poll.wait_until if poll else None)
    due_at = max([due_at, *filter(None, waits)])  # what failed waits on purpose
    working = state is not None and state.lease_expires_at is not None and state.lease_expires_at > now()
    return not working and now() - due_at > patience


def _state(organisation: Organisation) -> MirrorState | None:
    return MirrorState.across_organisations.filter(organisation=organisation).first()


def _lines_banner(organisation: Organisation, state: MirrorState | None, *, is_fresh: bool) -> Banner | None:
    """What is said when lines fail; those of an order that Glu may have deleted are another matter."""
    failed = organisation.orders.filter(lines_due_at__isnull=False, missing=None).exclude(lines_error="")
    common = failed.order_by().values_list("lines_error").annotate(n=Count("pk")).order_by("-n")
    reasons = list(common)
    n = sum(count for _, count in reasons)
    waits = state.lines_wait_until if state is not None else None
    broken = waits is not None and waits > now()
    if not n and not broken:
        return None
    title = f"The lines of {n:,} order{pluralize(n)} could not be read" if n else "Lines are not read for now"
    text = [reasons[0][0]] if reasons else []
    if waits is not None and broken:
        text.append(f"Glu failed for one order after another, so lines are asked for again {soon(waits)}.")
    else:
        text.append("They are tried again by themselves.")
    text += ["The orders themselves are up to date."] if is_fresh else []
    return Banner("amber", "warning", title, " ".join(text), "mirror", "See the mirror", for_all=True)


def _tried_again(key: GluKey) -> str:
    """That and when a key which Glu said no to is tried again by itself."""
    when = soon(key.try_again_at) if key.try_again_at else "soon"
    return "It is being tried again now." if when == "now" else f"It is tried again by itself {when}."


def _complete_until(organisation: Organisation, state: MirrorState | None, checked_at: datetime | None) -> str:
    """How complete the copy is while nothing is added to it."""
    copy = first_copy(organisation, state)
    if copy is not None or state is None or state.history_complete_at is None:
        share = f" ({copy.percent} %)" if copy and copy.percent is not None else ""
        return f"Until then only a part of the orders had been copied{share}."
    if checked_at is None:
        return ""
    return f"What happened at Glu in the last {short(now() - checked_at)} is not here."


def _lower(key: GluKey) -> str:
    label = GluKey.State(key.state).label
    return label[0].lower() + label[1:] if label != "Glu could not be reached" else label


def ago_words(seconds: float) -> str:
    """A length of time in seconds as "40 s", "12 min", "5 h" or "3 days"."""
    return short(timedelta(seconds=seconds))


def short(span: timedelta) -> str:
    """A length of time in its largest unit: "40 s", "15 min"."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 90 * 60:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 48 * 3600 else f"{seconds // 86400} days"
