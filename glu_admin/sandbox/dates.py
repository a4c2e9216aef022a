"""Filter values as Glu's framework reads them: PHP dates, whose offset and fraction are dropped, or heeded."""

import re
from datetime import UTC, datetime, timedelta

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DATE_TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?"
)
_UNIX = re.compile(r"@(-?\d{1,11})")


def filter_digits(value: str, now: datetime, *, exact: bool = False) -> str | None:
    """The digits `YYYY-MM-DDTHH:MM:SS` a filter value is compared by, or None when it cannot be read.

    `now` (aware UTC) is what relative words start from. An unreadable value is ignored by the caller, as Glu does.
    With `exact` the value's offset counts, and its fraction, which then follows the digits.
    """
    value = value.strip()
    words = {"now": now, "today": _midnight(now)}
    words["yesterday"], words["tomorrow"] = words["today"] - timedelta(days=1), words["today"] + timedelta(days=1)
    if value.lower() in words:
        return _digits(words[value.lower()])
    if match := _UNIX.fullmatch(value):
        return _digits(datetime.fromtimestamp(int(match[1]), UTC))
    match = _DATE_TIME.fullmatch(value) or _DATE.fullmatch(value)
    if match is None:
        return None
    year, month, day, hour, minute, second = [*(int(part or 0) for part in match.groups()[:6]), 0, 0, 0][:6]
    fraction, offset = (match.groups() if exact else ())[6:] or (None, None)
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 24 and minute <= 59 and second <= 59 and year >= 1):
        return None
    try:  # the 30th of February is the 2nd of March
        moment = datetime(year, month, 1, tzinfo=UTC) + timedelta(
            days=day - 1, hours=hour, minutes=minute, seconds=second
        )
        tail = f".{fraction}".rstrip(".0") if fraction else ""
        return _digits(moment - _east(offset)) + tail
    except OverflowError:
        return None


def _east(offset: str | None) -> timedelta:
    if not offset or offset in ("Z", "UTC"):
        return timedelta(0)
    size = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return -size if offset[0] == "-" else size


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _digits(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
