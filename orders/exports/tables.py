"""A small table as a CSV file for Excel, as exports are written: figures of a report, not orders."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from glu_admin.tenancy.models import Organisation
from orders.display.money import major_units, minor_unit, plain_amount
from orders.exports.cell_guard import guard
from orders.exports.cells import Form
from orders.exports.csv_files import BOM, line_of

Cell = str | int | Decimal | date | None
"""A cell as it is meant; None is empty."""


def table_texts(organisation: Organisation, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file in pieces, a row at a time: texts are guarded against formulas, numbers and days are as they are."""
    form = Form(guarded=True, zone=organisation.zone)
    yield BOM + line_of(headings, form)
    for row in rows:
        yield line_of([_text(cell) for cell in row], form)


def amount_cell(amount: int | None, code: str) -> Cell:
    """An amount (minor units) as a number of major units; of an unknown currency as files have it, which is a text."""
    if amount is None:
        return None
    return major_units(amount, code) if minor_unit(code) is not None else plain_amount(amount, code)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guard(cell)
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
