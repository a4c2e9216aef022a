"""How many orders are to be there on each of the next days."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils.timezone import localdate

from glu_admin.tenancy.models import Organisation
from orders.models.waiting import OPEN_DISPATCH
from orders.search import find, parse_query

DAYS = 30
"""How many days are looked ahead, today among them."""

MOST = 5_000
"""So many orders are looked at, the soonest."""

_OPEN = [*(("dispatch", status) for status in OPEN_DISPATCH), ("no", "gone")]


@dataclass(frozen=True)
class Day:
    """A day to come, how many orders are scheduled for it and still to be sent, and the query string of their list."""

    day: date
    orders: int
    query: str


@dataclass(frozen=True)
class Schedule:
    """The days to come, and all of them; `is_all` is false where there are more orders than are looked at."""

    days: Sequence[Day]
    whole: Day
    is_all: bool


def schedule(organisation: Organisation) -> Schedule:
    """The next DAYS days of the organisation's own calendar. Where there are too many orders they end earlier."""
    today = localdate(timezone=organisation.zone)
    ahead = [today + timedelta(days=n) for n in range(DAYS)]
    criteria = parse_query(_query(ahead[0], ahead[-1]), organisation).criteria
    soonest = find(organisation, criteria).orders.order_by("scheduled_delivery_at").values_list("scheduled_delivery_at")
    found = [at.astimezone(organisation.zone).date() for (at,) in soonest[: MOST + 1] if at is not None]
    is_all = len(found) <= MOST
    if not is_all:
        ahead = [day for day in ahead if day < found[-1]] or ahead[:1]
    counts = Counter(found)
    whole = Day(ahead[0], sum(counts[day] for day in ahead), _query(ahead[0], ahead[-1]))
    return Schedule([Day(day, counts[day], _query(day, day)) for day in ahead], whole, is_all)


def _query(first: date, last: date) -> str:
    days = first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"
    return urlencode([*_OPEN, ("scheduled", days), ("sort", "scheduled")])
