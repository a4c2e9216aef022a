"""Glu's timestamps as Glu writes them, and filter bounds made from them.

Glu's framework drops the offset of a filter value and compares digits, so a bound must be made of the digits and the
offset that Glu itself sent: it is never converted to another zone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)",
)


@dataclass(frozen=True)
class Stamp:
    """One timestamp: `wall` are its digits (naive, whole seconds), `fraction` what follows, `suffix` its offset."""

    wall: datetime
    fraction: str
    suffix: str
    instant: datetime

    @classmethod
    def parse(cls, text: object) -> "Stamp | None":
        """Read a text such as `2026-03-01T10:20:30+00:00`; None for anything else.

        The offset may be `Z`, and up to nine digits of a fraction may stand before it.
        """
        match = _STAMP.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            return None
        day, clock, fraction, suffix = match.groups()
        try:
            wall = datetime.fromisoformat(f"{day}T{clock}")
            instant = wall.replace(tzinfo=timezone(_offset(suffix))).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        micros = int((fraction or "").ljust(6, "0")[:6])
        return cls(wall, fraction or "", suffix, instant.replace(microsecond=micros))

    def floor(self) -> "Stamp":
        """The same second without its fraction."""
        return Stamp(self.wall, "", self.suffix, self.instant.replace(microsecond=0))

    def plus(self, seconds: int) -> "Stamp":
        """So many whole seconds later (or earlier), in the same digits and offset; stays within the calendar."""
        try:
            step = timedelta(seconds=seconds)
            return Stamp(self.wall + step, self.fraction, self.suffix, self.instant + step)
        except OverflowError:
            return self

    def __str__(self) -> str:
        """The text as it goes into a filter: whole seconds with Glu's own suffix."""
        return f"{self.wall.isoformat()}{self.suffix}"

    def at_or_after(self, bound: "Stamp") -> bool:
        """True when this is not before `bound`, as an instant or by its digits: either may be what Glu compares."""
        return self.instant >= bound.instant or self.wall >= bound.wall

    def before(self, bound: "Stamp") -> bool:
        """True when this is before `bound`, as an instant or by its digits."""
        return self.instant < bound.instant or self.wall < bound.wall


def _offset(suffix: str) -> timedelta:
    if suffix == "Z":
        return timedelta(0)
    digits = suffix[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if suffix[0] == "-" else size
