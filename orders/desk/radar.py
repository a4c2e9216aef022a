"""What is scheduled in the next days, and what is wrong with it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.timezone import localdate

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import local
from orders.desk.queues import PAST_SCHEDULE, RADAR, SCHEDULED, Queue
from orders.search import Counted, find

DAYS = 14
"""How many days it looks ahead, today among them."""

_MOST = 5_000


@dataclass(frozen=True)
class Ahead:
    """A day to come: how many orders are scheduled for it, how many of them with a problem, and their list."""

    day: date
    n: int
    hot: int
    query: str


@dataclass(frozen=True)
class Radar:
    """The days to come, how many orders they have, and each problem with its number and its list."""

    days: list[Ahead]
    count: Counted
    query: str
    problems: list[tuple[str, Counted, str]]


def radar(organisation: Organisation) -> Radar:
    """The next DAYS days of the organisation's own calendar."""
    every = _by_day(organisation)
    found = {queue: _days_by_pk(organisation, queue) for queue in RADAR if queue is not PAST_SCHEDULE}
    counted = {queue: _counted(len(of_queue)) for queue, of_queue in found.items()}
    counted[PAST_SCHEDULE] = PAST_SCHEDULE.count(organisation)
    # Whatever has a problem on one of these days is scheduled for it, too.
    wrong = {pk: day for days in found.values() for pk, day in days.items()}
    hot = Counter(wrong.values())
    today = localdate(timezone=organisation.zone)
    query = SCHEDULED.query(organisation)
    days = [
        Ahead(day, every[day], hot[day], query.url_query(scheduled=day.isoformat()))
        for day in (today + timedelta(days=n) for n in range(DAYS))
    ]
    problems = [(str(queue.words), counted[queue], queue.query(organisation).url_query()) for queue in RADAR]
    return Radar(days, Counted(sum(every.values())), query.url_query(), problems)


def _by_day(organisation: Organisation) -> Counter[date]:
    """How many orders are scheduled for each local day that is looked ahead to."""
    orders = find(organisation, SCHEDULED.query(organisation).criteria).orders.order_by()
    day = TruncDate("scheduled_delivery_at", tzinfo=organisation.zone)
    return Counter(dict(orders.values_list(day).annotate(n=Count("pk"))))


def _days_by_pk(organisation: Organisation, queue: Queue) -> dict[int, date]:
    """The local day for which each order of a queue is scheduled."""
    orders = find(organisation, queue.query(organisation).criteria).orders.order_by()
    rows = orders.values_list("pk", "scheduled_delivery_at")[: _MOST + 1]
    return {pk: local(at, organisation.zone).date() for pk, at in rows if at is not None}


def _counted(n: int) -> Counted:
    return Counted(min(n, _MOST), n <= _MOST)
