"""The cells of a CSV file as they are meant: every value of an order or a line as text, whatever Glu sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from orders.display.fields import currency_of
from orders.display.money import currency, plain_amount
from orders.exports.cell_guard import guard
from orders.exports.columns import Column
from orders.payload import time_text


@dataclass(frozen=True)
class Form:
    """How cells are written: texts guarded or not, times in a zone or, where it is None, as ISO 8601 in UTC."""

    guarded: bool
    zone: ZoneInfo | None


def plain_cells(columns: Sequence[Column], row: Any, form: Form) -> tuple[list[str], int]:
    """The cells of an order or a line, and how many of them are guarded."""
    values = [column.value(row) for column in columns]
    plain = [_text(column, value, row, form) for column, value in zip(columns, values, strict=True)]
    if not form.guarded:
        return plain, 0
    cells = [
        guard(text) if isinstance(value, str) or column.kind in ("number", "uuid") else text
        for column, value, text in zip(columns, values, plain, strict=True)
    ]
    return cells, sum(cell != text for cell, text in zip(cells, plain, strict=True))


def local_time(moment: datetime, zone: Any) -> str:
    """An aware time as a clock in the zone shows it: "2026-07-01 11:00:00"."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")


def _text(column: Column, value: Any, row: Any, form: Form) -> str:
    match value:
        case None:
            return ""
        case str():
            return currency(value) if column.kind == "currency" and form.guarded else value
        case bool():
            return "yes" if value else "no"
        case datetime():
            return local_time(value, form.zone) if form.zone else time_text(value)
    return plain_amount(value, currency_of(row)) if column.kind == "money" else str(value)
