"""Times as people read them, in an organisation's zone; those at the ends of the calendar as they came."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.timezone import now
from django.utils.translation import gettext as _

_FURTHEST = 63  # days from one day of a month to the next but one


@dataclass(frozen=True)
class When:
    """A time as a short and a full text; `iso` is for machines, "" where it is no time that has a place in a zone."""

    iso: str
    text: str
    full: str


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


def when_text(moment: datetime, zone: ZoneInfo, today: datetime | None = None, *, inside: bool = False) -> str:
    """A time as a list shows it: Today 14:20, Yesterday 18:02, Tue 17 Nov 09:00, 21 Oct 10:12, 3 Mar 2025 08:00.

    With `inside` it stands in the midst of a sentence: today 14:20.
    """
    if not has_place(moment):
        return moment.isoformat()
    at, here = moment.astimezone(zone), (today or now()).astimezone(zone)
    days = (here.date() - at.date()).days
    clock = f"{at:%H:%M}"
    if days in (0, 1, -1):
        return _near(days, inside=inside) % {"time": clock}
    if 0 < days < 7:
        return f"{at:%a} {at.day} {at:%b} {clock}"
    return f"{at.day} {at:%b}{_year(at, here)} {clock}"


def day_text(moment: datetime, zone: ZoneInfo) -> str:
    """The day of a time: Today, Yesterday, Friday 20 November, Monday 3 March 2025."""
    if not has_place(moment):
        return moment.date().isoformat()
    at, here = moment.astimezone(zone), now().astimezone(zone)
    days = (here.date() - at.date()).days
    if days in (0, 1):
        return ("Today", "Yesterday")[days]
    return f"{at:%A} {at.day} {at:%B}{_year(at, here)}"


def full_text(moment: datetime, zone: ZoneInfo) -> str:
    """A time in full with its zone: "Friday 20 November 2026, 14:31:00 Europe/London"."""
    if not has_place(moment):
        return moment.isoformat()
    at = moment.astimezone(zone)
    return f"{at:%A} {at.day} {at:%B} {at.year:04}, {at:%H:%M:%S} {zone.key}"


def _near(days: int, *, inside: bool) -> str:
    """The words for a time that is 0, 1 or -1 days ago."""
    if days == 0:
        return _("today %(time)s") if inside else _("Today %(time)s")
    if days == 1:
        return _("yesterday %(time)s") if inside else _("Yesterday %(time)s")
    return _("tomorrow %(time)s") if inside else _("Tomorrow %(time)s")


def _year(at: datetime, here: datetime) -> str:
    return "" if at.year == here.year else f" {at.year:04}"
