"""The marks of the team on an order: set, and taken back."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.models import OrderMark
from orders.views.timeline.entries import MOST_SHOWN, Entry, event

_Kind = OrderMark.Kind
_ICONS = {
    _Kind.PREPARED: "box",
    _Kind.POSTED: "dispatch",
    _Kind.READY: "collect",
    _Kind.HANDED_OVER: "collect",
    _Kind.PRINTED: "print",
    _Kind.CHASED: "phone",
}
_DID = {
    _Kind.PREPARED: gettext_noop("%(name)s marked it prepared"),
    _Kind.POSTED: gettext_noop("%(name)s marked it posted"),
    _Kind.READY: gettext_noop("%(name)s marked it ready to collect"),
    _Kind.HANDED_OVER: gettext_noop("%(name)s marked it handed over"),
    _Kind.PRINTED: gettext_noop("%(name)s printed its sheet"),
    _Kind.CHASED: gettext_noop("%(name)s chased the payment"),
}
_TOOK_BACK = {
    _Kind.PREPARED: gettext_noop("%(name)s undid “prepared”"),
    _Kind.POSTED: gettext_noop("%(name)s undid “posted”"),
    _Kind.READY: gettext_noop("%(name)s undid “ready to collect”"),
    _Kind.HANDED_OVER: gettext_noop("%(name)s undid “handed over”"),
    _Kind.PRINTED: gettext_noop("%(name)s undid “printed”"),
    _Kind.CHASED: gettext_noop("%(name)s undid “chased”"),
}


def mark_entries(marks: Sequence[OrderMark], zone: ZoneInfo) -> Iterator[Entry]:
    """An entry for each of the newest of an order's marks, and one more where it was taken back, in no order.

    The marks come the oldest first.
    """
    for mark in marks[-MOST_SHOWN:]:
        kind = _Kind(mark.kind)
        what = _(_DID[kind]) % {"name": mark.user_name}
        again = mark.look_again_on
        small = _("To look again on %(day)s") % {"day": date_format(again, "j F Y")} if again else ""
        yield event(f"mark-{mark.pk}", mark.at, _ICONS[kind], what, zone, small=small, here=True)
        if mark.undone_at:
            what = _(_TOOK_BACK[kind]) % {"name": mark.undone_by_name}
            yield event(f"undone-{mark.pk}", mark.undone_at, "undo", what, zone, here=True)
