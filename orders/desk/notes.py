"""Notes on orders: written, corrected and deleted by their writer, and shown to the people who are named in them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from glu_admin.tenancy.models import Membership, Organisation, User
from orders.display.text import writable
from orders.models import NoteMention, Order, OrderNote

LONGEST_NOTE = 2_000
"""Characters of a note."""

EDIT_MINUTES = 15
"""How long its writer may correct a note; after that it is as others have read it."""

MOST_LISTED = 100
"""How many notes the list of those that name somebody shows."""


ON_A_PAGE = 25
"""How many notes a page of all notes has."""


@dataclass(frozen=True)
class Part:
    """A stretch of a note's text, and whether it names somebody."""

    text: str
    is_mention: bool = False


class NotYours(Exception):
    """Only its writer may do this to a note, and correcting it only for a while."""


def notes_of(organisation: Organisation, order: Order) -> QuerySet[OrderNote]:
    """The notes on an order, the newest first, those among them that were deleted."""
    return organisation.order_notes.filter(order_glu_id=order.glu_id).select_related("author")


def all_notes(organisation: Organisation, words: str) -> QuerySet[OrderNote]:
    """The notes that stand on any order, the newest first: those in whose text `words` stand."""
    found = organisation.order_notes.filter(deleted_at=None).select_related("author")
    return found.filter(text__icontains=words) if words else found


def team_of(organisation: Organisation) -> list[Membership]:
    """Everybody of the team who can sign in, by name: whom a note may name."""
    found = organisation.memberships.filter(user__is_active=True).select_related("user")
    return sorted(found, key=lambda held: (str(held.user).casefold(), held.pk))


def write_note(
    organisation: Organisation, order: Order, author: User, text: str, chosen: Iterable[int], token: UUID
) -> OrderNote:
    """Keep a note; the same form sent twice is one note. `chosen` are memberships to name beside those in the text."""
    text, named = _with_mentions(text, team_of(organisation), chosen)
    with transaction.atomic():
        note, made = organisation.order_notes.get_or_create(
            token=token,
            defaults={
                "order_glu_id": order.glu_id,
                "order_created_at": order.created_at,
                "author": author,
                "text": text,
                "mentioned": _names(named),
                "written_at": now(),
            },
        )
        if made:
            _mention(organisation, note, named)
    return note


def edit_note(note: OrderNote, user: User, text: str, chosen: Iterable[int]) -> None:
    """Correct a note; whom it names no longer is told no longer. Raises NotYours."""
    if not may_edit(note, user):
        raise NotYours
    text, named = _with_mentions(text, team_of(note.organisation), chosen)
    with transaction.atomic():
        note.text, note.mentioned, note.edited_at = text, _names(named), now()
        note.save(update_fields=["text", "mentioned", "edited_at"])
        note.mentions.exclude(user__in=[held.user_id for held in named]).delete()
        _mention(note.organisation, note, named)


def delete_note(note: OrderNote, user: User) -> None:
    """Delete a note's text, and tell nobody of it any longer; that there was one stays. Raises NotYours."""
    if not may_delete(note, user):
        raise NotYours
    with transaction.atomic():
        note.text, note.mentioned, note.deleted_at = "", "", now()
        note.save(update_fields=["text", "mentioned", "deleted_at"])
        note.mentions.all().delete()


def may_delete(note: OrderNote, user: User) -> bool:
    """Whether somebody may delete a note: its writer may."""
    return note.deleted_at is None and note.author_id == user.pk


def may_edit(note: OrderNote, user: User) -> bool:
    """Whether somebody may correct a note: its writer may, for EDIT_MINUTES."""
    return may_delete(note, user) and now() < note.written_at + timedelta(minutes=EDIT_MINUTES)


def parts_of(note: OrderNote) -> list[Part]:
    """A note's text in order, parted where it names somebody."""
    names = [name for name in note.mentioned.split("\n") if name]
    if not names:
        return [Part(note.text)] if note.text else []
    out, at = [], 0
    for found in _naming(names).finditer(note.text):
        out += [Part(note.text[at : found.start()])] if found.start() > at else []
        out.append(Part(found[0], is_mention=True))
        at = found.end()
    return [*out, Part(note.text[at:])] if at < len(note.text) else out


def mentions_of(organisation: Organisation, user: User) -> QuerySet[NoteMention]:
    """Where somebody is named, the newest first."""
    return organisation.note_mentions.filter(user=user).select_related("note__author")


def count_waiting(organisation: Organisation, user: User) -> int:
    """How many notes name somebody who has not ticked them off."""
    return organisation.note_mentions.filter(user=user, done_at=None).count()


def tick_off(mention: NoteMention, *, done: bool) -> None:
    """Take a note from somebody's list of what waits for them, or put it there again."""
    mention.done_at = now() if done else None
    mention.save(update_fields=["done_at"])


def _with_mentions(text: str, team: Sequence[Membership], chosen: Iterable[int]) -> tuple[str, list[Membership]]:
    """The text with whoever was chosen named at its end, and everybody whom it names."""
    text = writable("\n".join(text.splitlines())).strip()
    named = _named_in(text, team)
    wanted = set(chosen)
    added = [held for held in team if held.pk in wanted and held not in named]
    text = " ".join([text, *(f"@{_name(held)}" for held in added)])
    return text, [*named, *added]


def _named_in(text: str, team: Sequence[Membership]) -> list[Membership]:
    """Everybody of the team whose whole name stands in a text after an @, however it is capitalised."""
    if "@" not in text:
        return []
    said = {" ".join(found[0][1:].casefold().split()) for found in _naming(map(_name, team)).finditer(text)}
    return [held for held in team if _name(held).casefold() in said]


def _naming(names: Iterable[str]) -> re.Pattern[str]:
    """What finds "@Ann Lee" but neither "@Ann Leeds" nor the address of "x@Ann Lee"; a longer name before a shorter."""
    ordered = sorted(set(names), key=len, reverse=True)
    spaced = (r"[ \t]+".join(map(re.escape, name.split())) for name in ordered)
    return re.compile(rf"(?<![\w@.])@(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE)


def _name(held: Membership) -> str:
    """The name by which somebody is mentioned, in one line."""
    return " ".join(str(held.user).split())


def _names(named: Iterable[Membership]) -> str:
    return "\n".join(dict.fromkeys(map(_name, named)))


def _mention(organisation: Organisation, note: OrderNote, named: Sequence[Membership]) -> None:
    mentions = (
        NoteMention(organisation=organisation, note=note, user_id=held.user_id, mentioned_at=now()) for held in named
    )
    organisation.note_mentions.bulk_create(mentions, ignore_conflicts=True)
