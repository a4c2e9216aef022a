"""Which days a report is about, and by what they are grouped: read from its address, cut into slices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Literal, get_args

from django.utils.dateformat import format as date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.tenancy.models import Organisation
from orders.models.day import FIRST_YEAR, LAST_YEAR
from orders.search.ranges import BadValue, read_days

By = Literal["day", "week", "month"]

PERIODS = {
    "month": gettext_noop("This month"),
    "last-month": gettext_noop("Last month"),
    "year": gettext_noop("Last 12 months"),
}
"""The periods that have a name, in words; others are given by their days."""

DAYS = "days"
"""What stands for a name where days are given."""

BY = {"day": gettext_noop("Day"), "week": gettext_noop("Week"), "month": gettext_noop("Month")}
"""What days can be grouped by, in words."""

MOST_SLICES = 120
"""So many days, weeks or months stand in a report."""

FOLDED = 3
"""So many empty slices, one after the other, are one row of a page."""

_DAYS_AT_MOST, _WEEKS_AT_MOST = 45, 190  # days of a period that is grouped by day, by week, unless something is asked
_DAY = timedelta(days=1)
_TOO_MANY = {
    "day": gettext_noop("That is more than %(n)d days: choose fewer days, or longer rows."),
    "week": gettext_noop("That is more than %(n)d weeks: choose fewer days, or longer rows."),
    "month": gettext_noop("That is more than %(n)d months: choose fewer days, or longer rows."),
}


@dataclass(frozen=True)
class Slice:
    """The days of a period that are one row: a day, or as much of a week or month as lies in the period.

    `words` say them whole, `short` as briefly as below a bar.
    """

    first: date
    last: date
    words: str
    short: str

    @property
    def days(self) -> str:
        """As the list's address has them."""
        return span(self.first, self.last)


@dataclass(frozen=True)
class Period:
    """Local days of the organisation, both included, and what they are grouped by."""

    first: date
    last: date
    by: By

    @property
    def days(self) -> str:
        """As the list's address has them."""
        return span(self.first, self.last)

    @property
    def words(self) -> str:
        """The days in words."""
        return days_words(self.first, self.last)

    def slices(self) -> list[Slice]:
        """The days, weeks (Monday to Sunday) or months, the first and the last cut to the period."""
        out, first = [], self.first
        while first <= self.last:
            last = min(_end(first, self.by), self.last)
            out.append(
                Slice(first, last, self._words(first, last), date_format(first, "M Y" if self.by == "month" else "j M"))
            )
            first = last + _DAY
        return out

    def count(self) -> int:
        """How many slices there are."""
        days = (self.last - self.first).days + 1
        if self.by == "day":
            return days
        if self.by == "week":
            return (days + self.first.weekday() + 6) // 7
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def _words(self, first: date, last: date) -> str:
        if self.by == "day":
            return date_format(first, "D j M Y")
        if self.by == "week":
            week = first.isocalendar()
            days = {"week": week.week, "year": week.year, "days": _short(first, last)}
            return _("Week %(week)d of %(year)d, %(days)s") % days
        whole = first.day == 1 and (last + _DAY).day == 1
        return date_format(first, "F Y") + ("" if whole else f", {_short(first, last)}")


@dataclass(frozen=True)
class Asked:
    """What an address asks for: the period, None where it cannot be read, and what is wrong by the field it is in.

    `name` is one of PERIODS or DAYS; `first`, `last` and `by` are what stands in the form.
    """

    period: Period | None
    name: str
    first: str
    last: str
    by: str
    problems: Mapping[str, str] = field(default_factory=dict)


def read_period(params: Mapping[str, str], organisation: Organisation) -> Asked:
    """The period of an address: `period`, or `from` and `to` with days as people write them, and `by`; never raises.

    Days that are given win over a name; with neither it is this month.
    """
    today = localdate(timezone=organisation.zone)
    typed = {name: params.get(name, "").strip() for name in ("from", "to")}
    name, by = params.get("period", ""), params.get("by", "")
    problems: dict[str, str] = {}
    name = DAYS if any(typed.values()) else name or "month"
    days: tuple[date, date] | None = None
    if name == DAYS:
        try:
            days = _days(typed["from"], typed["to"], today)
        except BadValue as error:
            problems[error.end or "from"] = str(error)
    elif name in PERIODS:
        days = named_days(name, today)
    else:
        problems["period"] = _("There is no such period: choose one of these, or give its days.")
    if by not in BY and by:
        problems["by"] = _("A report is by day, week or month.")
    period = None
    if days and not problems:
        period = Period(*days, _by(by, *days))
        if period.count() > MOST_SLICES:
            problems["by"] = _(_TOO_MANY[period.by]) % {"n": MOST_SLICES}
            period = None
    if days:
        typed = {"from": days[0].isoformat(), "to": days[1].isoformat()}
    return Asked(period, name, typed["from"], typed["to"], period.by if period else by, problems)


def folded(slices: Sequence[Slice], is_empty: Sequence[bool]) -> list[tuple[Slice, int | None]]:
    """The rows of a page: each slice and its place, and without a place FOLDED empty ones or more that are one row."""
    out = list[tuple[Slice, int | None]]()
    for empty, group in groupby(range(len(slices)), lambda place: is_empty[place]):
        places = list(group)
        if not empty or len(places) < FOLDED:
            out += ((slices[place], place) for place in places)
        else:
            first, last = slices[places[0]].first, slices[places[-1]].last
            out.append((Slice(first, last, days_words(first, last), ""), None))
    return out


def days_words(first: date, last: date) -> str:
    """Days in words, both included: "1 October 2026 to 28 November 2026"."""
    said = {"first": date_format(first, "j F Y"), "last": date_format(last, "j F Y")}
    return said["first"] if first == last else _("%(first)s to %(last)s") % said


def span(first: date, last: date) -> str:
    """Days as the list's address has them, both included."""
    return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"


def _days(first: str, last: str, today: date) -> tuple[date, date]:
    """Both days, the last today where it is left out. Raises BadValue."""
    if not first:
        raise BadValue(_("Say from which day, such as 31/1/2026."), "from")
    found = read_days(f"{first}..{last or today.isoformat()}", today, _("The period"))
    if found.first is None or found.last is None or found.stretches:
        raise BadValue(_("The period is one stretch of days."), "from")
    if not FIRST_YEAR <= found.first.year <= found.last.year <= LAST_YEAR:
        raise BadValue(_("The period is too far away."), "from")
    return found.first, found.last


def named_days(name: str, today: date) -> tuple[date, date]:
    """The first and the last day of one of PERIODS."""
    first = today.replace(day=1)
    if name == "last-month":
        return (first - _DAY).replace(day=1), first - _DAY
    if name == "year":
        months = first.year * 12 + first.month - 12
        return date(months // 12, months % 12 + 1, 1), today
    return first, today


def _by(asked: str, first: date, last: date) -> By:
    """What is asked for, else what gives a report that is neither long nor coarse."""
    for by in get_args(By):
        if by == asked:
            return by  # type: ignore[no-any-return]
    days = (last - first).days + 1
    return "day" if days <= _DAYS_AT_MOST else "week" if days <= _WEEKS_AT_MOST else "month"


def _end(first: date, by: By) -> date:
    """The last day of the week or month of a day."""
    if by == "day":
        return first
    if by == "week":
        return first + timedelta(days=6 - first.weekday())
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY


def _short(first: date, last: date) -> str:
    """A stretch within a year: "23–29 Nov", "30 Nov–6 Dec"."""
    if first == last:
        return date_format(first, "j M")
    start = date_format(first, "j" if first.month == last.month else "j M")
    return f"{start}–{date_format(last, 'j M')}"
