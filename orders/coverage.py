"""Which days of an organisation's history are proven to be here whole, derived from the windows that were read."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import DateField
from django.db.models.functions import TruncDate
from django.utils.timezone import now

from glu_admin.glu.bounds import Stamp
from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState, MirrorWindow, Order

PROVEN, PARTLY, NEVER = "proven", "partly", "never"

_KINDS = (MirrorRun.Pass.HISTORY, MirrorRun.Pass.RECONCILE, MirrorRun.Pass.RANGE)
_MOST_WINDOWS = 5000
_WEEKS = 52
_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)

Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Day:
    """One day in the organisation's zone, and how far it is proven."""

    day: date
    state: str


@dataclass(frozen=True)
class Month:
    """The days of one month by state, for the table."""

    first: date
    proven: int
    partly: int
    never: int


@dataclass(frozen=True)
class Coverage:
    """The last 52 weeks, oldest day first."""

    days: list[Day]

    def count(self, state: str) -> int:
        """How many of the days are in this state."""
        return sum(day.state == state for day in self.days)

    @property
    def counts(self) -> dict[str, int]:
        """Days by state."""
        return {state: self.count(state) for state in (PROVEN, PARTLY, NEVER)}

    @property
    def oldest_proven(self) -> date | None:
        """The first day of the strip that is proven."""
        return next((day.day for day in self.days if day.state == PROVEN), None)

    @property
    def months(self) -> list[Month]:
        """The strip by month, newest first."""
        found: dict[date, list[str]] = {}
        for day in self.days:
            found.setdefault(day.day.replace(day=1), []).append(day.state)
        return [
            Month(first, *(states.count(state) for state in (PROVEN, PARTLY, NEVER)))
            for first, states in sorted(found.items(), reverse=True)
        ]


def coverage(organisation: Organisation) -> Coverage:
    """A day is proven when it lies inside windows read to their end without a flag, and no line of it is due.

    It is partly covered when it was read but flagged, has lines due or orders under suspicion, or is not over yet.
    """
    clean, read = _Union(_intervals(organisation, flagged=False)), _Union(_intervals(organisation, flagged=True))
    today = now().astimezone(organisation.zone).date()
    first = today - timedelta(days=7 * _WEEKS - 1 - (6 - today.weekday()))
    doubtful = _doubtful_days(organisation, first)
    days = []
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        start, end = (
            datetime.combine(one, time(), organisation.zone).astimezone(UTC) for one in (day, day + timedelta(days=1))
        )
        state = PROVEN if clean.holds(start, min(end, now())) and day not in doubtful else NEVER
        if (state == NEVER and (read.touches(start, end) or clean.touches(start, end))) or (
            state == PROVEN and day == today
        ):
            state = PARTLY
        days.append(Day(day, state))
    return Coverage(days)


def verified_at(order: Order, organisation: Organisation) -> datetime:
    """When an order was last compared with Glu: copied, checked by itself, or inside a window read to its end."""
    known = [moment for moment in (order.copied_at, order.checked_at) if moment]
    windows = organisation.mirror_windows.filter(state=MirrorWindow.State.COMPLETE, kind__in=_KINDS, updated_from=None)
    for window in windows.order_by("-completed_at")[:500]:
        start, end = _bounds(window)
        if start <= order.created_at < end and window.started_at:
            known.append(window.started_at)
            break
    return max(known)


class _Union:
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
        """Whether one joined interval contains all of it."""
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and self.joined[at][1] >= end

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether any part of it is contained."""
        at = bisect_right(self._starts, end) - 1
        return at >= 0 and self.joined[at][1] > start


def _intervals(organisation: Organisation, *, flagged: bool) -> Iterable[Interval]:
    """Stretches of creation that were read; those of flagged windows only when asked for."""
    state = MirrorState.across_organisations.filter(organisation=organisation).first()
    if state is not None:
        # Each poll reads everything created since the watermark before it, so together they hold all since the first.
        first, last = Stamp.parse(state.connected_watermark), Stamp.parse(state.watermark)
        looked = organisation.mirror_runs.filter(kind=MirrorRun.Pass.CHANGES, state=MirrorRun.State.COMPLETE)
        newest = looked.order_by("-started_at").values_list("started_at", flat=True).first()
        if first and last and newest:
            yield first.instant, max(last.instant, newest)
    windows = organisation.mirror_windows.filter(kind__in=_KINDS, updated_from=None).order_by("-pk")
    if not flagged:
        windows = windows.filter(flags="")
    for window in windows.select_related("run")[:_MOST_WINDOWS]:
        if window.started_at is None:
            continue
        start, end = _bounds(window)
        if window.state == MirrorWindow.State.OPEN:
            reached = Stamp.parse(window.next_before)
            start = max(start, reached.instant) if reached else end
        if end > start:
            yield start, end


def _bounds(window: MirrorWindow) -> Interval:
    start, end = Stamp.parse(window.created_from), Stamp.parse(window.created_before)
    return (
        start.instant if start else _BEGINNING,
        end.instant if end else window.started_at or _BEGINNING,
    )


def _doubtful_days(organisation: Organisation, first: date) -> set[date]:
    """Days with lines due or orders under suspicion, in the organisation's zone."""
    since = datetime.combine(first, time(), organisation.zone)
    day = TruncDate("created_at", tzinfo=organisation.zone, output_field=DateField())
    due = organisation.orders.filter(lines_due_at__isnull=False, created_at__gte=since)
    missing = organisation.orders.filter(missing__isnull=False, created_at__gte=since)
    return {
        found
        for orders in (due, missing)
        for found in orders.order_by().annotate(day=day).values_list("day", flat=True).distinct()
    }
