"""What left on a day: by whom, when, how."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start
from orders.models import OrderMark
from orders.search.marked import SENT

MOST_LISTED = 500
"""So many marks of a day are listed, the newest; all of them are counted."""


@dataclass(frozen=True)
class Sent:
    """The orders of one delivery method that left on a day, and the newest of their marks."""

    method: str
    kind: str
    n: int
    last: OrderMark


@dataclass(frozen=True)
class Day:
    """What left on a day: `marks` newest first, `undone` ones among them; other numbers only of those that stand."""

    day: date
    marks: list[OrderMark]
    n: int
    undone: int
    sent: list[Sent]
    people: list[tuple[str, int]]


def day_of(organisation: Organisation, day: date) -> Day:
    """What the team marked as sent on a local day of the organisation."""
    start, end = day_start(day, organisation.zone), day_start(day + timedelta(days=1), organisation.zone)
    marks = list(
        organisation.order_marks.filter(kind__in=SENT, at__gte=start, at__lt=end)
        .select_related("order")
        .order_by("-at", "-pk")
    )
    standing = [mark for mark in marks if mark.undone_at is None]
    lanes: dict[tuple[str, str], list[OrderMark]] = {}
    for mark in standing:
        method = (mark.order.delivery_method_name or "") if mark.order else ""
        lanes.setdefault((mark.kind, method), []).append(mark)
    sent = [Sent(method, kind, len(group), group[0]) for (kind, method), group in lanes.items()]
    people = Counter(mark.user_name for mark in standing).most_common()
    undone = len(marks) - len(standing)
    return Day(day, marks[:MOST_LISTED], len(standing), undone, sorted(sent, key=lambda one: -one.n), people)
