"""A list of Glu's in memory, and a walk over it."""

import random
from collections.abc import Iterator
from typing import Any

from glu_admin.glu.lists import Listed, read_rows
from glu_admin.glu.stamps import Stamp
from glu_admin.glu.walk.steps import Ask, Step, Walking


def stamp(second: int) -> str:
    """Of so many seconds after a moment that is always the same."""
    found = Stamp.parse("2026-01-01T00:00:00+00:00")
    assert found
    return str(found.plus(second))


def row(glu_id: int, created: int, updated: int | None = None) -> dict[str, Any]:
    """An order, by the seconds of its stamps."""
    return {"id": glu_id, "createdAt": stamp(created), "updatedAt": stamp(created if updated is None else updated)}


class FakeList:
    """Glu's list over rows in memory: `page_size` a page, equals in another order at each request."""

    def __init__(
        self, rows: list[dict[str, Any]], page_size: int = 5, before_each: Any = None, *, seed: int = 0
    ) -> None:
        self.rows = {entry["id"]: entry for entry in rows}
        self.page_size = page_size
        self.before_each = before_each
        self.seed = seed
        self.requests = 0

    def __call__(self, ask: Ask) -> Listed:
        self.requests += 1
        bounds = ask.bounds
        before, start = text(bounds.created_before), text(bounds.created_from)
        updated, updated_before = text(bounds.updated_from), text(bounds.updated_before)
        if self.before_each:
            self.before_each(self)
        shuffled = list(self.rows.values())
        random.Random(1000 * self.seed + self.requests).shuffle(shuffled)
        found = [
            entry
            for entry in sorted(shuffled, key=lambda entry: entry["createdAt"], reverse=True)
            if (before is None or entry["createdAt"] < before)
            and (start is None or entry["createdAt"] >= start)
            and (updated is None or (entry["updatedAt"] or "") >= updated)
            and (updated_before is None or (entry["updatedAt"] and entry["updatedAt"] < updated_before))
        ]
        return Listed(read_rows(found[(ask.page - 1) * self.page_size : ask.page * self.page_size]), None)


def read_walk(fetch: Any, walking: Walking) -> Iterator[Step]:
    """The steps of a walk, each question asked with `fetch`, one after the other."""
    item = next(walking, None)
    while item is not None:
        if isinstance(item, Step):
            yield item
            item = next(walking, None)
        else:
            item = walking.send(fetch(item))


def text(bound: Stamp | None) -> str | None:
    """A bound as the list compares it."""
    return None if bound is None else str(bound)
