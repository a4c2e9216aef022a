"""The first copy of the history: how far it has come, and when it is over for good."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState, Order

_OF_LATE = 120  # seconds from which the rate is taken
_APART = 10  # seconds that two measurements must lie apart to tell one


@dataclass(frozen=True)
class FirstCopy:
    """The first copy of the history while it runs. `percent` is an estimate, null while there is no honest one.

    `requests_per_second` is that of the last minutes, and `left` is reckoned by it; null until it is known.
    """

    percent: int | None
    orders: int
    reached_at: datetime | None
    due_lines: int
    left: timedelta | None
    requests_per_second: float | None


def first_copy(
    organisation: Organisation, state: MirrorState | None, *, unread: bool | None = None
) -> FirstCopy | None:
    """How far the first copy is, its lines included; None once everything that Glu had at its beginning is here.

    `unread` is whether lines of it were not read yet, where that is known.
    """
    if state is None or state.history_started_at is None:
        return None
    waiting = _unread(organisation, state)
    if state.history_complete_at is not None and not (waiting.exists() if unread is None else unread):
        return None
    whole = state.history_complete_at is not None
    # A run counts every request made beside it, those for lines too; once it is over only lines are read.
    run = organisation.mirror_runs.filter(kind=MirrorRun.Pass.HISTORY).order_by("-pk")
    newest = organisation.orders.filter(glu_id=state.history_newest_glu_id or 0)
    due, orders, requests, newest_at = (
        Organisation.objects.filter(pk=organisation.pk)
        .values_list(
            _number(waiting),
            _number(organisation.orders.all()),
            Subquery(run.values("requests")[:1]),
            Subquery(newest.values("created_at")[:1]),
        )
        .get()
    )
    share = 1.0 if whole else _share(state, newest_at)
    rate = _rate_of_late(organisation, whole, orders - due if whole or requests is None else requests)
    percent, left = None, None
    if share and orders:
        pages = orders / max(state.page_size, 1)
        needed, made = (orders + pages) / share, orders + pages - due
        percent = min(int(100 * made / needed), 99)
        left = timedelta(seconds=max(needed - made, 0) / rate) if rate else None
    return FirstCopy(percent, orders, state.history_reached_at, due, left, rate)


def _number(orders: QuerySet[Order]) -> Coalesce:
    """How many some orders of an organisation are, as a part of a question."""
    return Coalesce(Subquery(orders.order_by().values("organisation").annotate(n=Count("*")).values("n")), 0)


def _share(state: MirrorState, newest_at: datetime | None) -> float | None:
    """Which part of the history has been read, by ids or by times: the smaller, as orders come evenly by neither.

    None until the oldest order is known, or where what was read contradicts it. `newest_at` is when the newest was
    created.
    """
    newest, oldest, reached = state.history_newest_glu_id, state.history_oldest_glu_id, state.history_reached_glu_id
    if newest is None:
        return None
    times = [at.timestamp() if at else None for at in (newest_at, state.history_reached_at, state.history_oldest_at)]
    by_ids, by_times = _part(newest, reached, oldest), _part(*times)
    return min(by_ids, by_times) if by_ids is not None and by_times is not None else None


def _part(newest: float | None, reached: float | None, oldest: float | None) -> float | None:
    """How far `reached` lies on the way from the newest to the oldest; None where it lies beside it."""
    if newest is None or reached is None or oldest is None or not oldest <= reached <= newest or oldest == newest:
        return None
    return (newest - reached) / (newest - oldest)


def _unread(organisation: Organisation, state: MirrorState) -> QuerySet[Order]:
    """Orders whose lines were never read; with the history whole, only those that have been here unchanged since.

    What is copied later has its lines due as a matter of course, and is no part of the first copy.
    """
    unread = organisation.orders.filter(lines_due_at__isnull=False, lines_copied_at=None, lines_error="")
    return unread.filter(copied_at__lte=state.history_complete_at) if state.history_complete_at else unread


def _rate_of_late(organisation: Organisation, whole: bool, requests: int) -> float | None:
    """Requests a second since the last minutes, as far as somebody looked then; None while that cannot be known."""
    key, moment = f"first-copy-{organisation.pk}-{'lines' if whole else 'history'}", now().timestamp()
    try:
        kept: list[tuple[float, int]] = cache.get(key) or []
        kept = [(at, n) for at, n in kept if moment - _OF_LATE <= at <= moment and n <= requests]
        if not kept or moment - kept[-1][0] >= _APART / 2:
            cache.set(key, [*kept, (moment, requests)], _OF_LATE)
    except Exception:  # a cache that is away must not hold up a page
        return None
    if not kept or moment - kept[0][0] < _APART or requests == kept[0][1]:
        return None
    return (requests - kept[0][1]) / (moment - kept[0][0])
