"""The marks of the team on an order: set, and taken back."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from orders.models import OrderMark
from orders.views.timeline.entries import MOST_SHOWN, Entry, event

_Kind = OrderMark.Kind
_ICONS = {
    _Kind.PREPARED: "box",
    _Kind.POSTED: "dispatch",
    _Kind.READY: "collect",
    _Kind.HANDED_OVER: "collect",
    _Kind.PRINTED: "print",
    _Kind.CHASED: "mail",
}
_DID = {_Kind.PRINTED: "printed its sheet", _Kind.CHASED: "chased the payment"}


def mark_entries(marks: Sequence[OrderMark], zone: ZoneInfo) -> Iterator[Entry]:
    """An entry for each of the newest of an order's marks, and one more where it was taken back, in no order.

    The marks come the oldest first.
    """
    for mark in marks[-MOST_SHOWN:]:
        kind = _Kind(mark.kind)
        what = f"{mark.user_name} {_DID.get(kind) or f'marked it {kind.label.lower()}'}"
        again = mark.look_again_on
        small = f"To look again on {again.day} {again:%B %Y}" if again else ""
        yield event(f"mark-{mark.pk}", mark.at, _ICONS[kind], what, zone, small=small, here=True)
        if mark.undone_at:
            what = f"{mark.undone_by_name} took back: {kind.label.lower()}"
            yield event(f"undone-{mark.pk}", mark.undone_at, "undo", what, zone, here=True)
