"""List rows with every text made ready once, so that the template only prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from glu_admin.tenancy.models import Organisation
from orders.display.ages import attention_of, clock_of
from orders.models import Order
from orders.search import Page
from orders.views.cells import cell, opening_of
from orders.views.columns import Chosen, Column, Making

_LONGEST_BACK = 1500  # a longer filter, once in every row, would be most of the page


@dataclass(frozen=True)
class ListRow:
    """One order as the list prints it."""

    glu_id: int
    url: str
    gone: bool
    cells: SafeString


def list_rows(
    organisation: Organisation,
    page: Page,
    back: str,
    columns: Sequence[Chosen],
    places: Mapping[int, str],
) -> list[ListRow]:
    """Rows for a page of the list; `back` is the list's query string, carried to the order's page.

    `places` says by an order's pk where its search matched, if that is not shown.
    """
    zone, clock = organisation.zone, clock_of(organisation)
    base = reverse("orders", args=[organisation.slug])
    suffix = f"?{back}" if 0 < len(back) <= _LONGEST_BACK else ""
    shown = [(one.column, opening_of(one.column)) for one in columns]
    out = []
    sent, marks = page.sent, page.marks
    for order in page.rows:
        left = sent.get(order.pk, "")
        its_lines, attention = marks[order.pk], attention_of(order, clock, sent=bool(left))
        making = Making(zone, clock.moment, its_lines, attention, left)
        gone = order.gone_at is not None
        place = places.get(order.pk, "")
        cells = (
            cell(column, opening, _value(column, order, making, gone=gone), gone=gone, place=place)
            for column, opening in shown
        )
        joined = mark_safe("".join(cells))  # noqa: S308  (each is HTML)
        out.append(ListRow(order.glu_id, f"{base}{order.glu_id}/{suffix}", gone, joined))
    return out


def _value(column: Column, order: Order, making: Making, *, gone: bool) -> Any:
    """What a column shows of an order; a status of one that is gone calls for nothing."""
    value = column.value(order, making)
    if not gone or column.kind != "status":
        return value
    look, *others = value
    return replace(look, tone="grey", loud=False), *others
