"""A timeline put together: of Glu, of this desk or of both, by day, with its middle folded."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Membership, Organisation
from glu_admin.tenancy.times import day_text
from orders.models import Order, OrderMark, Transaction
from orders.views.timeline.entries import Entry
from orders.views.timeline.glu import glu_entries
from orders.views.timeline.here import here_entries
from orders.views.timeline.marks import mark_entries

_FOLDED_PAST = 8
_FIRST, _LAST = 5, 3  # of a folded timeline: how many of the newest and of the oldest are seen


class Side(models.TextChoices):
    """Which entries a timeline has; the value stands in the address."""

    ALL = "", _("All")
    GLU = "glu", _("At Glu")
    HERE = "here", _("Here")


@dataclass(frozen=True)
class Stretch:
    """Entries that follow each other, by day; `folded` where they are shown once somebody asks."""

    days: list[tuple[str, list[Entry]]]
    count: int
    folded: bool = False


@dataclass(frozen=True)
class History:
    """An order's timeline: `count` entries of one side in stretches, the newest first."""

    side: Side
    count: int
    stretches: list[Stretch]


def history_of(
    organisation: Organisation,
    order: Order,
    reader: Membership,
    side: str = "",
    *,
    transactions: Sequence[Transaction],
    marks: Sequence[OrderMark],
) -> History:
    """What is known to have happened to an order, in days of the organisation's zone.

    `side` is one of Side; whatever else it is means all. The order's transactions and marks come the oldest first.
    """
    zone = organisation.zone
    chosen = Side(side) if side in Side.values else Side.ALL
    entries: list[Entry] = []
    if chosen != Side.HERE:
        entries += glu_entries(organisation, order, zone, transactions)
    if chosen != Side.GLU:
        entries += here_entries(organisation, order, zone, reader)
        entries += mark_entries(marks, zone)
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return History(chosen, len(entries), _stretches(entries, zone))


def _stretches(entries: Sequence[Entry], zone: ZoneInfo) -> list[Stretch]:
    if len(entries) <= _FOLDED_PAST:
        return [_stretch(entries, zone)] if entries else []
    middle = _stretch(entries[_FIRST:-_LAST], zone, folded=True)
    return [_stretch(entries[:_FIRST], zone), middle, _stretch(entries[-_LAST:], zone)]


def _stretch(entries: Sequence[Entry], zone: ZoneInfo, *, folded: bool = False) -> Stretch:
    by_day = groupby(entries, key=lambda entry: day_text(entry.at, zone))
    return Stretch([(day, list(of_day)) for day, of_day in by_day], len(entries), folded)
