"""Excel files in constant memory: numbers and times as such, everything else as text that no program runs."""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from orders.display.money import known_codes
from orders.display.text import brief
from orders.exports.columns import Column

MOST_ROWS = 1_048_575
"""Rows of a sheet beside its headings; what is more goes on in a sheet after it."""

csv.field_size_limit(2**31 - 1)  # a text may be as long as Glu sent it
_LONGEST = 32_767  # characters of a cell
_DIGITS = 15  # of a number that Excel keeps exactly
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch
_FIRST_YEAR = 1901  # of Excel's calendar


class Book:
    """A workbook under way; `close` writes it."""

    def __init__(self, path: Path) -> None:
        options = {"constant_memory": True, "strings_to_urls": False, "tmpdir": str(path.parent)}
        self._book = Workbook(str(path), options)
        self._bold = self._book.add_format({"bold": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._money = {
            decimals: self._book.add_format({"num_format": "0." + "0" * decimals if decimals else "0"})
            for decimals in known_codes()
        }

    def add(self, name: str, columns: Sequence[Column], headings: Sequence[str], texts: Iterator[str]) -> Iterator[int]:
        """Write sheets of rows that come as CSV; yields how many have been written."""
        sheet, number, row, written = self._sheet(name, headings), 1, 0, 0
        for text in texts:
            for cells in csv.reader(StringIO(text, newline="")):
                if row == MOST_ROWS:
                    number, row = number + 1, 0
                    sheet = self._sheet(f"{name} {number}", headings)
                row, written = row + 1, written + 1
                for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
                    if cell:
                        self._write(sheet, row, place, column, cell)
            yield written

    def close(self) -> None:
        """Write the file."""
        self._book.close()

    def _sheet(self, name: str, headings: Sequence[str]) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings) - 1, 16)
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading, self._bold)
        return sheet

    def _write(self, sheet: Any, row: int, place: int, column: Column, cell: str) -> None:
        if column.kind == "money" and len(cell) <= _DIGITS and _AMOUNT(cell):
            sheet.write_number(row, place, float(cell), self._money.get(len(cell.partition(".")[2])))
            return
        with suppress(ValueError):  # Glu sent something else: it stands as text
            if column.kind == "time":
                moment = datetime.fromisoformat(cell).replace(tzinfo=None)
                if moment.year >= _FIRST_YEAR:
                    sheet.write_datetime(row, place, moment, self._time)
                    return
        sheet.write_string(row, place, brief(cell, _LONGEST))
