"""Ranges of days, amounts and ages as people write them: "1/2/2026..28 Feb", "this-month", "£50..1,000", "3wd.."."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.display.ages import Clock, Span, Unit
from orders.display.money import currency, minor_unit
from orders.search.criteria import Ages, Amounts, Days

_LONGEST = 100
_MOST_STRETCHES = 20
_COMPARED = re.compile(r"\s*([<>]=?)(.*)", re.S)
_NO_DAY = gettext_lazy(
    "%(field)s: “%(typed)s” is not a day that can be read. Write it as 31/1/2026, 31 Jan 2026, today, -7d"
    " or this-month."
)
_NO_AMOUNT = gettext_lazy("%(field)s: “%(typed)s” is not an amount that can be read. Write it as 50, £50 or 1,000.50.")
_NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_MONTHS = ("last-month", "this-month", "next-month")
_MONTH = re.compile(r"(last|this|next)[ -]month")
_RELATIVE = re.compile(r"([+-]\d{1,5}) ?d(?:ays?)?")
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b")
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
_WAYS = ("%Y-%m-%d", "%d-%m-%Y", "%d-%m-%y", "%d-%b-%Y", "%d-%B-%Y", "%d-%b-%y", "%d-%B-%y", "%b-%d-%Y", "%B-%d-%Y")
_SAME = str.maketrans("\N{MINUS SIGN}\N{EN DASH}\N{HYPHEN}\N{RIGHT SINGLE QUOTATION MARK}", "---'")
_NO_AGE = gettext_lazy(
    "%(field)s: “%(typed)s” is not an age that can be read. Write it as 3wd (working days), 2d, 5h or 30min."
)
_AGE = re.compile(r"(\d{1,4}) ?(wd|working days?|d|days?|h|hours?|hrs?|min|mins|minutes?)")
_UNITS: dict[str, Unit] = {"w": "wd", "d": "d", "h": "h", "m": "min"}
_EARLIEST, _LATEST = date(1900, 1, 1), date(9000, 1, 1)

_NAME = r"[£€$¥]|[a-z]{3}"
_WHOLE = r"\d{1,3}(?P<gap>[, '])\d{3}(?:(?P=gap)\d{3})*|\d{1,15}|(?=\.\d)"
_AMOUNT = re.compile(
    rf"(?P<minus>-?) ?(?P<before>{_NAME})? ?(?P<minus_after>-?)"
    rf"(?P<whole>{_WHOLE})(?P<part>\.\d{{0,4}})? ?(?P<after>{_NAME})?",
    re.ASCII,
)
_SIGNS = {"£": "GBP", "€": "EUR", "$": "USD", "¥": "JPY"}


class BadValue(ValueError):
    """A value that cannot be read; the message is for people. `end` is "from" or "to", or "" for a range as a whole."""

    def __init__(self, message: str, end: str = "") -> None:
        super().__init__(message)
        self.end = end


def read_days(text: str, today: date, label: str) -> Days:
    """`2026-01-01..31/1/2026`, `..31 Jan 2026`, `-7d..`, `this-month`, `>=1/2/2026`; several with commas.

    Both days are included, and of a month all of its days. Numbers are day, month, year unless the year comes first; a
    day without a year is in today's, as lists show it. `label` is what messages call the field. Raises BadValue.
    """
    parts = text.split(",")
    if len(parts) == 1:
        return _stretch(text, today, label)
    if len(parts) > _MOST_STRETCHES:
        said = _("%(field)s has more than %(most)d stretches of days.")
        raise BadValue(said % {"field": label, "most": _MOST_STRETCHES})
    try:
        several = list(dict.fromkeys(_stretch(part, today, label) for part in parts))
    except BadValue:
        try:
            return _stretch(text, today, label)  # its comma is in a day: "Jan 31, 2026"
        except BadValue:
            pass
        raise
    if len(several) == 1:
        return several[0]
    firsts, lasts = [days.first for days in several], [days.last for days in several]
    return Days(
        None if None in firsts else min(filter(None, firsts)),
        None if None in lasts else max(filter(None, lasts)),
        ",".join(days.text for days in several),
        tuple((days.first, days.last) for days in several),
    )


def _stretch(text: str, today: date, label: str) -> Days:
    """One range of days. Raises BadValue."""
    first_text, dots, last_text = text.partition("..")
    shift = 0
    if match := _COMPARED.fullmatch(text):
        first_text, dots, last_text = (match[2], "..", "") if ">" in match[1] else ("", "..", match[2])
        shift = {">": 1, "<": -1}.get(match[1], 0)
    first, first_kept = _day(first_text, today, label, "from", shift)
    last, last_kept = _day(
        last_text if dots else first_text, today, label, "to" if dots else "from", shift, is_last=True
    )
    if first is None and last is None:
        raise BadValue(_("%(field)s needs a day, such as 31/1/2026, or two with .. between.") % {"field": label})
    if first is not None and last is not None and first > last:
        raise BadValue(_("%(field)s ends before it begins.") % {"field": label})
    return Days(first, last, f"{first_kept}{dots}{last_kept}" if dots else first_kept)


def read_amounts(text: str, label: str) -> Amounts:
    """`50..`, `£10.50..£1,000`, `25 EUR`, `>50`: major units; a sign or code means that currency only.

    Both ends are included, but those of `>` and `<`. `label` is what messages call the field. Raises BadValue.
    """
    least_text, dots, most_text = text.partition("..")
    if match := _COMPARED.fullmatch(text):
        least_text, dots, most_text = (match[2], "..", "") if ">" in match[1] else ("", "..", match[2])
    least, least_code = _amount(least_text, label, "from")
    most, most_code = _amount(most_text, label, "to") if dots else (least, least_code)
    if least is None and most is None:
        raise BadValue(_("%(field)s needs an amount, such as 50, or two with .. between.") % {"field": label})
    if least_code and most_code and least_code != most_code:
        said = _("%(field)s is in two currencies, %(one)s and %(other)s.")
        raise BadValue(said % {"field": label, "one": least_code, "other": most_code})
    if least is not None and most is not None and least > most:
        raise BadValue(_("%(field)s ends below where it begins.") % {"field": label})
    strict = match[1] if match else ""
    return Amounts(least, most, text, least_code or most_code, above=strict == ">", below=strict == "<")


def read_ages(text: str, clock: Clock, label: str) -> Ages:
    """`3wd..`, `5h..2d`, `..2 working days`, `>30min`, `2d`: full units, both ends included. Raises BadValue.

    An order of two and a half days is two days old. `label` is what messages call the field.
    """
    least_text, dots, most_text = text.partition("..")
    shift = 0
    if match := _COMPARED.fullmatch(text):
        least_text, dots, most_text = (match[2], "..", "") if ">" in match[1] else ("", "..", match[2])
        shift = {">": 1, "<": -1}.get(match[1], 0)
    least = _span(least_text, label, "from", shift)
    most = _span(most_text, label, "to", shift) if dots else least
    if least is None and most is None:
        raise BadValue(_("%(field)s needs an age, such as 3wd, or two with .. between.") % {"field": label})
    before = clock.began_before(least) if least and least.n else None
    begun = clock.past(most) if most else None
    if before is not None and begun is not None and before <= begun:
        raise BadValue(_("%(field)s ends before it begins.") % {"field": label})
    return Ages(begun, before, f"{_kept(least)}{dots}{_kept(most) if dots else ''}", _said(least, most))


def _span(text: str, label: str, end: str, shift: int) -> Span | None:
    """So many full units, and some more."""
    plain = _plain(text, label, end)
    if not plain:
        return None
    match = _AGE.fullmatch(plain)
    if match is None:
        raise BadValue(_NO_AGE % {"field": label, "typed": _short(text)}, end)
    n = int(match[1]) + shift
    if n < 0:
        raise BadValue(_("%(field)s: nothing is younger than it begins.") % {"field": label}, end)
    return Span(n, _UNITS[match[2][0]])


def _kept(span: Span | None) -> str:
    return f"{span.n}{span.unit}" if span else ""


def _said(least: Span | None, most: Span | None) -> str:
    if least is None or most is None:
        return _("%(age)s or more") % {"age": least} if least else _("up to %(age)s") % {"age": most}
    return str(least) if least == most else _("%(first)s to %(last)s") % {"first": least, "last": most}


def _day(
    text: str, today: date, label: str, end: str, shift: int = 0, *, is_last: bool = False
) -> tuple[date | None, str]:
    """A day, or the first or last of a month, so many days or months on; and how an address keeps it.

    What is counted from today stays so, the rest is written one way.
    """
    plain = _plain(text, label, end)
    if not plain:
        return None, ""
    try:
        if match := _RELATIVE.fullmatch(plain):
            away = int(match[1]) + shift
            day, kept = today + timedelta(days=away), f"{away:+d}d" if shift else f"{match[1]}d"
        elif plain in _NAMED_DAYS:
            away = _NAMED_DAYS[plain] + shift
            day, kept = today + timedelta(days=away), f"{away:+d}d" if shift else plain
        elif match := _MONTH.fullmatch(plain):
            away = _MONTHS.index(f"{match[1]}-month") - 1 + shift
            day = _month_day(today, away, is_last=is_last)
            kept = _MONTHS[away + 1] if -1 <= away <= 1 else day.isoformat()
        else:
            day = _written(plain, today) + timedelta(days=shift)
            kept = day.isoformat()
    except (ValueError, OverflowError):
        raise BadValue(_NO_DAY % {"field": label, "typed": _short(text)}, end) from None
    if not _EARLIEST <= day <= _LATEST:
        raise BadValue(_("%(field)s: “%(typed)s” is too far away.") % {"field": label, "typed": _short(text)}, end)
    return day, kept


def _month_day(today: date, away: int, *, is_last: bool) -> date:
    """The first or the last day of the month that is so many months after today's."""
    months = today.year * 12 + today.month - 1 + away + is_last
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=is_last)


def _written(plain: str, today: date) -> date:
    """A day in figures or with its month's name. Raises ValueError."""
    words = _ORDINAL.sub(r"\1", _WEEKDAY.sub("", plain)).replace("sept ", "sep ")
    parts = [part for part in re.split(r"[-/., ]+", words) if part]
    if len(parts) == 2:
        parts.append(str(today.year))
    for way in _WAYS:
        try:
            return datetime.strptime("-".join(parts), way).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    raise ValueError(plain)


def _amount(text: str, label: str, end: str) -> tuple[Decimal | None, str]:
    """An amount, and the code of its currency where it names one."""
    plain = _plain(text, label, end)
    if not plain:
        return None, ""
    match = _AMOUNT.fullmatch(plain)
    names = {_code(name) for name in (match["before"], match["after"]) if name} if match else set()
    if match is None or len(names) > 1 or (match["minus"] and match["minus_after"]):
        raise BadValue(_NO_AMOUNT % {"field": label, "typed": _short(text)}, end)
    code = names.pop() if names else ""
    if code and minor_unit(code) is None:
        raise BadValue(_("%(field)s: “%(code)s” is not a currency.") % {"field": label, "code": code}, end)
    whole = match["whole"].replace(match["gap"] or ",", "") or "0"
    amount = Decimal(f"{whole}{match['part'] or ''}".rstrip("."))
    return -amount if match["minus"] or match["minus_after"] else amount, code


def _code(name: str) -> str:
    return _SIGNS.get(name) or currency(name)


def _plain(text: str, label: str, end: str) -> str:
    """Small letters, plain spaces, digits, hyphens and apostrophes, however they were typed. Raises BadValue."""
    if len(text) > _LONGEST:
        raise BadValue(_("%(field)s is too long to be read.") % {"field": label}, end)
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SAME).lower().split())


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 40 else f"{text[:40]}…"
