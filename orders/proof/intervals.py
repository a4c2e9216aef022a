"""Stretches of time, joined where they meet."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start

Interval = tuple[datetime, datetime]

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)


class Union:
    """Intervals joined where they meet."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self.joined: list[Interval] = []
        for start, end in sorted(intervals):
            if self.joined and start <= self.joined[-1][1]:
                self.joined[-1] = (self.joined[-1][0], max(self.joined[-1][1], end))
            else:
                self.joined.append((start, end))
        self._starts = [start for start, _ in self.joined]

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether one joined interval contains the whole stretch from `start` to `end`."""
        return self.began(start, end) is not None

    def began(self, start: datetime, end: datetime) -> datetime | None:
        """Where the joined interval begins that contains the whole stretch; None when none does."""
        at = bisect_right(self._starts, start) - 1
        return self.joined[at][0] if at >= 0 and self.joined[at][1] >= end else None

    def missing(self, start: datetime, end: datetime) -> list[Interval]:
        """The parts of the stretch from `start` to `end` that are not contained, in order."""
        out = []
        for began, ended in self.joined:
            if start < began and start < end:
                out.append((start, min(began, end)))
            start = max(start, ended)
        return [*out, (start, end)] if start < end else out

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether any part of the stretch from `start` to `end` is contained."""
        at = bisect_right(self._starts, end) - 1
        return at >= 0 and self.joined[at][1] > start


def day_edges(organisation: Organisation, day: date) -> Interval:
    """The instants (aware, UTC) at which a day in the organisation's zone begins and ends."""
    start, end = (day_start(edge, organisation.zone) for edge in (day, day + timedelta(days=1)))
    return start.astimezone(UTC), end.astimezone(UTC)
