"""The walk over a fake list: complete whatever happens between its requests, and never fooled."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.glu.bounds import Stamp
from orders.glu_orders import Listed
from orders.mirror.walk import Bounds, FilterNotHonouredError, OrderNotHonouredError, StuckError, walk


def stamp(second: int) -> str:
    found = Stamp.parse("2026-01-01T00:00:00+00:00")
    assert found
    return str(found.plus(second))


def row(glu_id: int, created: int, updated: int | None = None) -> dict[str, Any]:
    return {"id": glu_id, "createdAt": stamp(created), "updatedAt": stamp(created if updated is None else updated)}


class FakeList:
    """Glu's list over rows in memory: `page_size` a page, equals in another order at each request."""

    def __init__(self, rows: list[dict[str, Any]], page_size: int = 5, before_each: Any = None) -> None:
        self.rows = {one["id"]: one for one in rows}
        self.page_size = page_size
        self.before_each = before_each
        self.requests = 0

    def __call__(
        self, *, page: int, created_before: str | None, created_from: str | None, updated_from: str | None
    ) -> Listed:
        self.requests += 1
        if self.before_each:
            self.before_each(self)
        shuffled = list(self.rows.values())
        random.Random(self.requests).shuffle(shuffled)
        found = [
            one
            for one in sorted(shuffled, key=lambda one: one["createdAt"], reverse=True)
            if (created_before is None or one["createdAt"] < created_before)
            and (created_from is None or one["createdAt"] >= created_from)
            and (updated_from is None or one["updatedAt"] >= updated_from)
        ]
        return Listed(found[(page - 1) * self.page_size : page * self.page_size], None)


def read(fetch: Any, bounds: Bounds | None = None) -> tuple[set[int], list[str]]:
    ids: set[int] = set()
    flags: list[str] = []
    complete = False
    for step in walk(fetch, bounds or Bounds()):
        ids |= {one["id"] for one in step.rows}
        flags += step.flags
        complete = step.complete
    assert complete
    return ids, flags


@given(seconds=st.lists(st.integers(0, 60), max_size=60), page_size=st.integers(1, 7))
def test_reads_every_row_with_ties_in_any_order(seconds: list[int], page_size: int) -> None:
    rows = [row(n, second) for n, second in enumerate(seconds)]
    ids, flags = read(FakeList(rows, page_size))
    if not flags:
        assert ids == {one["id"] for one in rows}


@given(data=st.data(), seconds=st.lists(st.integers(0, 400), min_size=20, max_size=60, unique=True))
def test_loses_no_row_that_was_there_all_along(data: st.DataObject, seconds: list[int]) -> None:
    """Between two requests rows come, change and go; those that only change are all read."""
    doomed = set(data.draw(st.lists(st.integers(0, len(seconds) - 1), max_size=15, unique=True)))
    rows = [row(n, second) for n, second in enumerate(seconds)]
    order = sorted(doomed)

    def life(fake: FakeList) -> None:
        if order:
            fake.rows.pop(order.pop(), None)
        fake.rows[1000 + fake.requests] = row(1000 + fake.requests, 1000 + fake.requests)

    ids, _ = read(FakeList(rows, 5, life))
    assert ids >= {one["id"] for one in rows} - doomed


def test_a_crowded_second_is_read_whole_and_flagged() -> None:
    rows = [row(n, 10) for n in range(12)] + [row(100 + n, 20 + n) for n in range(3)]
    ids, flags = read(FakeList(rows, 5))
    assert ids == {one["id"] for one in rows}
    assert flags == ["tie_overflow"]


def test_a_second_that_fills_one_page_exactly_is_not_flagged() -> None:
    rows = [row(n, 10) for n in range(5)] + [row(50, 5)]
    assert read(FakeList(rows, 5)) == ({one["id"] for one in rows}, [])


def test_bounds_are_sent_and_checked() -> None:
    rows = [row(n, n, updated=100 - n) for n in range(20)]
    ids, _ = read(FakeList(rows), Bounds(updated_from=Stamp.parse(stamp(90))))
    assert ids == set(range(11))


def test_an_ignored_filter_is_noticed() -> None:
    rows = [row(n, n) for n in range(20)]
    fake = FakeList(rows)

    def deaf(*, page: int, created_before: str | None, created_from: str | None, updated_from: str | None) -> Listed:
        return fake(page=page, created_before=None, created_from=None, updated_from=None)

    with pytest.raises(FilterNotHonouredError):
        read(deaf)
    with pytest.raises(FilterNotHonouredError):
        read(deaf, Bounds(updated_from=Stamp.parse(stamp(19))))


def test_a_wrong_order_is_noticed() -> None:
    def backwards(**_: Any) -> Listed:
        return Listed([row(1, 5), row(2, 9)], None)

    with pytest.raises(OrderNotHonouredError):
        read(backwards)


def test_a_list_that_stands_still_is_noticed() -> None:
    """A server that drops offsets and shifts them could serve the same rows for ever."""

    def stuck(*, created_before: str | None, **_: Any) -> Listed:
        return Listed([{"id": 1, "createdAt": "nonsense"}], None)

    with pytest.raises(StuckError):
        read(stuck)


def test_an_offset_dropping_server_is_believed_by_its_digits() -> None:
    """Digits in local time, an offset that does not fit them after a clock change: still inside the bound."""
    bound = Stamp.parse("2026-10-25T01:30:00+01:00")
    assert bound
    odd = Stamp.parse("2026-10-25T01:29:00+00:00")
    assert odd
    assert odd.instant > bound.instant
    assert odd.before(bound)
