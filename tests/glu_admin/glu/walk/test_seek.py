"""The walk over a fake list: complete whatever happens between its requests, and never fooled."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.glu.lists import Bounds, Listed, read_rows
from glu_admin.glu.lists import ids as found_ids
from glu_admin.glu.stamps import Stamp
from glu_admin.glu.walk.crowded_second import PAGE_IGNORED
from glu_admin.glu.walk.seek import walk
from glu_admin.glu.walk.steps import (
    Ask,
    FilterNotHonouredError,
    OrderNotHonouredError,
    StuckError,
)
from tests.glu_admin.glu.walk.fake_list import FakeList, read_walk, row, stamp


def read(fetch: Any, bounds: Bounds | None = None) -> tuple[set[int], list[str]]:
    ids: set[int] = set()
    flags: list[str] = []
    complete = False
    for step in read_walk(fetch, walk(bounds or Bounds())):
        ids |= set(found_ids(step.rows))
        flags += step.flags
        complete = step.complete
    assert complete
    return ids, flags


@given(seconds=st.lists(st.integers(0, 60), max_size=60), page_size=st.integers(1, 7))
def test_reads_every_row_with_ties_in_any_order(seconds: list[int], page_size: int) -> None:
    rows = [row(n, second) for n, second in enumerate(seconds)]
    ids, flags = read(FakeList(rows, page_size))
    if not flags:
        assert ids == {entry["id"] for entry in rows}


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
    assert ids >= {entry["id"] for entry in rows} - doomed


def test_a_crowded_second_is_read_whole_and_flagged_where_nothing_tells_its_rows_apart() -> None:
    rows = [row(n, 10) for n in range(12)] + [row(100 + n, 20 + n) for n in range(3)]
    ids, flags = read(FakeList(rows, 5))
    assert ids == {entry["id"] for entry in rows}
    assert flags == ["tie_overflow"]


@given(updates=st.lists(st.integers(10, 5000), min_size=6, max_size=60, unique=True), below=st.integers(0, 4))
def test_a_crowded_second_is_split_by_when_its_rows_changed(updates: list[int], below: int) -> None:
    rows = [row(n, 10, updated=when * 2) for n, when in enumerate(updates)]
    rows += [row(1000 + n, 9) for n in range(below)] + [row(2000, 20)]
    ids, flags = read(FakeList(rows, 5))
    assert (ids, flags) == ({entry["id"] for entry in rows}, [])


@given(data=st.data(), updates=st.lists(st.integers(10, 4000), min_size=12, max_size=40, unique=True))
def test_a_crowded_second_loses_no_row_that_changes_while_it_is_read(data: st.DataObject, updates: list[int]) -> None:
    rows = [row(n, 10, updated=when * 2) for n, when in enumerate(updates)]
    moving = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=20))

    def life(fake: FakeList) -> None:
        if moving:
            glu_id = moving.pop()
            fake.rows[glu_id] = row(glu_id, 10, updated=9000 + fake.requests * 3)

    ids, _ = read(FakeList(rows, 5, life))
    assert ids == {entry["id"] for entry in rows}


def test_a_crowded_second_below_what_is_wanted_is_left_to_another_walk() -> None:
    rows = [row(n, 10) for n in range(40)] + [row(100 + n, 11 + n) for n in range(12)]
    fake, below, wanted = FakeList(rows, 5), Stamp.parse(stamp(10)), Stamp.parse(stamp(11))
    steps = list(read_walk(fake, walk(Bounds(created_from=below), wanted)))
    assert steps[-1].complete
    assert {glu_id for step in steps for glu_id in found_ids(step.rows)} >= {100 + n for n in range(12)}
    assert (fake.requests, [step.flags for step in steps if step.flags]) == (4, [])


def test_rows_without_an_update_in_a_crowded_second_are_read_and_flagged() -> None:
    rows = [row(n, 10, updated=20 + 2 * n) for n in range(12)]
    for entry in rows[::3]:
        entry["updatedAt"] = None
    ids, flags = read(FakeList(rows, 5))
    assert ids == {entry["id"] for entry in rows}
    assert flags == ["tie_overflow"]


def test_one_row_without_an_update_hides_in_no_crowded_second() -> None:
    for seed in range(200):
        rows = [row(n, 10, updated=20 + 2 * n) for n in range(15)]
        rows[seed % 15]["updatedAt"] = None
        ids, flags = read(FakeList(rows, 5, seed=seed))
        assert ids == {entry["id"] for entry in rows} or flags == ["tie_overflow"], seed


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("apart", [0, 3])
def test_a_list_that_ignores_the_page_comes_to_an_end_and_is_flagged(shuffled: bool, apart: int) -> None:
    rows = [row(n, 10, updated=20 + apart * n) for n in range(12)] + [row(100 + n, n) for n in range(7)]
    fake, asked = FakeList(rows, 5), 0

    def first_page(ask: Ask) -> Listed:
        nonlocal asked
        asked += 1
        if not shuffled:
            fake.requests = 0
        return fake(Ask(ask.bounds))

    ids, flags = read(first_page)
    assert PAGE_IGNORED in flags
    assert ids >= {100 + n for n in range(7)}  # what lies below is read all the same
    assert ids == {entry["id"] for entry in rows} or not apart
    assert asked < 300


def test_a_filter_that_is_dropped_once_is_asked_for_again() -> None:
    fake = FakeList([row(n, n) for n in range(40)])

    def sometimes_deaf(ask: Ask) -> Listed:
        return fake(Ask(Bounds(), ask.page) if fake.requests % 3 == 1 else ask)

    assert read(sometimes_deaf) == (set(range(40)), [])


def test_a_second_that_fills_one_page_exactly_is_not_flagged() -> None:
    rows = [row(n, 10) for n in range(5)] + [row(50, 5)]
    assert read(FakeList(rows, 5)) == ({entry["id"] for entry in rows}, [])


def test_bounds_are_sent_and_checked() -> None:
    rows = [row(n, n, updated=100 - n) for n in range(20)]
    ids, _ = read(FakeList(rows), Bounds(updated_from=Stamp.parse(stamp(90))))
    assert ids == set(range(11))


def test_an_ignored_filter_is_noticed() -> None:
    rows = [row(n, n) for n in range(20)]
    fake = FakeList(rows)

    def deaf(ask: Ask) -> Listed:
        return fake(Ask(Bounds(), ask.page))

    with pytest.raises(FilterNotHonouredError):
        read(deaf)
    with pytest.raises(FilterNotHonouredError):
        read(deaf, Bounds(updated_from=Stamp.parse(stamp(19))))


def test_a_wrong_order_is_noticed() -> None:
    def backwards(_: Ask) -> Listed:
        return Listed(read_rows([row(1, 5), row(2, 9)]), None)

    with pytest.raises(OrderNotHonouredError):
        read(backwards)


def test_a_list_that_stands_still_is_noticed() -> None:
    """A server that drops offsets and shifts them could serve the same rows for ever."""

    def stuck(_: Ask) -> Listed:
        return Listed(read_rows([{"id": 1, "createdAt": "nonsense"}]), None)

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
