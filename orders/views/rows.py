"""List rows with every text made ready once, so that the template only prints."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import Order
from orders.search import LineMarks
from orders.views.columns import Chosen, Column, Making

_LONGEST_BACK = 1500  # a longer filter, once in every row, would be most of the page


class Cell(NamedTuple):
    """What one column shows of an order; `value` is as the column's kind has it."""

    column: Column
    value: Any


@dataclass(frozen=True)
class ListRow:
    """One order as the list prints it; `place` is where its search matched, if that is not shown."""

    glu_id: int
    url: str
    gone: bool
    cells: list[Cell]
    place: str = ""


def list_rows(
    organisation: Organisation,
    orders: list[Order],
    marks: dict[int, LineMarks],
    back: str,
    columns: Sequence[Chosen],
) -> list[ListRow]:
    """Rows for the list; `back` is the list's query string, carried to the order's page."""
    zone, today = organisation.zone, now()
    base = reverse("orders", args=[organisation.slug])
    suffix = f"?{back}" if 0 < len(back) <= _LONGEST_BACK else ""
    shown = [one.column for one in columns]
    out = []
    for order in orders:
        making = Making(zone, today, marks.get(order.pk, LineMarks()))
        cells = [Cell(column, column.value(order, making)) for column in shown]
        gone = order.gone_at is not None
        out.append(
            ListRow(order.glu_id, f"{base}{order.glu_id}/{suffix}", gone, list(map(_greyed, cells)) if gone else cells)
        )
    return out


def _greyed(cell: Cell) -> Cell:
    """A status of an order that is gone calls for nothing."""
    if cell.column.kind != "status":
        return cell
    look, words = cell.value
    return Cell(cell.column, (replace(look, tone="grey", loud=False), words))
