"""What is scheduled in the next days, and what is wrong with it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.timezone import localdate

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import local
from orders.desk.queues import RADAR, SCHEDULED, Queue
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
    scheduled = _days_by_pk(organisation, SCHEDULED)
    found = [(queue, _days_by_pk(organisation, queue)) for queue in RADAR]
    wrong = {pk for _, days in found for pk in days}
    every, hot = Counter(scheduled.values()), Counter(day for pk, day in scheduled.items() if pk in wrong)
    today = localdate(timezone=organisation.zone)
    query = SCHEDULED.query(organisation)
    days = [
        Ahead(day, every[day], hot[day], query.url_query(scheduled=day.isoformat()))
        for day in (today + timedelta(days=n) for n in range(DAYS))
    ]
    problems = [
        (str(queue.words), _counted(len(of_queue)), queue.query(organisation).url_query()) for queue, of_queue in found
    ]
    return Radar(days, _counted(len(scheduled)), query.url_query(), problems)


def _days_by_pk(organisation: Organisation, queue: Queue) -> dict[int, date]:
    """The local day for which each order of a queue is scheduled."""
    orders = find(organisation, queue.query(organisation).criteria).orders.order_by()
    rows = orders.values_list("pk", "scheduled_delivery_at")[: _MOST + 1]
    return {pk: local(at, organisation.zone).date() for pk, at in rows if at is not None}


def _counted(n: int) -> Counted:
    return Counted(min(n, _MOST), n <= _MOST)
