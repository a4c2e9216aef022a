"""One thing that happened to an order, as its timeline shows it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from glu_admin.tenancy.times import full_text, has_place
from orders.desk.notes import Part

MOST_SHOWN = 100
"""How many entries of a kind a timeline has; of more it says so."""


@dataclass(frozen=True)
class NoteEntry:
    """What the timeline shows of a note beside who wrote it and when, and what the person who looks may do with it."""

    pk: int
    parts: list[Part]
    may_edit: bool
    may_delete: bool


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `old` and `new` are null where there is nothing to compare.

    `name` is its anchor on the page. `here` tells what was done at this desk from what happened at Glu.
    """

    name: str
    at: datetime
    icon: str
    what: str
    when: str
    title: str
    here: bool = False
    tone: str = ""
    old: str | None = None
    new: str | None = None
    compares: bool = False
    small: str = ""
    line_glu_id: int | None = None
    note: NoteEntry | None = None


def event(
    name: str,
    at: datetime,
    icon: str,
    what: str,
    zone: ZoneInfo,
    *,
    small: str = "",
    here: bool = False,
    note: NoteEntry | None = None,
) -> Entry:
    """Something that happened at one instant, shown in a zone."""
    clock = f"{at.astimezone(zone):%H:%M}" if has_place(at) else ""
    return Entry(name, at, icon, what, clock, full_text(at, zone), here, small=small, note=note)
