"""One page of a list by its place, never by its number: as fast at the end as at the start."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet

from glu_admin.tenancy.models import Organisation
from orders.models import Order, OrderLine
from orders.search.find import find_orders
from orders.search.query import Query, read_cursor, write_cursor

COLUMNS = {
    "created": "created_at",
    "updated": "updated_at",
    "total": "total",
    "scheduled": "scheduled_delivery_at",
}
"""The order columns behind the sorts."""


@dataclass(frozen=True)
class Page:
    """Rows in the list's order, and the cursors of the pages beside it (None where the list ends)."""

    rows: list[Order]
    older: str | None
    newer: str | None

    @property
    def is_all(self) -> bool:
        """True when the list has no rows beside those of this page."""
        return self.older is None and self.newer is None


@dataclass(frozen=True)
class LineMarks:
    """What a list says of an order's lines."""

    lines: int = 0
    has_message: bool = False
    any_refunded: bool = False


def ordered(orders: QuerySet[Order], sort: str, *, backwards: bool = False) -> QuerySet[Order]:
    """Orders in a list's order: by the sort's column, those without a value last, then by Glu's id."""
    column, down = COLUMNS[sort.removeprefix("-")], sort.startswith("-")
    descending = down != backwards
    if column == "created_at":  # never null: a plain order lets the index deliver it
        return orders.order_by(*(f"-{name}" if descending else name for name in (column, "glu_id")))
    first = F(column).desc(**_nulls(backwards)) if descending else F(column).asc(**_nulls(backwards))
    return orders.order_by(first, "-glu_id" if descending else "glu_id")


def list_page(organisation: Organisation, query: Query, size: int) -> Page:
    """The page of `size` rows that begins at the cursor of a query without errors.

    Raises SearchError for words that cannot be searched.
    """
    orders = find_orders(organisation, query.criteria)
    place = read_cursor(query.cursor, query.sort) if query.cursor else None
    backwards = place is not None and place[0] == "newer"
    if place is not None:
        orders = orders.filter(_beyond(query.sort, place[1], place[2], backwards))
    found = list(ordered(orders, query.sort, backwards=backwards).defer("user_agent")[: size + 1])
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    has_older = more if not backwards else True
    has_newer = place is not None if not backwards else more
    return Page(
        rows,
        _cursor(query.sort, "older", rows[-1]) if rows and has_older else None,
        _cursor(query.sort, "newer", rows[0]) if rows and has_newer else None,
    )


def line_marks(organisation: Organisation, rows: list[Order]) -> dict[int, LineMarks]:
    """Marks by order pk for the rows of a page, in one query."""
    marks: dict[int, LineMarks] = {}
    lines = OrderLine.across_organisations.filter(organisation=organisation, order__in=[row.pk for row in rows])
    odd = Q(personal_message=None, extra__contains='"personalMessage":')  # one that its column could not take
    said = ExpressionWrapper(Q(personal_message__gt="") | odd, output_field=BooleanField())
    for pk, message, refunded in lines.order_by().values_list("order_id", said, "refunded"):
        known = marks.get(pk, LineMarks())
        marks[pk] = LineMarks(known.lines + 1, known.has_message or bool(message), known.any_refunded or bool(refunded))
    return marks


def _nulls(backwards: bool) -> dict[str, bool]:
    return {"nulls_first": True} if backwards else {"nulls_last": True}


def _cursor(sort: str, direction: str, row: Order) -> str:
    value = getattr(row, COLUMNS[sort.removeprefix("-")])
    return write_cursor(sort, direction, value.isoformat() if isinstance(value, datetime) else value, row.glu_id)


def _beyond(sort: str, value: datetime | int | None, glu_id: int, backwards: bool) -> Q:
    """Rows that stand after a place in the list's order, or before it when going backwards."""
    column, descending = COLUMNS[sort.removeprefix("-")], sort.startswith("-") != backwards
    than = "lt" if descending else "gt"
    tie = Q(**{f"glu_id__{than}": glu_id})
    if value is None:
        without = Q(**{f"{column}__isnull": True}) & tie
        return without | Q(**{f"{column}__isnull": False}) if backwards else without
    if column == "created_at":  # also a plain bound, which the index can use
        return Q(**{f"{column}__{than}e": value}) & (Q(**{f"{column}__{than}": value}) | tie)
    beyond = Q(**{f"{column}__{than}": value}) | (Q(**{column: value}) & tie)
    return beyond if backwards else beyond | Q(**{f"{column}__isnull": True})
