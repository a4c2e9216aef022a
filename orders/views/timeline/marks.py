"""The marks of the team on an order: set, and taken back."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from orders.desk.marks import marks_of
from orders.models import Order, OrderMark
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


def mark_entries(order: Order, zone: ZoneInfo) -> Iterator[Entry]:
    """An entry for each of the newest marks, and one more where it was taken back, in no order."""
    for mark in marks_of(order)[-MOST_SHOWN:]:
        kind = _Kind(mark.kind)
        what = f"{mark.user_name} {_DID.get(kind) or f'marked it {kind.label.lower()}'}"
        again = mark.look_again_on
        small = f"To look again on {again.day} {again:%B %Y}" if again else ""
        yield event(f"mark-{mark.pk}", mark.at, _ICONS[kind], what, zone, small=small, here=True)
        if mark.undone_at:
            what = f"{mark.undone_by_name} took back: {kind.label.lower()}"
            yield event(f"undone-{mark.pk}", mark.undone_at, "undo", what, zone, here=True)
