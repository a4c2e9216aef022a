"""What was done at this desk: the order copied and checked, notes written, technical details shown."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from glu_admin.tenancy.models import Membership, Organisation, Role, User
from glu_admin.tenancy.times import when_text
from glu_admin.tenancy.told import told
from orders.desk.notes import may_delete, may_edit, notes_of, parts_of
from orders.desk.reveals import reveals_of
from orders.desk.traces import may_have
from orders.models import CheckOutcome, Order, OrderNote
from orders.views.timeline.entries import MOST_SHOWN, Entry, NoteEntry, event

SOMEBODY = gettext_lazy("Somebody who has left")
"""Who did something, where their account is gone."""


def here_entries(organisation: Organisation, order: Order, zone: ZoneInfo, reader: Membership) -> Iterator[Entry]:
    """Everything that was done with an order here, in no order; `reader` is who will read it."""
    if order.check_done_at:
        what, icon = _("Checked against Glu: %(outcome)s") % {"outcome": _lower(told(order.check_words))}, "check"
        if order.check_outcome == CheckOutcome.NOT_RETURNED:
            outcome = CheckOutcome.NOT_RETURNED.label.rstrip(".")
            what, icon = _("Asked Glu for it: %(outcome)s") % {"outcome": outcome}, "archive"
        elif order.check_done_at != order.checked_at:
            what, icon = _("Not compared with Glu: %(why)s") % {"why": told(order.check_words)}, "warning"
        yield event("check", order.check_done_at, icon, what, zone, here=True)
    yield event("copied", order.first_copied_at, "archive", _("First copied here"), zone, here=True)
    for note in notes_of(organisation, order)[:MOST_SHOWN] if may_have(order, "notes") else ():
        yield _note(note, order, zone, reader)
    for shown in reveals_of(organisation, order)[:MOST_SHOWN] if may_have(order, "reveals") else ():
        what = _("%(name)s saw its technical details") % {"name": said_of(shown.user)}
        yield event(f"shown-{shown.pk}", shown.revealed_at, "eye", what, zone, here=True)


def said_of(user: User | None) -> str:
    """Who did something, by name."""
    return str(user or SOMEBODY)


def _note(note: OrderNote, order: Order, zone: ZoneInfo, reader: Membership) -> Entry:
    who, name = said_of(note.author), f"note-{note.pk}"
    if note.deleted_at:
        small = _("It was deleted %(when)s") % {"when": when_text(note.deleted_at, zone, inside=True)}
        what = _("A note, deleted by %(name)s") % {"name": who}
        return event(name, note.written_at, "x", what, zone, small=small, here=True)
    said = []
    if note.edited_at:
        said.append(_("Corrected %(when)s") % {"when": when_text(note.edited_at, zone, inside=True)})
    if note.order_created_at != order.created_at:
        said.append(_("Written on another order that had this number"))
    writes = reader.may(Role.STAFF)
    shown = NoteEntry(
        note.pk,
        parts_of(note),
        writes and may_edit(note, reader.user),
        writes and may_delete(note, reader.user),
    )
    return event(name, note.written_at, "message", who, zone, small=" · ".join(said), here=True, note=shown)


def _lower(words: str) -> str:
    return (words[:1].lower() + words[1:]).rstrip(".") or _("done")
