"""One page of a list by its place, never by its number: as fast at the end as at the start."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.db.models.functions import Coalesce

from glu_admin.tenancy.models import Organisation
from orders.models import Order, OrderLine
from orders.search.counts import COUNT_CAP, Counted, count_orders
from orders.search.criteria import DAY_FIELDS, PERSON_FIELDS, VALUE_FIELDS, WAITING_FLAGS, OrderCriteria
from orders.search.delivery import OPEN
from orders.search.find import Found, find
from orders.search.marked import sent_as
from orders.search.query import Query, read_cursor, write_cursor
from orders.search.unindexed import unindexed

COLUMNS = {
    "created": "created_at",
    "updated": "updated_at",
    "total": "total",
    "scheduled": "scheduled_delivery_at",
    "age": "waiting_since",
}
"""The order columns behind the sorts."""

_LINE, _MESSAGE, _REFUNDED = 4, 2, 1  # what is added up of an order's lines
_MOST_SORTED = 50_000
_RARE = {"refunded", "partly-refunded", "chargeback", "lint", "odd-email"}  # flags with an index of their own
_PAGE = 50


@dataclass(frozen=True)
class LineMarks:
    """What a list says of an order's lines, and whether the team has a note on it."""

    lines: int = 0
    has_message: bool = False
    any_refunded: bool = False
    has_note: bool = False


@dataclass(frozen=True)
class Page:
    """Rows in the list's order, and the cursors of the pages beside it (None where the list ends)."""

    rows: list[Order]
    older: str | None
    newer: str | None

    @property
    def sent(self) -> dict[int, str]:
        """The kinds of the marks by which those are posted or handed over that are, as marked here; by their pks."""
        return {row.pk: row.sent_as for row in self.rows if row.sent_as}  # type: ignore[attr-defined]

    @property
    def marks(self) -> dict[int, LineMarks]:
        """What the list says of the lines of each, by their pks."""
        return {row.pk: _marks_of(row) for row in self.rows}

    @property
    def is_all(self) -> bool:
        """True when the list has no rows beside those of this page."""
        return self.older is None and self.newer is None


def _descends(sort: str) -> bool:
    """Whether a sort begins with its column's greatest value: what is oldest has waited since the earliest instant."""
    return sort.startswith("-") != (sort.removeprefix("-") == "age")


def ordered(orders: QuerySet[Order], sort: str, *, backwards: bool = False) -> QuerySet[Order]:
    """Orders in a list's order: by the sort's column, those without a value last, then by Glu's id."""
    column = COLUMNS[sort.removeprefix("-")]
    descending = _descends(sort) != backwards
    if column == "created_at":  # never null: a plain order lets the index deliver it
        return orders.order_by(*(f"-{name}" if descending else name for name in (column, "glu_id")))
    first = F(column).desc(**_nulls(backwards)) if descending else F(column).asc(**_nulls(backwards))
    return orders.order_by(first, "-glu_id" if descending else "glu_id")


def list_page(
    organisation: Organisation,
    query: Query,
    size: int,
    found: Found | None = None,
    count: Counted | None = None,
    *,
    is_list: bool = True,
) -> Page:
    """The page of `size` rows that begins at the cursor of a query without errors.

    `found` is what its criteria find, and `count` how many, where these are known already. Rows that are for no list
    are not told of `sent` and `marks`. Raises SearchError for words that cannot be searched.
    """
    place = read_cursor(query.cursor, query.sort) if query.cursor else None
    backwards = place is not None and place[0] == "newer"
    rows: list[Order] = []
    found = found or find(organisation, query.criteria)
    orders, is_few = found.orders, found.is_few or _is_narrow(organisation, found, query, count)
    if query.sort == "-created" and place is None and (first := found.first(size + 1)):
        orders, is_few = orders.filter(pk__in=first), True
    ranged = getattr(query.criteria, query.sort.removeprefix("-")) is not None
    for stretch in _stretches(orders, query.sort, place, is_few=is_few, with_none=not ranged):
        # What is said beside the columns is looked up of the page alone, not of all that are sorted for it.
        keys = stretch.values("pk")[: size + 1 - len(rows)]
        read = Order.across_organisations.filter(pk__in=keys).defer("user_agent")
        read = _with_marks(organisation, read) if is_list else read
        rows += sorted(read, key=_placed(query.sort), reverse=_descends(query.sort) != backwards)
        if len(rows) > size or (place is None and count is not None and count.exact and len(rows) == count.n):
            break
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_older = more if not backwards else True
    has_newer = place is not None if not backwards else more
    return Page(
        rows,
        _cursor(query.sort, "older", rows[-1]) if rows and has_older else None,
        _cursor(query.sort, "newer", rows[0]) if rows and has_newer else None,
    )


def _is_narrow(organisation: Organisation, found: Found, query: Query, count: Counted | None) -> bool:
    """Whether the filter leaves few enough orders to be looked up by it and sorted; `count` as for `list_page`."""
    by, criteria = query.sort.removeprefix("-"), query.criteria
    values = {name: chosen for name in VALUE_FIELDS if (chosen := getattr(criteria, name))}
    if "unconfirmed" in criteria.has:
        values.setdefault("dispatch", OPEN)
    if values and (by != "created" or any("" in chosen or len(chosen) > 1 for chosen in values.values())):
        n, all_of_them = (count_orders(organisation, asked).n for asked in (OrderCriteria(**values), OrderCriteria()))
        # Walking to a page of them would pass more than there are to sort; hardly one of the open is unconfirmed.
        if n * n <= _PAGE * all_of_them or ("unconfirmed" in criteria.has and n <= _MOST_SORTED):
            return True
    if not may_be_few(query):
        return False
    if count is not None and count.exact:
        return count.n <= _MOST_SORTED
    return found.orders.order_by()[: _MOST_SORTED + 1].count() <= _MOST_SORTED


def may_be_few(query: Query) -> bool:
    """Whether it depends on their number how a list's orders are read.

    The index of the sort would be walked past all that are not meant: for rare flags, one person's orders and those
    with a note through the whole history, and for days of another column from where none may be for long, as orders
    are delivered soon after they are made.
    """
    by, criteria = query.sort.removeprefix("-"), query.criteria
    rare = criteria.gone == "only" or not _RARE.isdisjoint(criteria.has)
    waiting = criteria.age is not None or not WAITING_FLAGS.isdisjoint(criteria.has)
    return (
        (by != "created" and (rare or (waiting and by != "age")))
        or any(getattr(criteria, name) for name in DAY_FIELDS if name != by)
        or any(getattr(criteria, name) for name in PERSON_FIELDS)
        or "note" in criteria.has
    )


def neighbours(organisation: Organisation, query: Query, order: Order) -> tuple[int | None, int | None]:
    """Glu's ids of the orders before and after one in the list of a query without errors, whether it is in it or not.

    None where the list ends.
    """
    found = find(organisation, query.criteria)
    beside = [
        list_page(organisation, replace(query, cursor=_cursor(query.sort, way, order)), 1, found, is_list=False).rows
        for way in ("newer", "older")
    ]
    before, after = (rows[0].glu_id if rows else None for rows in beside)
    return before, after


def count_before(organisation: Organisation, query: Query, order: Order) -> Counted | None:
    """How many orders stand before one in the list of a sound query, up to COUNT_CAP; None when it is not in it."""
    found = find(organisation, query.criteria)
    if not found.orders.filter(pk=order.pk).exists():
        return None
    n, place = 0, read_cursor(_cursor(query.sort, "newer", order), query.sort)
    for stretch in _stretches(found.orders, query.sort, place, is_few=found.is_few, with_none=True):
        n += stretch.order_by()[: COUNT_CAP + 1 - n].count()
    return Counted(min(n, COUNT_CAP), n <= COUNT_CAP)


def _stretches(
    orders: QuerySet[Order],
    sort: str,
    place: tuple[str, datetime | int | None, int] | None,
    *,
    is_few: bool,
    with_none: bool,
) -> Iterator[QuerySet[Order]]:
    """The rows of a list from a place on, in its order, each stretch one that an index can deliver.

    Those with a value and those without are read apart: sorted together, neither would come out of an index.
    """
    column, backwards = COLUMNS[sort.removeprefix("-")], place is not None and place[0] == "newer"
    descending = _descends(sort) != backwards
    # Few rows are sorted; an index by time, which no index knows behind a function, would be walked for them through
    # the whole history.
    if is_few:
        orders = orders.alias(sorted_by=unindexed(column), then_by=unindexed("glu_id"))
    by, then = ("sorted_by", "then_by") if is_few else (column, "glu_id")
    sign = "-" if descending else ""
    without = orders.filter(**{f"{by}__isnull": True}).order_by(f"{sign}{then}")
    having = orders.order_by(f"{sign}{by}", f"{sign}{then}")
    with_none = with_none and column != "created_at"
    if column != "created_at":
        having = having.filter(**{f"{by}__isnull": False})
    if place is not None:
        _, value, glu_id = place
        than = "lt" if descending else "gt"
        if value is None:
            without = without.filter(**{f"glu_id__{than}": glu_id})
        else:
            # Both of them: the plain bound is for what cannot compare rows by an index.
            beyond = (TupleLessThan if descending else TupleGreaterThan)(Tuple(F(column), F("glu_id")), (value, glu_id))
            having = having.filter(beyond, **{f"{column}__{than}e": value})
    in_values = place is not None and place[1] is not None
    if backwards:
        yield from ([without] if with_none and not in_values else [])
        yield having
    else:
        yield from ([having] if place is None or in_values else [])
        yield from ([without] if with_none else [])


def _with_marks(organisation: Organisation, orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with what a list says of each beside its columns: as what it left, its lines, whether it has a note.

    The lines are told in one number, as they are read once: how many, and a bit each for a message and for a refund.
    """
    lines = OrderLine.across_organisations.filter(order=OuterRef("pk")).order_by().values("order")
    odd = Q(personal_message=None, extra__contains='"personalMessage":')  # one that its column could not take
    has_message = Max(Case(When(Q(personal_message__gt="") | odd, then=_MESSAGE), default=0))
    any_refunded = Max(Case(When(refunded=True, then=_REFUNDED), default=0))
    told = lines.annotate(told=Count("*") * _LINE + has_message + any_refunded)
    notes = organisation.order_notes.filter(order_glu_id=OuterRef("glu_id"), deleted_at=None)
    return orders.annotate(
        sent_as=sent_as(organisation), its_lines=Coalesce(Subquery(told.values("told")), 0), has_note=Exists(notes)
    )


def _marks_of(row: Any) -> LineMarks:
    """What `_with_marks` has said of the lines of an order, and that it has a note."""
    lines, told = divmod(row.its_lines, _LINE)
    return LineMarks(lines, bool(told & _MESSAGE), bool(told & _REFUNDED), row.has_note)


def _nulls(backwards: bool) -> dict[str, bool]:
    return {"nulls_first": True} if backwards else {"nulls_last": True}


def _placed(sort: str) -> Callable[[Order], tuple[Any, int]]:
    """By what rows of a stretch are sorted: all of them have a value, or none has."""
    column = COLUMNS[sort.removeprefix("-")]
    return lambda row: (getattr(row, column) or 0, row.glu_id)


def _cursor(sort: str, direction: str, row: Order) -> str:
    value = getattr(row, COLUMNS[sort.removeprefix("-")])
    return write_cursor(sort, direction, value.isoformat() if isinstance(value, datetime) else value, row.glu_id)
