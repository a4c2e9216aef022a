"""How long orders took to be sent and to be paid, as far as the copy has seen it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start, local
from orders.display.percentiles import FEWEST, percentile
from orders.display.working_days import calendar_of
from orders.models.waiting import DISPATCHED, OPEN_DISPATCH, UNPAID
from orders.reports.period import Period, span
from orders.search import find, parse_query
from orders.search.paying import PAID

MOST = 5_000
"""So many orders are looked at, the newest of a period."""

FOLLOWED = timedelta(days=1)
"""How long after it was placed an order may come here for what became of it to be known."""

Length = TypeVar("Length", int, timedelta)


class _Seen(NamedTuple):
    """What is to be known of an order."""

    created_at: datetime
    first_copied_at: datetime
    dispatch_status: str | None
    dispatch_since: datetime | None
    payment_status: str | None
    payment_since: datetime | None
    scheduled_delivery_at: datetime | None
    delivery_method_name: str | None
    payment_method: str | None

    @property
    def is_followed(self) -> bool:
        """Whether it was here soon enough for its changes to be seen."""
        return self.first_copied_at - self.created_at <= FOLLOWED


@dataclass(frozen=True)
class Took(Generic[Length]):
    """Orders of one method: how many are `done`, of how many of these it is `known` how long they took, and how long.

    `median` and `high` (the 95th percentile) are null where too few are known. `left` is how many are still to be done;
    `done_query` and `left_query` are the query strings of their lists.
    """

    method: str
    done: int
    known: int
    median: Length | None
    high: Length | None
    left: int
    done_query: str
    left_query: str


@dataclass(frozen=True)
class Times:
    """How long dispatch took in working days and payment in time, by method, of the orders placed from `first` on.

    `is_all` is false where these are not all days of the period, as it has too many orders.
    """

    first: date
    is_all: bool
    dispatch: Sequence[Took[int]]
    payment: Sequence[Took[timedelta]]


def times(organisation: Organisation, period: Period) -> Times:
    """The times of a period's orders, of the newest MOST of them."""
    orders, first = _newest(organisation, period)
    calendar = calendar_of(organisation)
    days = span(first, period.last)
    unscheduled = [one for one in orders if one.scheduled_delivery_at is None]
    dispatch = _took(
        unscheduled,
        lambda one: one.delivery_method_name or "",
        lambda one: one.dispatch_status,
        (DISPATCHED,),
        OPEN_DISPATCH,
        lambda one: calendar.waited(_ready(one), max(one.dispatch_since or one.created_at, _ready(one))),
        lambda method, statuses: _query("delivery", method, "dispatch", statuses, days, [("no", "scheduled")]),
    )
    payment = _took(
        orders,
        lambda one: one.payment_method or "",
        lambda one: one.payment_status,
        (PAID,),
        UNPAID,
        lambda one: max((one.payment_since or one.created_at) - one.created_at, timedelta()),
        lambda method, statuses: _query("method", method, "payment", statuses, days, []),
    )
    return Times(first, first == period.first, dispatch, payment)


def _newest(organisation: Organisation, period: Period) -> tuple[list[_Seen], date]:
    """The newest orders of a period, and the day from which on they are all of them."""
    criteria = parse_query(urlencode([("created", period.days)]), organisation).criteria
    newest = find(organisation, criteria).orders.order_by("-created_at", "-glu_id")
    orders = [_Seen(*row) for row in newest.values_list(*_Seen._fields)[: MOST + 1]]
    if len(orders) <= MOST:
        return orders, period.first
    oldest = local(orders[-1].created_at, organisation.zone).date()
    first = min(oldest + timedelta(days=1), period.last)
    start = day_start(first, organisation.zone)
    return [one for one in orders if one.created_at >= start], first


def _took(
    orders: Iterable[_Seen],
    method: Callable[[_Seen], str],
    status: Callable[[_Seen], str | None],
    done: Sequence[str],
    left: Sequence[str],
    length: Callable[[_Seen], Length],
    query: Callable[[str, Sequence[str]], str],
) -> list[Took[Length]]:
    """How long the orders of each method took, those of most orders first."""
    lengths: dict[str, list[Length]] = defaultdict(list)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in orders:
        name, now_is = method(one), status(one)
        if now_is in done:
            counts[name][0] += 1
            if one.is_followed:
                lengths[name].append(length(one))
        elif now_is in left:
            counts[name][1] += 1
    out = []
    for name in sorted(counts, key=lambda name: (-sum(counts[name]), name)):
        known = sorted(lengths[name])
        out.append(
            Took(
                name,
                counts[name][0],
                len(known),
                percentile(known, 50) if known else None,
                percentile(known, 95) if len(known) >= FEWEST else None,
                counts[name][1],
                query(name, done),
                query(name, left),
            )
        )
    return out


def _ready(one: _Seen) -> datetime:
    """From when on an order could be sent: since it was placed, or paid where that was seen to come later."""
    seen = one.payment_status == PAID and one.payment_since is not None and one.payment_since > one.first_copied_at
    return one.payment_since if seen and one.payment_since else one.created_at


def _query(
    field: str, method: str, kind: str, statuses: Sequence[str], days: str, more: Sequence[tuple[str, str]]
) -> str:
    return urlencode([*((kind, status) for status in statuses), (field, method), ("created", days), *more])
