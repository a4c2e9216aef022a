"""What is missing from some days: never less than the windows and polls bear out, and in words that name the days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState
from orders.payload import time_text
from orders.proof.gaps import Gap, extent, is_copied, words_of
from orders.proof.intervals import Union
from tests.orders.builders import CHANGES, RECONCILE, flag, run, window

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))


def day(number: int, hour: int = 0, month: int = 9) -> datetime:
    """A moment of September 2026, in London."""
    return datetime(2026, month, number, hour, tzinfo=UTC) - timedelta(hours=1)


@pytest.fixture
def copying(house: Any) -> Any:
    """The first copy of Alder House has come down to noon of 25 September; polls are as they should be."""
    with time_machine.travel(NOW, tick=False):
        connected = day(5, 9, month=10)
        MirrorState.across_organisations.create(
            organisation=house.hotel, connected_watermark=time_text(connected), watermark=time_text(NOW)
        )
        run(house.hotel, CHANGES, NOW - timedelta(seconds=20))
        first = run(house.hotel, MirrorRun.Pass.HISTORY, connected, state=MirrorRun.State.RUNNING, finished_at=None)
        going = window(first, None, connected + timedelta(minutes=1))
        going.state, going.next_before = going.State.OPEN, time_text(day(25, 12))
        going.save()
        yield house.hotel


def missing(organisation: Organisation, first: date | None, last: date | None) -> str:
    return words_of(extent(organisation, first, last).gaps, organisation.zone)


def test_days_that_the_first_copy_has_not_reached_are_named(copying: Organisation) -> None:
    assert missing(copying, *SEPTEMBER) == "1–24 September and part of 25 September not copied yet"
    assert missing(copying, date(2026, 9, 25), None) == "part of 25 September not copied yet"
    assert missing(copying, date(2026, 9, 26), date(2026, 9, 30)) == ""
    assert missing(copying, date(2026, 9, 26), None) == ""
    assert missing(copying, date(2026, 9, 3), date(2026, 9, 3)) == "3 September not copied yet"
    assert missing(copying, date(2025, 12, 30), date(2026, 9, 2)) == "30 December 2025 to 2 September not copied yet"


@pytest.mark.parametrize(("days", "rest"), [((1, 3, 5, 7), "1 more stretch"), ((1, 3, 5, 7, 9), "2 more stretches")])
def test_only_the_first_stretches_are_named(copying: Organisation, days: tuple[int, ...], rest: str) -> None:
    gaps = [Gap(day(number), day(number + 1), in_doubt=False) for number in days]
    assert words_of(gaps, copying.zone) == f"1 September, 3 September, 5 September, {rest} not copied yet"


@pytest.mark.parametrize("last", [None, date(2026, 9, 30)])
def test_without_a_first_day_all_history_is_asked_for(copying: Organisation, last: date | None) -> None:
    assert missing(copying, None, last) == "everything before 25 September, 12:00 not copied yet"
    window(run(copying, RECONCILE, NOW), datetime(2026, 1, 1, tzinfo=UTC), None)
    assert missing(copying, None, last) == "everything before 1 January not copied yet"
    window(run(copying, RECONCILE, NOW), None, None)
    assert missing(copying, None, last) == ""


def test_what_is_flagged_is_in_doubt(copying: Organisation) -> None:
    window(run(copying, RECONCILE, NOW), day(10), None, flags="tie_overflow")
    assert missing(copying, *SEPTEMBER) == (
        "1–9 September not copied yet; 10–24 September and part of 25 September in doubt until read again"
    )
    window(run(copying, RECONCILE, NOW, flags="walk_missed"), None, None)
    assert missing(copying, *SEPTEMBER) == "1–24 September and part of 25 September in doubt until read again"


def test_a_hole_of_a_flagged_poll_is_a_gap(copying: Organisation) -> None:
    flag(copying, day(5, 11, month=10))
    assert missing(copying, date(2026, 10, 5), None) == "part of 5 October in doubt until read again"


def test_today_is_whole_up_to_the_last_look_and_a_copy_that_stands_still_has_a_gap(copying: Organisation) -> None:
    known = extent(copying, date(2026, 10, 1), None)
    assert (known.gaps, known.until) == ((), NOW)
    assert extent(copying, date(2026, 10, 1), date(2026, 10, 2)).until is None
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assert missing(copying, date(2026, 10, 1), None) == "part of 5 October not copied yet"
        assert missing(copying, date(2026, 10, 1), date(2026, 10, 4)) == ""
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        assert missing(copying, date(2026, 10, 1), None) == (
            "part of 5 October, 6–7 October and part of 8 October not copied yet"
        )
        assert missing(copying, date(2026, 12, 1), None) == ""  # nothing can be missing from days to come


def test_what_was_imported_misses_nothing_that_is_known(house: Any, copying: Organisation) -> None:
    assert is_copied(copying)
    assert not is_copied(house.golf)


HOURS = st.integers(0, 60)


@given(st.lists(st.tuples(HOURS, HOURS).filter(lambda span: span[0] < span[1]), max_size=6), HOURS, HOURS)
def test_what_is_missing_and_what_is_held_make_up_the_whole(held: list[tuple[int, int]], edge: int, other: int) -> None:
    def at(hour: int) -> datetime:
        return NOW + timedelta(hours=hour)

    start, end = min(edge, other), max(edge, other)
    found = Union((at(first), at(last)) for first, last in held).missing(at(start), at(end))
    for hour in range(start, end):
        is_held = any(first <= hour < last for first, last in held)
        is_missing = any(first <= at(hour) < last for first, last in found)
        assert is_held != is_missing
    assert all(first < last for first, last in found)
