"""What the windows and polls that were read prove: which stretches of creation are here whole, and since when."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState, MirrorWindow, MissingOrder, Order
from orders.proof.intervals import BEGINNING, Interval, Union
from orders.proof.runs import flagged_polls, kept_runs, read_runs
from orders.proof.standing import Standing, kept_footing, state_on_page

_KINDS = (MirrorRun.Pass.HISTORY, MirrorRun.Pass.RECONCILE, MirrorRun.Pass.RANGE)
# What is found out of a run after its windows were read: its walk left orders out, or showed only a part.
_DOUBTED = Q(run__flags__contains=MirrorRun.Flag.WALK_MISSED) | Q(run__flags__contains=MirrorRun.Flag.TOO_MANY_MISSING)
_MOST_WINDOWS = 5000
_WINDOW = (
    "created_from", "created_before", "next_before", "state", "started_at",
    "run__started_at", "run__server_started_at", "run__read_as_of",
)  # fmt: skip
_FIRST_LOOK, _MOST_LOOKED_AT = 20, 500


def verified_at(order: Order, organisation: Organisation) -> datetime:
    """When an order was last compared with Glu: copied, checked by itself, or listed by a window read to its end.

    Windows do not keep whom they listed. But one that ends puts whom it did not list under suspicion, and whom it lists
    under none: so a window that nothing is held against has listed the order, unless a suspicion is as old or older.
    """
    known = [moment for moment in (order.copied_at, order.checked_at) if moment]
    windows = _clean(organisation).filter(state=MirrorWindow.State.COMPLETE, kind__in=MirrorRun.ACCUSING)
    suspected: MissingOrder | None = getattr(order, "missing", None)
    if suspected:
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
    first = list(newest[:_FIRST_LOOK])
    yield from first
    if len(first) == _FIRST_LOOK:
        yield from newest[_FIRST_LOOK:_MOST_LOOKED_AT]


def _clean(organisation: Organisation) -> QuerySet[MirrorWindow]:
    """Windows of creation that nothing is held against."""
    windows = organisation.mirror_windows.filter(kind__in=_KINDS, updated_from=None, flags="")
    return windows.exclude(_DOUBTED).select_related("run")


def unions(organisation: Organisation) -> tuple[Union, Union]:
    """What of creation is proven, and what was read at all: with those of flagged polls and windows."""
    state, (newest, flagged) = state_on_page(organisation), _polls(organisation)
    read = list(_polled(state, newest, ()))
    clean = list(_polled(state, newest, flagged)) if read else []
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


def _polls(organisation: Organisation) -> tuple[datetime | None, Iterable[MirrorRun]]:
    """Up to when polls have read, and the flagged ones; what a page has read of them is not read again."""
    known, runs = kept_footing(organisation), kept_runs(organisation)
    if runs is None and isinstance(known, Standing):
        return known.complete_up_to, flagged_polls(organisation) if known.flagged is None else known.flagged
    runs = runs or read_runs(organisation)
    return runs.polled_up_to, runs.flagged


def _polled(state: MirrorState | None, newest: datetime | None, flagged: Iterable[MirrorRun]) -> Iterator[Interval]:
    """Each poll reads all created since the watermark before it, so together they hold all since the first.

    Where one was flagged there is a hole, until a later window closes it; the next poll begins before it was asked.
    `newest` is up to when polls have read.
    """
    first, last = (
        (Stamp.parse(text) for text in (state.connected_watermark, state.watermark)) if state else (None, None)
    )
    if first is None or last is None or newest is None:
        return
    reached, end = first.instant, max(last.instant, newest)
    for poll in flagged:
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
