"""What of some days of creation is not proven to be here whole: the read side of lists and exports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from glu_admin.tenancy.models import Organisation
from orders.display.locales import grouped
from orders.proof.freshness import late_after
from orders.proof.intervals import BEGINNING, Interval, Union, day_edges
from orders.proof.proven import unions
from orders.proof.standing import kept_footing, state_on_page

_MOST_NAMED = 3
_NOT_COPIED = gettext_noop("%(days)s not copied yet")
_IN_DOUBT = gettext_noop("%(days)s in doubt until read again")


@dataclass(frozen=True)
class Gap:
    """A stretch of creation (aware, UTC) that was never read, or was read and is in doubt."""

    start: datetime
    end: datetime
    in_doubt: bool


@dataclass(frozen=True)
class Extent:
    """What is known of some days: the gaps in them, oldest first, and where they end that reach up to now.

    `until` is up to when Glu was asked for new orders; null for days that are over, and where nothing was asked.
    """

    gaps: tuple[Gap, ...] = ()
    until: datetime | None = None


def extent(organisation: Organisation, first: date | None, last: date | None) -> Extent:
    """The gaps in some days of the organisation's zone, both included; None is open, up to all history and to now.

    What came in the last minutes is no gap: a copy that works is always that far behind.
    """
    moment = now()
    start = day_edges(organisation, first)[0] if first else BEGINNING
    end = min(day_edges(organisation, last)[1], moment) if last else moment
    clean, read = unions(organisation)
    fresh = moment - late_after(state_on_page(organisation))
    unproven = [gap for gap in clean.missing(start, end) if gap[0] < fresh]
    until = max((ended for _, ended in clean.joined if ended <= moment), default=None) if end == moment else None
    if not unproven:
        return Extent((), until)
    return Extent(tuple(_told(unproven, read)), until)


def is_copied(organisation: Organisation) -> bool:
    """Whether its orders come from Glu; if not, they were imported, and nothing is known to be missing from them."""
    known = kept_footing(organisation)
    has_key = known.key or known.candidate if known else organisation.glu_keys.exists()
    return bool(has_key) or organisation.mirror_runs.exists()


def missing_days(organisation: Organisation, first: date | None, last: date | None) -> str:
    """What of some days of the organisation's zone is not copied, or in doubt, in words; "" for nothing.

    Both days are included; None is open, up to all history and to now.
    """
    if not is_copied(organisation):
        return ""
    return words_of(extent(organisation, first, last).gaps, organisation.zone)


def words_of(gaps: Sequence[Gap], zone: ZoneInfo) -> str:
    """The gaps in words, such as "1–24 September and part of 25 September not copied yet"; "" without gaps."""
    parts = []
    for in_doubt, said in ((False, _NOT_COPIED), (True, _IN_DOUBT)):
        named = [_days_of(gap, zone) for gap in gaps if gap.in_doubt == in_doubt]
        if len(named) > _MOST_NAMED:
            more = len(named) - _MOST_NAMED
            named[_MOST_NAMED:] = [ngettext("%(n)s more stretch", "%(n)s more stretches", more) % {"n": grouped(more)}]
        if named:
            parts.append(_(said) % {"days": ", ".join(named)})
    return "; ".join(parts)


def _told(unproven: Sequence[Interval], read: Union) -> list[Gap]:
    """The stretches, parted where what was read ends and what was never read begins."""
    out = []
    for start, end in unproven:
        never = read.missing(start, end)
        doubted = Union(never).missing(start, end)
        out += [Gap(*stretch, in_doubt=False) for stretch in never] + [
            Gap(*stretch, in_doubt=True) for stretch in doubted
        ]
    return sorted(out, key=lambda gap: gap.start)


def _days_of(gap: Gap, zone: ZoneInfo) -> str:
    """The local days of a gap, those that it holds only a part of apart."""
    end = gap.end.astimezone(zone)
    if gap.start <= BEGINNING:
        before = {"day": _day(end.date()), "time": f"{end:%H:%M}"}
        return (
            _("everything before %(day)s") if _begins_day(end) else _("everything before %(day)s, %(time)s")
        ) % before
    start = gap.start.astimezone(zone)
    first = start.date() if _begins_day(start) else start.date() + timedelta(days=1)
    last = end.date() - timedelta(days=1)
    parts = [_part_of(start.date())] if start.date() < first else []
    if first <= last:
        parts.append(_days(first, last))
    if not _begins_day(end) and first <= end.date():
        parts.append(_part_of(end.date()))
    if len(parts) == 1:
        return parts[0]
    return _("%(before)s and %(last)s") % {"before": ", ".join(parts[:-1]), "last": parts[-1]}


def _part_of(day: date) -> str:
    return _("part of %(day)s") % {"day": _day(day)}


def _begins_day(moment: datetime) -> bool:
    """Whether it is the first instant of its local day."""
    return moment.astimezone(UTC) == datetime.combine(moment.date(), time(), moment.tzinfo).astimezone(UTC)


def _days(first: date, last: date) -> str:
    """Such as "1–24 September"."""
    if first == last:
        return _day(last)
    same_month = (first.year, first.month) == (last.year, last.month)
    if same_month:
        return f"{first.day}–{_day(last)}"
    return _("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}


def _day(day: date) -> str:
    return date_format(day, "j F" if day.year == now().year else "j F Y")
