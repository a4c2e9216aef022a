"""The lines of one order, page after page to their end, and what there is to doubt of them."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from glu_admin.glu.errors import NotFound, Unreadable
from glu_admin.glu.lists import Row
from orders.endpoints import list_lines, read_order
from orders.mirror.session import Session
from orders.models import Order
from orders.payload import payload_hash

_MOST_PAGES = 1000  # of one order; a list that goes on after them has no end


class Due(NamedTuple):
    """What is to be known of an order whose lines are asked for."""

    pk: int
    glu_id: int
    subtotal: int | None
    total: int | None
    lines_attempts: int
    lines_due_at: datetime | None
    lines_empty_at: datetime | None
    payload_hash: str


class Doubt(Enum):
    """Why lines that Glu gave may not be all there are, in words."""

    EMPTY = gettext_noop("Glu gave no lines, though the order has money.")
    REPEATED = gettext_noop("Glu gave the same lines for another page, so some may be missing.")


@dataclass(frozen=True)
class Lines:
    """All rows of an order's lines as they came, each once; `repeated` where the next page brought nothing new."""

    rows: list[Row]
    repeated: bool = False


def all_lines(session: Session, order: Order | Due, *, to_the_end: bool = False) -> Lines:
    """Every page of an order's lines; the empty page that proves the end is left out where length and sums do.

    Raises NotFound only when the order itself is not there either.
    """
    rows: list[Row] = []
    known, texts, before = set[str](), set[str](), 0
    for page in range(1, _MOST_PAGES + 1):
        try:
            found = list_lines(session.glu.client, order.glu_id, page).rows
        except NotFound:
            read_order(session.glu.client, order.glu_id)  # raises NotFound when the order itself is gone
            raise Unreadable(gettext_noop("Glu has the order but not its lines.")) from None
        names = {_name(row) for row in found}
        if found and names <= known:  # a route that ignores the page, or lines that move while they are read
            return Lines(rows, repeated=True)
        known |= names
        for row in found:
            if page == 1 or _text(row) not in texts:
                rows.append(row)
        if found and before:
            session.pages.note_followed(before)
        if not found or (not to_the_end and session.pages.may_be_last(len(found)) and sums_agree(order, rows)):
            return Lines(rows)
        before = len(found)
        texts |= {_text(row) for row in found}
    raise Unreadable(gettext_noop("Glu’s lines of this order have no end."))


def doubt_of(order: Order | Due, lines: Lines, header: dict[str, Any]) -> Doubt | None:
    """Why `lines` may not be all of an order's lines; None without a doubt.

    `header` is the order as Glu gives it now, needed where there are no lines.
    """
    if lines.repeated:
        return Doubt.REPEATED
    # An order with money has lines; a Glu that says twice of the same version that it has none is believed. An amount
    # of nothing may come as a number or as a text.
    money = any(str(header.get(name) or "").strip("0.,- ") for name in ("subtotal", "total"))
    said_before = order.lines_empty_at is not None and payload_hash(header) == order.payload_hash
    return Doubt.EMPTY if not lines.rows and money and not said_before else None


def _name(row: Row) -> str:
    """What a row is known by on other pages: its id, else all of it."""
    glu_id = row.raw.get("id") if isinstance(row.raw, dict) else None
    return f"id {glu_id}" if glu_id is not None else _text(row)


def _text(row: Row) -> str:
    return json.dumps(row.raw, sort_keys=True)


def sums_agree(order: Order | Due, rows: list[Row]) -> bool:
    """Whether the lines add up to the order's subtotal, which a missing line would not let them."""
    if order.subtotal is None:
        return False
    for name in ("subtotal", "total"):
        values = [row.raw.get(name) if isinstance(row.raw, dict) else None for row in rows]
        if all(type(value) is int for value in values) and sum(values) == order.subtotal:  # type: ignore[arg-type]
            return True
    return False
