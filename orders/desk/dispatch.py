"""The dispatch queue as people work through it: a card for each delivery method, the longest waiting first."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count
from django.utils.timezone import localdate, now

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start
from orders.desk.marks import COLLECTED_AS, Kind, is_sent, standing_marks
from orders.desk.queues import DISPATCH, MOST_COUNTED, UNCONFIRMED, UNMARKED
from orders.display.ages import Age, Span, age_of, clock_of
from orders.display.money import currency
from orders.models import Order, OrderLine, OrderMark
from orders.models.waiting import DISPATCHED
from orders.search import Counted, Query, count_orders, find, find_orders, list_page, parse_query
from orders.search.delivery import OPEN, is_collected, lane
from orders.search.marked import RECENT

SHOWN = 10
"""So many rows a card shows."""

_MOST_DISAGREEING = 5
_STEPS = {True: (*COLLECTED_AS.values(),), False: (*COLLECTED_AS,)}  # by whether it is collected
_DAYS = 3  # working days of waiting that the strip tells apart


class _Waiting(NamedTuple):
    pk: int
    since: datetime
    method: str
    is_collected: bool
    total: int | None
    currency_code: str | None


@dataclass(frozen=True)
class Contents:
    """What is in an order: its first line, how many more there are, and whether any has a message."""

    first: OrderLine | None = None
    more: int = 0
    has_message: bool = False


@dataclass(frozen=True)
class Row:
    """An order that waits: what is in it, the newest mark that says how far it is, and how long it has waited."""

    order: Order
    contents: Contents
    mark: OrderMark | None
    age: Age | None

    @property
    def tone(self) -> str:
        """How its age looks: "late" at the limit of its delivery method, "stuck" past it."""
        return "" if self.age is None else "stuck" if self.age.is_past else "late" if self.age.is_at else ""


@dataclass(frozen=True)
class Card:
    """The orders that wait for one delivery method; `query` is the list of exactly these."""

    key: str
    method: str
    is_collected: bool
    query: str
    n: int
    rows: list[Row]

    @property
    def steps(self) -> tuple[OrderMark.Kind, ...]:
        """The kinds of marks that its orders go through."""
        return _STEPS[self.is_collected]

    @property
    def oldest(self) -> Age | None:
        """How long the longest waiting has waited."""
        return self.rows[0].age if self.rows else None

    @property
    def more(self) -> int:
        """How many orders it does not show."""
        return self.n - len(self.rows)


@dataclass(frozen=True)
class Waited:
    """How many orders have waited so many working days, or longer for the last, and the list of exactly these.

    `limit` is how long an order may wait by the organisation's usual limit.
    """

    days: Span
    n: int
    query: str
    limit: Span


@dataclass(frozen=True)
class Disagreement:
    """Orders of which the desk says one thing and Glu another: how many, the first of them, and the list of all.

    Each has the mark by which it has left, and the kind by which orders like it leave.
    """

    count: Counted
    rows: list[tuple[Order, OrderMark | None, OrderMark.Kind]]
    query: str


@dataclass(frozen=True)
class Dispatch:
    """The whole queue, and its totals (minor units) by currency. With `is_cut` more wait than are counted here."""

    cards: list[Card]
    n: int
    is_cut: bool
    sums: list[tuple[str, int]]
    ages: list[Waited]


def dispatch(organisation: Organisation) -> Dispatch:
    """What is to go out now, on cards: post first, then what is collected, by name, each longest waiting first."""
    query = DISPATCH.query(organisation)
    waiting = _waiting(organisation, query)
    is_cut, waiting = len(waiting) > MOST_COUNTED, waiting[:MOST_COUNTED]
    groups = defaultdict[tuple[bool, str], list[_Waiting]](list)
    for one in waiting:
        groups[one.is_collected, one.method].append(one)
    shown = _rows(organisation, [one.pk for group in groups.values() for one in group[:SHOWN]])
    cards = [
        Card(
            card_key(is_collected, method),
            method,
            is_collected,
            card_query(organisation, is_collected, method).url_query(),
            len(group),
            [shown[one.pk] for one in group[:SHOWN] if one.pk in shown],
        )
        for (is_collected, method), group in sorted(groups.items(), key=lambda item: _place(*item[0]))
    ]
    sums = Counter[str]()
    for one in waiting:
        sums[currency(one.currency_code)] += one.total or 0
    return Dispatch(cards, len(waiting), is_cut, sums.most_common(), _ages(organisation, query, waiting))


def card_key(is_collected: bool, method: str) -> str:
    """A name for a card that addresses and elements can have, whatever its method is called."""
    return hashlib.sha256(f"{is_collected} {method}".encode()).hexdigest()[:10]


def card_query(organisation: Organisation, is_collected: bool, method: str) -> Query:
    """The question of one card."""
    own = urlencode([("delivery", method), ("has" if is_collected else "no", "collect")])
    return parse_query(f"{DISPATCH.text}&{own}", organisation)


def disagreements(organisation: Organisation) -> tuple[Disagreement, Disagreement]:
    """Orders sent here that Glu still has as open, and orders dispatched at Glu that nobody marked here."""
    unconfirmed, unmarked = (
        _disagreement(organisation, queue.query(organisation)) for queue in (UNCONFIRMED, UNMARKED)
    )
    return unconfirmed, unmarked


def offered(organisation: Organisation, order: Order, marks: Sequence[OrderMark]) -> list[OrderMark.Kind]:
    """The marks that the queue offers for an order now, but for those that stand; `marks` are all of the order."""
    if is_sent(marks):
        return []
    if order.dispatch_status == DISPATCHED and order.copied_at >= now() - RECENT:
        is_missed = find_orders(organisation, UNMARKED.query(organisation).criteria).filter(pk=order.pk).exists()
        return [_STEPS[is_collected(order)][-1]] if is_missed else []
    if order.dispatch_status not in OPEN:
        return []
    if not find_orders(organisation, DISPATCH.query(organisation).criteria).filter(pk=order.pk).exists():
        return []
    standing = {mark.kind for mark in marks if mark.undone_at is None}
    return [kind for kind in _STEPS[is_collected(order)] if kind not in standing]


def stamp(organisation: Organisation) -> str:
    """A text that is another one once a mark was set or undone today, an order came in, or one was sent at Glu."""
    today = day_start(localdate(timezone=organisation.zone), organisation.zone)
    marks = organisation.order_marks.filter(kind__in=Kind.values, at__gte=min(today, now() - timedelta(hours=1)))
    of_today = marks.aggregate(n=Count("pk"), undone=Count("undone_at"))
    changes = organisation.order_changes.filter(field="dispatchStatus").order_by("-seen_new_at")
    newest = organisation.orders.order_by("-created_at", "-glu_id")
    parts = (
        of_today["n"],
        of_today["undone"],
        changes.values_list("pk", flat=True).first(),
        newest.values_list("pk", flat=True).first(),
    )
    return ".".join(str(part or 0) for part in parts)


def contents_of(organisation: Organisation, pks: Iterable[int]) -> dict[int, Contents]:
    """What is in orders, by their pk, in one query."""
    found = dict[int, Contents]()
    lines = organisation.order_lines.filter(order__in=list(pks)).select_related("order")
    for line in lines.order_by("order", "position", "glu_id"):
        known = found.get(line.order_id)
        said = bool(line.personal_message) or '"personalMessage":' in line.extra
        if known is None:
            found[line.order_id] = Contents(line, 0, said)
        else:
            found[line.order_id] = Contents(known.first, known.more + 1, known.has_message or said)
    return found


def _place(is_collected: bool, method: str) -> tuple[bool, bool, str, str]:
    """Where a card stands, however much is on it: by the name of its method, and what has none after those."""
    return is_collected, not method, method.casefold(), method


def _waiting(organisation: Organisation, query: Query) -> list[_Waiting]:
    """The orders of the queue, the longest waiting first, one more than are put on cards."""
    orders = find(organisation, query.criteria).orders.filter(waiting_since__isnull=False).annotate(lane=lane())
    names = ("pk", "waiting_since", "delivery_method_name", "lane", "total", "currency_code")
    rows = orders.order_by("waiting_since", "glu_id").values_list(*names)[: MOST_COUNTED + 1]
    return [_Waiting(pk, since, method or "", bool(lane), total, code) for pk, since, method, lane, total, code in rows]


def _rows(organisation: Organisation, pks: list[int]) -> dict[int, Row]:
    marks, contents = standing_marks(organisation, pks), contents_of(organisation, pks)
    orders = organisation.orders.filter(pk__in=pks).defer("user_agent")
    clock = clock_of(organisation)
    return {
        order.pk: Row(order, contents.get(order.pk, Contents()), _newest(marks[order.pk]), age_of(order, clock))
        for order in orders
    }


def _newest(marks: dict[str, OrderMark]) -> OrderMark | None:
    return max(
        (mark for kind, mark in marks.items() if kind != Kind.CHASED), key=lambda mark: (mark.at, mark.pk), default=None
    )


def _ages(organisation: Organisation, query: Query, waiting: list[_Waiting]) -> list[Waited]:
    clock = clock_of(organisation)
    days = [min(clock.full(one.since, "wd"), _DAYS) for one in waiting]
    texts = [*(f"{n}wd" for n in range(_DAYS)), f"{_DAYS}wd.."]
    limit = Span(clock.settings.dispatch_days, "wd")
    return [Waited(Span(n, "wd"), days.count(n), query.url_query(age=text), limit) for n, text in enumerate(texts)]


def _disagreement(organisation: Organisation, query: Query) -> Disagreement:
    found = find(organisation, query.criteria)
    rows = list_page(organisation, query, _MOST_DISAGREEING, found, is_list=False).rows
    marks = standing_marks(organisation, [row.pk for row in rows])
    sent = [
        (row, marks[row.pk].get(Kind.POSTED) or marks[row.pk].get(Kind.HANDED_OVER), _STEPS[is_collected(row)][-1])
        for row in rows
    ]
    count = count_orders(organisation, query.criteria, found) if len(rows) == _MOST_DISAGREEING else Counted(len(rows))
    return Disagreement(count, sent, query.url_query())
