"""What stands above every page of an organisation whose copy needs somebody, or patience."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from glu_admin.keys.lifecycle import closed
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.told import told
from orders.display.durations import short, soon
from orders.display.locales import grouped
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
_KEPT = gettext_noop("The orders here can still be searched and exported; nothing is lost.")


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
        text = _joined(why, _("Nothing is copied until then."), _(_KEPT))
        return [Banner("red", "key", _("The key cannot be opened"), text, "key", _("Key settings"))]
    found = [_new_key_banner(key, trying)]
    of_key = _key_banner(organisation, key, known) if key is not None else None
    found.append(of_key or _copy_banner(organisation, key, known))
    if key is not None:
        found.append(_lines_banner(organisation, known, is_fresh=not any(found)))
    return [banner for banner in found if banner is not None]


def _new_key_banner(key: GluKey | None, trying: GluKey | None) -> Banner | None:
    """What is said where there is no key at all, or where Glu refuses the one that waits to take over."""
    if key is None and trying is None:
        text = _("Glu needs a key before orders can be copied here. A manager can add one.")
        return Banner("amber", "key", _("No key yet"), text, "key", _("Add the key"))
    if trying is None or trying.state not in GluKey.REJECTED:
        return None
    foreign = trying.state == GluKey.State.FOREIGN
    title = _("The new key opens another organisation") if foreign else _("Glu refuses the new key")
    refused = _("Glu refused the new key ending in %(end)s.") % {"end": trying.last_four}
    works = key is not None and key.state == GluKey.State.ACCEPTED
    text = _joined(
        trying.why if foreign else refused,
        _("The key before it stays in use.") if works else _tried_again(trying),
    )
    return Banner("red", "key", title, text, "key", _("Set another key"))


def _key_banner(organisation: Organisation, key: GluKey, known: Standing) -> Banner | None:
    """What is said of the key in use when nothing is copied with it."""
    if key.state in GluKey.REJECTED:
        foreign = key.state == GluKey.State.FOREIGN
        title = _("This key opens another organisation") if foreign else _("Glu refuses this key")
        text = _joined(
            key.why if foreign else "",
            _("For %(time)s now.") % {"time": short(now() - key.rejected_at)} if key.rejected_at else "",
            _tried_again(key),
            _complete_until(organisation, known),
            _(_KEPT),
        )
        return Banner("red", "key", title, text, "key", _("Replace or retry"))
    if key.paused_at is not None:
        return Banner("amber", "hourglass", _("Copying is paused"), _(_KEPT), "key", _("Resume"))
    if key.state != GluKey.State.ACCEPTED:
        waits = _("Until Glu has answered, nothing is copied with the key ending in %(end)s.")
        text = _joined(waits % {"end": key.last_four}, _(_KEPT))
        return Banner("amber", "key", _("The key is being tried again"), text, "key", _("Key settings"))
    return None


def _copy_banner(organisation: Organisation, key: GluKey | None, known: Standing) -> Banner | None:
    """What is said of copying while the key is good, or a first one is not yet tried."""
    state = known.state
    if key is not None and state is not None and (failed := last_error(state, key)):
        kind = Failure(state.last_error_kind) if state.last_error_kind in _LOOKS else Failure.UNREADABLE
        return Banner(*_LOOKS[kind], str(kind.label), _joined(failed, _last_look(known), _(_KEPT)))
    if known.held:
        text = _(
            "So many that nothing was concluded: Glu may show only a part of them for now. Somebody has to decide."
        )
        return Banner("amber", "flag", _("Many orders are missing at Glu"), text, "mirror", _("Decide"))
    if known.foreign:
        title = _("Orders of another organisation are here")
        text = _("Glu has others under their numbers. They wait for a manager to remove them.")
        return Banner("red", "danger", title, text, "foreign_orders", _("See them"))
    if stands_still(organisation, known):
        return Banner("amber", "hourglass", _("Copying stands still"), _joined(_(STANDS_STILL), _(_KEPT)))
    return None


def _last_look(known: Standing) -> str:
    """How long ago Glu was last looked at to the end; "" where it never was."""
    if not known.complete_up_to:
        return ""
    return _("Last complete look %(time)s ago.") % {"time": short(now() - known.complete_up_to)}


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
    title = _("Lines are not read for now")
    if n:
        title = ngettext(
            "The lines of %(n)s order could not be read", "The lines of %(n)s orders could not be read", n
        ) % {"n": grouped(n)}
    again = _("They are tried again by themselves.")
    if waits is not None and broken:
        again = _("Glu failed for one order after another, so lines are asked for again %(time)s.")
        again %= {"time": soon(waits)}
    text = _joined(
        told(reasons[0][0]) if reasons else "",
        again,
        _("The orders themselves are up to date.") if is_fresh else "",
    )
    return Banner("amber", "warning", title, text, "mirror", _("See the mirror"), for_all=True)


def _tried_again(key: GluKey) -> str:
    """That and when a key which Glu said no to is tried again by itself."""
    if key.paused_at is not None:
        return _("Copying is paused: it is tried again once that is resumed.")
    if key.try_again_at is None:
        return _("It is tried again by itself soon.")
    if key.try_again_at <= now():
        return _("It is being tried again now.")
    return _("It is tried again by itself %(time)s.") % {"time": soon(key.try_again_at)}


def _complete_until(organisation: Organisation, known: Standing) -> str:
    """How complete the copy is while nothing is added to it."""
    state = known.state
    copy = first_copy(organisation, state, unread=known.lines_unread)
    if copy is not None or state is None or state.history_complete_at is None:
        if copy is None or copy.percent is None:
            return _("Until then only a part of the orders had been copied.")
        return _("Until then only a part of the orders had been copied (%(percent)d%%).") % {"percent": copy.percent}
    if not known.complete_up_to:
        return ""
    away = {"time": short(now() - known.complete_up_to)}
    return _("What happened at Glu in the last %(time)s is not here.") % away


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
