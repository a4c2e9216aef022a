"""Which days of an organisation's history are proven to be here whole, derived from the windows that were read."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from django.db import models
from django.db.models import BooleanField, DateField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.timezone import now

from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorWindow, Order
from orders.models.mirror_run import polled_up_to
from orders.models.mirror_state import state_of


class DayState(models.TextChoices):
    """How far a day is proven to be here."""

    PROVEN = "proven", "Proven"
    PARTLY = "partly", "Partly"
    NEVER = "never", "Not yet"


_KINDS = (MirrorRun.Pass.HISTORY, MirrorRun.Pass.RECONCILE, MirrorRun.Pass.RANGE)
# What is found out of a run after its windows were read: its walk left orders out, or showed only a part.
_DOUBTED = Q(run__flags__contains=MirrorRun.Flag.WALK_MISSED) | Q(run__flags__contains=MirrorRun.Flag.TOO_MANY_MISSING)
_MOST_WINDOWS = 5000
_WINDOW = (
    "created_from", "created_before", "next_before", "state", "started_at",
    "run__started_at", "run__server_started_at", "run__read_as_of",
)  # fmt: skip
_FIRST_LOOK, _MOST_LOOKED_AT = 20, 500
_WEEKS = 52
BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)  # no order is older, whatever its time says

Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Day:
    """One day in the organisation's zone, and how far it is proven."""

    day: date
    state: DayState


@dataclass(frozen=True)
class Month:
    """The days of one month by state, for the table; those that are not proven also by their numbers: "2, 12–15"."""

    first: date
    proven: int
    partly: int
    never: int
    partly_days: str
    never_days: str


@dataclass(frozen=True)
class Coverage:
    """The last 52 weeks, oldest day first, and how far back nothing at all is missing or in doubt.

    `oldest_proven` is from when on every day up to yesterday is proven, also beyond those weeks; null when yesterday is
    not. `is_whole` when Glu itself said that there is nothing before it.
    """

    days: list[Day]
    oldest_proven: date | None = None
    is_whole: bool = False

    @property
    def words(self) -> str:
        """How far back everything is proven, as a sentence."""
        if self.oldest_proven is None:
            return "Yesterday is not proven yet. The recent days are read again by themselves, which proves it."
        day = f"{self.oldest_proven.day} {self.oldest_proven:%B %Y}"
        if self.is_whole:
            return f"Everything back to the first order, {day}, is proven."
        return f"Every day since {day} is proven, yesterday included."

    def count(self, state: DayState) -> int:
        """How many of the days are in this state."""
        return sum(day.state == state for day in self.days)

    @property
    def counts(self) -> dict[str, int]:
        """How many of the days are in each state."""
        return {state.value: self.count(state) for state in DayState}

    @property
    def months(self) -> list[Month]:
        """The days by month, newest month first."""
        found: dict[date, dict[DayState, list[int]]] = {}
        for strip_day in self.days:
            of_month = found.setdefault(strip_day.day.replace(day=1), {state: [] for state in DayState})
            of_month[strip_day.state].append(strip_day.day.day)
        return [
            Month(
                first,
                len(by[DayState.PROVEN]),
                len(by[DayState.PARTLY]),
                len(by[DayState.NEVER]),
                _in_short(by[DayState.PARTLY]),
                _in_short(by[DayState.NEVER]),
            )
            for first, by in sorted(found.items(), reverse=True)
        ]


def coverage(organisation: Organisation) -> Coverage:
    """The coverage of an organisation's last 52 weeks.

    A day is proven when it lies inside windows read to their end without a flag, and none of its lines are due.

    It is partly proven when it was read but flagged, has lines due or orders under suspicion, or is not over yet.
    """
    clean, read = unions(organisation)
    today = now().astimezone(organisation.zone).date()
    first = today - timedelta(days=7 * _WEEKS - 1 - (6 - today.weekday()))
    doubtful = _doubtful_days(organisation)
    days = []
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        start, end = day_edges(organisation, day)
        state = DayState.PROVEN if clean.holds(start, min(end, now())) and day not in doubtful else DayState.NEVER
        if (state == DayState.NEVER and (read.touches(start, end) or clean.touches(start, end))) or (
            state == DayState.PROVEN and day == today
        ):
            state = DayState.PARTLY
        days.append(Day(day, state))
    return Coverage(days, *_unbroken(organisation, clean, doubtful, today - timedelta(days=1)))


def _unbroken(
    organisation: Organisation, clean: "Union", doubtful: set[date], yesterday: date
) -> tuple[date | None, bool]:
    """From when on each day up to yesterday is proven, and whether Glu has nothing before it."""
    began = clean.began(*day_edges(organisation, yesterday))
    if began is None:
        return None, False
    known = organisation.orders.filter(created_at__gte=_EARLIEST, created_at__lte=now()).order_by("created_at")
    oldest = known.values_list("created_at", flat=True).first() or now()
    whole = began <= BEGINNING
    first = (oldest if whole else began).astimezone(organisation.zone).date()
    if whole and first > yesterday:  # there were no orders before today
        first, whole = yesterday, False
    elif not whole and day_edges(organisation, first)[0] < began:
        first += timedelta(days=1)
    if in_doubt := max((day for day in doubtful if first <= day <= yesterday), default=None):
        first, whole = in_doubt + timedelta(days=1), False
    return (first, whole) if first <= yesterday else (None, False)


def day_edges(organisation: Organisation, day: date) -> Interval:
    """The instants (aware, UTC) at which a day in the organisation's zone begins and ends."""
    start, end = (datetime.combine(edge, time(), organisation.zone) for edge in (day, day + timedelta(days=1)))
    return start.astimezone(UTC), end.astimezone(UTC)


def _in_short(days: list[int]) -> str:
    """Days of a month in short: "2, 12–15"."""
    out: list[list[int]] = []
    for day in days:
        if out and out[-1][-1] == day - 1:
            out[-1].append(day)
        else:
            out.append([day])
    return ", ".join(f"{stretch[0]}–{stretch[-1]}" if len(stretch) > 1 else f"{stretch[0]}" for stretch in out)


def verified_at(order: Order, organisation: Organisation) -> datetime:
    """When an order was last compared with Glu: copied, checked by itself, or listed by a window read to its end.

    Windows do not keep whom they listed. But one that ends puts whom it did not list under suspicion, and whom it lists
    under none: so a window that nothing is held against has listed the order, unless a suspicion is as old or older.
    """
    known = [moment for moment in (order.copied_at, order.checked_at) if moment]
    windows = _clean(organisation).filter(state=MirrorWindow.State.COMPLETE, kind__in=MirrorRun.ACCUSING)
    if suspected := organisation.missing_orders.filter(order=order).first():
        windows = windows.filter(completed_at__lt=suspected.found_at)
    for window in _newest_first(windows) if order.gone_at is None else ():
        start, end = _bounds(window)
        if window.started_at and start <= order.created_at < end:
            known.append(window.run.read_as_of or window.started_at)
            break
    return max(known)


def _newest_first(windows: QuerySet[MirrorWindow]) -> Iterator[MirrorWindow]:
    """Windows by when they were completed: few at first, as one of the latest nearly always holds the order."""
    newest = windows.order_by("-completed_at", "-pk")
    yield from newest[:_FIRST_LOOK]
    yield from newest[_FIRST_LOOK:_MOST_LOOKED_AT]


def flagged_polls(organisation: Organisation) -> QuerySet[MirrorRun]:
    """Complete polls that were flagged, oldest first, until everything has been read again later without a flag."""
    everything = organisation.mirror_runs.filter(
        MirrorRun.EVERYTHING,
        state=MirrorRun.State.COMPLETE,
        flags="",
    )
    since = everything.order_by("-started_at").values_list("started_at", flat=True).first()
    polls = organisation.mirror_runs.filter(kind=MirrorRun.Pass.CHANGES, state=MirrorRun.State.COMPLETE)
    # What a cache kept from a poll, the next ones bring: they begin where it reached.
    polls = polls.exclude(flags__in=("", MirrorRun.Flag.FROM_CACHE)).order_by("started_at", "pk")
    return polls.filter(finished_at__gt=since) if since else polls


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


def _clean(organisation: Organisation) -> QuerySet[MirrorWindow]:
    """Windows of creation that nothing is held against."""
    windows = organisation.mirror_windows.filter(kind__in=_KINDS, updated_from=None, flags="")
    return windows.exclude(_DOUBTED).select_related("run")


def unions(organisation: Organisation) -> tuple["Union", "Union"]:
    """What of creation is proven, and what was read at all: with those of flagged polls and windows."""
    clean, read = list(_polled(organisation, flagged=False)), list(_polled(organisation, flagged=True))
    windows = organisation.mirror_windows.filter(kind__in=_KINDS, updated_from=None, started_at__isnull=False)
    windows = windows.annotate(is_clean=ExpressionWrapper(Q(flags="") & ~_DOUBTED, output_field=BooleanField()))
    # Plain values, as there are thousands, and few different bounds among them.
    parse = cache(Stamp.parse)
    for window in windows.order_by("-pk").values_list(*_WINDOW, "is_clean", named=True)[:_MOST_WINDOWS]:
        asked_at = window.run__read_as_of or window.started_at
        if window.run__server_started_at:  # by Glu's clock, if it told
            as_of = window.run__read_as_of or window.run__started_at
            asked_at = window.run__server_started_at - (window.run__started_at - as_of)
        start, end = _between(parse(window.created_from), parse(window.created_before), asked_at)
        if window.state == MirrorWindow.State.OPEN:
            reached = parse(window.next_before)
            start = max(start, reached.instant) if reached else end
        if end > start:
            read.append((start, end))
            clean += [(start, end)] if window.is_clean else []
    return Union(clean), Union(read)


def _polled(organisation: Organisation, *, flagged: bool) -> Iterable[Interval]:
    """Each poll reads all created since the watermark before it, so together they hold all since the first.

    Where one was flagged there is a hole, until a later window closes it; the next poll begins before it was asked.
    """
    state = state_of(organisation)
    newest = polled_up_to(organisation)
    first, last = (
        (Stamp.parse(text) for text in (state.connected_watermark, state.watermark)) if state else (None, None)
    )
    if first is None or last is None or newest is None:
        return
    reached, end = first.instant, max(last.instant, newest)
    for poll in () if flagged else flagged_polls(organisation):
        since = Stamp.parse(poll.updated_from)
        if since is not None and since.instant > reached:
            yield reached, since.instant
        until = poll.server_up_to or poll.finished_at or end  # by Glu's clock, if it told
        reached = max(reached, until)
    if end > reached:
        yield reached, end


def _bounds(window: MirrorWindow) -> Interval:
    """From when to when it read: no further than to when it was read, by Glu's clock if it told."""
    asked_at = window.run.server_up_to or window.run.read_as_of or window.started_at or BEGINNING
    return _between(Stamp.parse(window.created_from), Stamp.parse(window.created_before), asked_at)


def _between(start: Stamp | None, end: Stamp | None, asked_at: datetime) -> Interval:
    return (start.instant if start else BEGINNING, min(end.instant, asked_at) if end else asked_at)


def _doubtful_days(organisation: Organisation) -> set[date]:
    """Days with lines due or orders under suspicion, in the organisation's zone."""
    day = TruncDate("created_at", tzinfo=organisation.zone, output_field=DateField())
    dated = organisation.orders.filter(created_at__gte=_EARLIEST, created_at__lte=now() + timedelta(days=1))
    due, missing = dated.filter(lines_due_at__isnull=False), dated.filter(missing__isnull=False)
    return {
        found
        for orders in (due, missing)
        for found in orders.order_by().annotate(day=day).values_list("day", flat=True).distinct()
    }
