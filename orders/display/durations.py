"""Lengths of time as people say them, in Babel's words of the installation's language."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from babel.units import format_unit
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.tenancy.times import has_place
from orders.display.locales import grouped, locale

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))
_AT_LEAST = 2  # of a unit: what is less is said in the next smaller one


def short(length: timedelta) -> str:
    """A length of time in one unit: "40 secs", "15 mins"; "0 secs" if it is below zero."""
    return format_timedelta(max(length, timedelta()), threshold=_AT_LEAST, format="short", locale=locale())


def length(of: timedelta) -> str:
    """As `short`, in whole words and days at most: "40 seconds", "15 minutes", "19 days"."""
    if of >= timedelta(days=_AT_LEAST):
        return format_unit(round(of / timedelta(days=1)), "duration-day", locale=locale())
    return format_timedelta(max(of, timedelta()), threshold=_AT_LEAST, locale=locale())


def full(of: timedelta) -> str:
    """As `length`, of which only full days are counted, as ages count them: "24 days" until there are 25."""
    return length(of - of % timedelta(days=1) if of >= timedelta(days=_AT_LEAST) else of)


def soon(moment: datetime) -> str:
    """A time to come as "in 3 secs", "in 12 mins"; "now" when it has come."""
    left = math.ceil((moment - now()).total_seconds())
    return _("in %(length)s") % {"length": short(timedelta(seconds=left))} if left > 0 else _("now")


def until_day(moment: datetime | None, zone: ZoneInfo) -> str:
    """How many days of a zone a time to come or one gone by is away: "today", "in 3 days", "2 days ago".

    "" for no time, and for one without a place in the calendar.
    """
    if moment is None or not has_place(moment):
        return ""
    days = (moment.astimezone(zone).date() - now().astimezone(zone).date()).days
    if days in (-1, 0, 1):
        return (_("yesterday"), _("today"), _("tomorrow"))[days + 1]
    if days > 0:
        return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": grouped(days)}
    return ngettext("%(n)s day ago", "%(n)s days ago", -days) % {"n": grouped(-days)}


def about(length: timedelta | None) -> str:
    """A length of time in round words: "about 22 minutes"."""
    if length is None:
        return ""
    if length < timedelta(minutes=1.5):
        return _("less than two minutes")
    said = format_timedelta(length, granularity="minute", threshold=1.5, locale=locale())
    return _("about %(length)s") % {"length": said}


def interval(seconds: float) -> str:
    """A settled interval to stand after "every" or "last", exactly: "day", "35 days", "90 seconds"."""
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds and seconds % size == 0), ("second", 1))
    return format_unit(round(seconds / size), f"duration-{unit}", locale=locale()).removeprefix("1 ")
