"""Times as people read them, in an organisation's zone; those at the ends of the calendar as they came."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS_3, MONTHS_ALT, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.timezone import now
from django.utils.translation import gettext as _

_FURTHEST = 63  # days from one day of a month to the next but one


@dataclass(frozen=True)
class When:
    """A time as a short and a full text; `iso` is for machines, "" where it is no time that has a place in a zone."""

    iso: str
    text: str
    full: str


@dataclass(frozen=True)
class _Words:
    """How times are said in the language of this installation."""

    # By days gone by: of today, of yesterday, and at the end of tomorrow; then the same in the midst of a sentence.
    near: tuple[str, str, str]
    near_inside: tuple[str, str, str]
    this_week: str
    day: str
    day_of_year: str
    weekday: str
    weekday_of_year: str
    full: str
    weekdays: dict[int, str]
    weekdays_short: dict[int, str]
    months: dict[int, str]
    months_short: dict[int, str]

    def short(self, form: str, at: datetime) -> str:
        """A time in one of the forms, with short names."""
        return form % {
            "weekday": self.weekdays_short[at.weekday()],
            "day": at.day,
            "month": self.months_short[at.month],
            "year": f"{at.year:04}",
            "time": at.isoformat()[11:16],
        }

    def long(self, form: str, at: datetime, zone: ZoneInfo) -> str:
        """A time in one of the forms, with whole names, and with seconds."""
        return form % {
            "weekday": self.weekdays[at.weekday()],
            "day": at.day,
            "month": self.months[at.month],
            "year": f"{at.year:04}",
            "time": at.isoformat()[11:19],
            "zone": str(zone),
        }


@cache
def _words() -> _Words:
    """Looked up once: a list says a time in every row."""
    return _Words(
        near=(_("Today %(time)s"), _("Yesterday %(time)s"), _("Tomorrow %(time)s")),
        near_inside=(_("today %(time)s"), _("yesterday %(time)s"), _("tomorrow %(time)s")),
        this_week=_("%(weekday)s %(day)s %(month)s %(time)s"),
        day=_("%(day)s %(month)s %(time)s"),
        day_of_year=_("%(day)s %(month)s %(year)s %(time)s"),
        weekday=_("%(weekday)s %(day)s %(month)s"),
        weekday_of_year=_("%(weekday)s %(day)s %(month)s %(year)s"),
        full=_("%(weekday)s %(day)s %(month)s %(year)s, %(time)s %(zone)s"),
        weekdays={number: str(name) for number, name in WEEKDAYS.items()},
        weekdays_short={number: str(name) for number, name in WEEKDAYS_ABBR.items()},
        months={number: str(name) for number, name in MONTHS_ALT.items()},
        months_short={number: month_short(number) for number in MONTHS_3},
    )


def month_short(number: int) -> str:
    """The name of a month in short: "Nov" of 11."""
    return str(MONTHS_3[number]).title()


def has_place(moment: datetime) -> bool:
    """False in the calendar's first and last year: nobody means those, and other zones may have no such time."""
    return MINYEAR < moment.year < MAXYEAR


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins in a zone (aware; its first hour where clocks jump)."""
    return datetime.combine(day, time.min, tzinfo=zone)


def next_at(at: time, zone: ZoneInfo, after: datetime, is_day: Callable[[date], bool]) -> datetime:
    """When it is so late next, after a moment (aware), on one of the local days that are meant.

    A time that a day has twice is taken as the first; one that it has not is as long after midnight as it says. Raises
    ValueError where none of the next days is meant.
    """
    today = after.astimezone(zone).date()
    for days in range(-1, _FURTHEST):
        day = today + timedelta(days=days)
        due = datetime.combine(day, at, zone)
        if is_day(day) and due.timestamp() > after.timestamp():
            return datetime.fromtimestamp(due.timestamp(), after.tzinfo)
    raise ValueError("none of the next days is meant")


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """A time converted to a zone; one in the calendar's first or last year is returned as it came."""
    return moment.astimezone(zone) if has_place(moment) else moment


def when(value: datetime | str, zone: ZoneInfo, today: datetime | None = None, *, inside: bool = False) -> When:
    """The When of a field's value: a time, or the text that Glu sent in its place. `today` is now by default.

    With `inside` its text is one for the midst of a sentence.
    """
    if isinstance(value, str):
        return When("", value, value)
    return When(value.isoformat(), when_text(value, zone, today, inside=inside), full_text(value, zone))


def dated(moment: datetime, zone: ZoneInfo) -> When:
    """The When of a time in books: with its day and year, whatever today is, as in 21 Oct 2026 10:12."""
    if not has_place(moment):
        return when(moment, zone)
    words = _words()
    return When(moment.isoformat(), words.short(words.day_of_year, moment.astimezone(zone)), full_text(moment, zone))


def when_text(moment: datetime, zone: ZoneInfo, today: datetime | None = None, *, inside: bool = False) -> str:
    """A time as a list shows it: Today 14:20, Yesterday 18:02, Tue 17 Nov 09:00, 21 Oct 10:12, 3 Mar 2025 08:00.

    With `inside` it stands in the midst of a sentence: today 14:20.
    """
    if not has_place(moment):
        return moment.isoformat()
    at, here = moment.astimezone(zone), (today or now()).astimezone(zone)
    days = (here.date() - at.date()).days
    words = _words()
    if days in (0, 1, -1):
        return words.short((words.near_inside if inside else words.near)[days], at)
    if 0 < days < 7:
        return words.short(words.this_week, at)
    return words.short(words.day if at.year == here.year else words.day_of_year, at)


def day_text(moment: datetime, zone: ZoneInfo) -> str:
    """The day of a time: Today, Yesterday, Friday 20 November, Monday 3 March 2025."""
    if not has_place(moment):
        return moment.date().isoformat()
    at, here = moment.astimezone(zone), now().astimezone(zone)
    days = (here.date() - at.date()).days
    if days in (0, 1):
        return (_("Today"), _("Yesterday"))[days]
    words = _words()
    return words.long(words.weekday if at.year == here.year else words.weekday_of_year, at, zone)


def full_text(moment: datetime, zone: ZoneInfo) -> str:
    """A time in full with its zone: "Friday 20 November 2026, 14:31:00 Europe/London"."""
    if not has_place(moment):
        return moment.isoformat()
    words = _words()
    return words.long(words.full, moment.astimezone(zone), zone)
