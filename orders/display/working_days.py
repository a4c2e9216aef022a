"""Working days: how many something has waited, and the instants at which that many are full.

A working day is a weekday on which the organisation works and that is no bank holiday there. What begins on one has
waited one working day on the next; what begins on another day has waited since the next working day. So the number
changes at midnight in the organisation's zone only.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start
from orders.models.desk_settings import Holidays, desk_settings_of

_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100  # in which bank holidays are looked up
_EARLIEST, _LATEST = date(1900, 1, 1), date(9000, 1, 1)  # as far as days are counted from today


@dataclass(frozen=True)
class WorkingCalendar:
    """An organisation's zone, working weekdays (Monday is 1) and bank holidays (one of Holidays)."""

    zone: ZoneInfo
    weekdays: frozenset[int]
    holidays: str

    def is_working(self, day: date) -> bool:
        """Whether a local day is a working day."""
        return day.isoweekday() in self.weekdays and day not in _bank_holidays(self.holidays, day.year)

    def count(self, first: date, last: date) -> int:
        """How many working days there are from one local day to another, both included; 0 where the last is earlier."""
        if last < first:
            return 0
        weeks, rest = divmod((last - first).days + 1, 7)
        weekday = first.isoweekday() - 1
        found = weeks * len(self.weekdays) + sum((weekday + ahead) % 7 + 1 in self.weekdays for ahead in range(rest))
        for year in range(max(first.year, _FIRST_YEAR), min(last.year, _LAST_YEAR) + 1):
            closed = _closed_days(self.holidays, self.weekdays, year)
            found -= bisect_right(closed, last) - bisect_left(closed, first)
        return found

    def waited(self, since: datetime, until: datetime) -> int:
        """How many working days something has waited at `until` that began at `since` (both aware)."""
        return max(self.count(self.day(since), self.day(until)) - 1, 0)

    def began_before(self, days: int, moment: datetime) -> datetime:
        """The instant (aware): what began before it has waited so many working days at `moment`, and no more has.

        With 0 days it is the end of the day of `moment`.
        """
        day = self.day(moment)
        if days > 0:
            day = self._nth(days + 1, day, -_DAY)
        return self.start(min(day, _LATEST) + _DAY)

    def due_on(self, day: date, lead: int) -> date:
        """The local day on which something is due that is to be there on `day`: so many working days before."""
        return self._nth(lead, day - _DAY, -_DAY) if lead > 0 else day

    def scheduled_before(self, lead: int, moment: datetime) -> datetime:
        """The instant (aware): what is scheduled before it is due at `moment`, and nothing else is.

        It is due so many working days before its day, as `due_on` has it.
        """
        day = self.day(moment)
        if lead > 0:
            day = self.after(day, lead)
        return self.start(min(day, _LATEST) + _DAY)

    def after(self, day: date, days: int) -> date:
        """The working day that is so many working days after a local day; `days` is 1 at least."""
        return self._nth(days, day + _DAY, _DAY)

    def day(self, moment: datetime) -> date:
        """The local day of an instant (aware); the calendar's first or last that is counted where it has no place."""
        try:
            return min(max(moment.astimezone(self.zone).date(), _EARLIEST), _LATEST)
        except OverflowError:
            return _EARLIEST if moment.year == 1 else _LATEST

    def start(self, day: date) -> datetime:
        """The instant (aware) at which a local day begins."""
        return day_start(day, self.zone)

    def _nth(self, n: int, day: date, step: timedelta) -> date:
        """The nth working day from a day on, itself included, one way or the other; the end where there is none."""
        while _EARLIEST < day < _LATEST:
            n -= self.is_working(day)
            if n == 0:
                break
            day += step
        return day


def calendar_of(organisation: Organisation) -> WorkingCalendar:
    """The calendar of an organisation, by its settings."""
    settings = desk_settings_of(organisation)
    weekdays = frozenset(map(int, settings.weekdays)) or frozenset(range(1, 8))
    return WorkingCalendar(organisation.zone, weekdays, settings.holidays)


@lru_cache(maxsize=512)
def _bank_holidays(code: str, year: int) -> frozenset[date]:
    """The bank holidays of a year; none for "none", or in a year that is not looked up."""
    if code == Holidays.NONE or not _FIRST_YEAR <= year <= _LAST_YEAR:
        return frozenset()
    from holidays import country_holidays  # half a second, which most commands need not wait

    country, _, part = code.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year))


@lru_cache(maxsize=512)
def _closed_days(code: str, weekdays: frozenset[int], year: int) -> tuple[date, ...]:
    """The bank holidays of a year that fall on working weekdays, in order."""
    return tuple(sorted(day for day in _bank_holidays(code, year) if day.isoweekday() in weekdays))
