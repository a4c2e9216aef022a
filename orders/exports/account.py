"""What is counted while a file is made: rows, sums, the newest change, guarded cells."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from orders.display.fields import currency_of
from orders.display.money import plain_amount


@dataclass
class Account:
    """What one sheet or file holds so far; sums are in minor units by currency, `newest` is Glu's stamp in UTC.

    `orders` are those that are read for it, `done` of them have been. Where only new and changed ones are, those whose
    primary keys are beyond `new_after` are `new`.
    """

    new_after: int | None = None

    orders: int = 0
    done: int = 0
    new: int = 0
    rows: int = 0
    guarded: int = 0
    newest: str = ""
    sums: Counter[str] = field(default_factory=Counter)

    def add(self, code: str, total: int, updated: str) -> None:
        """Count a row."""
        self.rows += 1
        self.sums[code] += total
        self.newest = max(self.newest, updated)

    def add_row(self, row: Any) -> None:
        """Count an order or a line, whatever Glu sent in it."""
        updated: datetime | None = getattr(row, "order", row).updated_at
        stamp = updated.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if updated else ""
        self.add(currency_of(row), row.total or 0, stamp)

    def told(self) -> dict[str, Any]:
        """As a manifest has it: amounts as in the file."""
        return {
            "rows": self.rows,
            "sums": {code or "none": plain_amount(total, code) for code, total in sorted(self.sums.items())},
            "newest_change": f"{self.newest[:10]}T{self.newest[11:19]}+00:00" if self.newest else None,
            "guarded_cells": self.guarded,
            **({} if self.new_after is None else {"new": self.new, "changed": self.done - self.new}),
        }
