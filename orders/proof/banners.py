"""What stands above every page of an organisation whose copy needs somebody, or patience."""

from dataclasses import dataclass

from django.db.models import Count
from django.template.defaultfilters import pluralize
from django.utils.timezone import now

from glu_admin.keys.lifecycle import closed
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.display.durations import short, soon
from orders.models import MirrorState
from orders.proof.first_copy import first_copy
from orders.proof.rest import STANDS_STILL, last_error, stands_still
from orders.proof.standing import Standing, standing

Failure = MirrorState.Failure
_LOOKS = {
    Failure.THROTTLED: ("amber", "hourglass"),
    Failure.UNREACHABLE: ("red", "offline"),
    Failure.FAILING: ("red", "warning"),
    Failure.UNREADABLE: ("red", "warning"),
}
_KEPT = "The orders here can still be searched and exported; nothing is lost."


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


def banners(organisation: Organisation, known: Standing | None = None) -> list[Banner]:
    """What stands above every page of an organisation whose copy needs somebody, or patience.

    `known` is how the copy stands, where that has been read already.
    """
    known = known or standing(organisation)
    key, trying = known.key, known.candidate
    if why := closed(key, trying):
        text = f"{why} Nothing is copied until then. {_KEPT}"
        return [Banner("red", "key", "The key cannot be opened", text, "key", "Key settings")]
    found = [_new_key_banner(key, trying)]
    of_key = _key_banner(organisation, key, known) if key is not None else None
    found.append(of_key or _copy_banner(organisation, key, known))
    if key is not None:
        found.append(_lines_banner(organisation, known, is_fresh=not any(found)))
    return [banner for banner in found if banner is not None]


def _new_key_banner(key: GluKey | None, trying: GluKey | None) -> Banner | None:
    """What is said where there is no key at all, or where Glu refuses the one that waits to take over."""
    if key is None and trying is None:
        text = "Glu needs a key before orders can be copied here. A manager can add one."
        return Banner("amber", "key", "No key yet", text, "key", "Add the key")
    if trying is None or trying.state not in GluKey.REJECTED:
        return None
    foreign = trying.state == GluKey.State.FOREIGN
    title = "The new key opens another organisation" if foreign else "Glu refuses the new key"
    why = trying.detail if foreign else f"Glu refused the new key ending in {trying.last_four}."
    works = key is not None and key.state not in GluKey.REJECTED
    rest_of_it = "The key before it stays in use." if works else _tried_again(trying)
    return Banner("red", "key", title, f"{why} {rest_of_it}", "key", "Set another key")


def _key_banner(organisation: Organisation, key: GluKey, known: Standing) -> Banner | None:
    """What is said of the key in use when nothing is copied with it."""
    if key.state in GluKey.REJECTED:
        since = f"For {short(now() - key.rejected_at)} now. " if key.rejected_at else ""
        foreign = key.state == GluKey.State.FOREIGN
        title = "This key opens another organisation" if foreign else "Glu refuses this key"
        why = f"{key.detail} " if foreign else ""
        text = f"{why}{since}{_tried_again(key)} {_complete_until(organisation, known)} {_KEPT}"
        return Banner("red", "key", title, text, "key", "Replace or retry")
    if key.paused_at is not None:
        return Banner("amber", "hourglass", "Copying is paused", _KEPT, "key", "Resume")
    if key.state != GluKey.State.ACCEPTED:
        text = f"Until Glu has answered, nothing is copied with the key ending in {key.last_four}. {_KEPT}"
        return Banner("amber", "key", "The key is being tried again", text, "key", "Key settings")
    return None


def _copy_banner(organisation: Organisation, key: GluKey | None, known: Standing) -> Banner | None:
    """What is said of copying while the key is good, or a first one is not yet tried."""
    state = known.state
    if key is not None and state is not None and last_error(state, key):
        complete_up_to = known.complete_up_to
        since = f"Last complete look {short(now() - complete_up_to)} ago. " if complete_up_to else ""
        kind = Failure(state.last_error_kind) if state.last_error_kind in _LOOKS else Failure.UNREADABLE
        return Banner(*_LOOKS[kind], str(kind.label), f"{state.last_error} {since}{_KEPT}")
    if known.held:
        text = "So many that nothing was concluded: Glu may show only a part of them for now. Somebody has to decide."
        return Banner("amber", "flag", "Many orders are missing at Glu", text, "mirror", "Decide")
    if known.foreign:
        text = "Glu has others under their numbers. They wait for a manager to remove them."
        return Banner("red", "danger", "Orders of another organisation are here", text, "foreign_orders", "See them")
    if stands_still(organisation, known):
        return Banner("amber", "hourglass", "Copying stands still", f"{STANDS_STILL} {_KEPT}")
    return None


def _lines_banner(organisation: Organisation, known: Standing, *, is_fresh: bool) -> Banner | None:
    """What is said when lines fail; those of an order that Glu may have deleted are another matter."""
    failed = organisation.orders.filter(lines_due_at__isnull=False, missing=None).exclude(lines_error="")
    common = failed.order_by().values_list("lines_error").annotate(n=Count("pk")).order_by("-n")
    reasons = list(common) if known.lines_failed else []
    n = sum(count for _, count in reasons)
    waits = known.state.lines_wait_until if known.state is not None else None
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
    if key.try_again_at is None:
        return "It is tried again by itself soon."
    if key.try_again_at <= now():
        return "It is being tried again now."
    return f"It is tried again by itself {soon(key.try_again_at)}."


def _complete_until(organisation: Organisation, known: Standing) -> str:
    """How complete the copy is while nothing is added to it."""
    state = known.state
    copy = first_copy(organisation, state, unread=known.lines_unread)
    if copy is not None or state is None or state.history_complete_at is None:
        share = f" ({copy.percent} %)" if copy and copy.percent is not None else ""
        return f"Until then only a part of the orders had been copied{share}."
    complete_up_to = known.complete_up_to
    return f"What happened at Glu in the last {short(now() - complete_up_to)} is not here." if complete_up_to else ""
