"""Which days an address means, and how they are cut into days, weeks and months."""

from datetime import date
from typing import Any

import pytest
import time_machine

from orders.reports.period import MOST_SLICES, Period, read_period


@pytest.fixture
def today() -> Any:
    """In London it is Sunday already, though not in UTC."""
    with time_machine.travel("2026-03-28T23:59:00+00:00", tick=False) as clock:
        yield clock


@pytest.mark.parametrize(
    ("asked", "first", "last", "by"),
    [
        ({}, "2026-03-01", "2026-03-28", "day"),
        ({"period": "last-month"}, "2026-02-01", "2026-02-28", "day"),
        ({"period": "year"}, "2025-04-01", "2026-03-28", "month"),
        ({"period": "year", "by": "week"}, "2025-04-01", "2026-03-28", "week"),
        ({"from": "31/1/2026", "to": "1 Feb 2026"}, "2026-01-31", "2026-02-01", "day"),
        ({"period": "year", "from": "2026-01-01"}, "2026-01-01", "2026-03-28", "week"),
        ({"from": "yesterday", "to": "today"}, "2026-03-27", "2026-03-28", "day"),
    ],
)
def test_an_address_means_days(house: Any, today: Any, asked: dict[str, str], first: str, last: str, by: str) -> None:
    period = read_period(asked, house.hotel).period
    assert period is not None
    assert (str(period.first), str(period.last), period.by) == (first, last, by)


def test_today_is_the_organisations_own(house: Any, today: Any) -> None:
    house.hotel.timezone = "Pacific/Kiritimati"
    period = read_period({"from": "today"}, house.hotel).period
    assert period is not None
    assert str(period.first) == "2026-03-29"


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({"from": "soon"}, "from", "“soon” is not a day"),
        ({"from": "2026-01-01", "to": "31/31/2026"}, "to", "is not a day"),
        ({"to": "2026-01-01"}, "from", "from which day"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from", "ends before it begins"),
        ({"from": "2026-01-01,2026-02-02"}, "from", "one stretch"),
        ({"from": "1899-01-01"}, "from", "too far away"),
        ({"period": "ever"}, "period", "no such period"),
        ({"by": "hour"}, "by", "by day, week or month"),
        ({"from": "2025-01-01", "to": "2026-01-01", "by": "day"}, "by", f"more than {MOST_SLICES} days"),
    ],
)
def test_what_cannot_be_read_is_said_in_its_place(
    house: Any, today: Any, asked: dict[str, str], field: str, said: str
) -> None:
    found = read_period(asked, house.hotel)
    assert found.period is None
    assert list(found.problems) == [field]
    assert said in found.problems[field]
    assert (found.first, found.last) == (asked.get("from", ""), asked.get("to", "")) or field in ("by", "period")


@pytest.mark.parametrize("by", ["day", "week", "month"])
@pytest.mark.parametrize(
    ("first", "last"), [("2025-12-30", "2026-03-29"), ("2026-02-01", "2026-02-28"), ("2026-03-29",) * 2]
)
def test_slices_cover_the_period_once(by: Any, first: str, last: str) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last), by)
    slices = period.slices()
    assert len(slices) == period.count()
    days = [day for part in slices for day in range(part.first.toordinal(), part.last.toordinal() + 1)]
    assert days == list(range(period.first.toordinal(), period.last.toordinal() + 1))
    for part in slices:
        assert by != "week" or part.first.isocalendar()[:2] == part.last.isocalendar()[:2]
        assert by != "month" or (part.first.year, part.first.month) == (part.last.year, part.last.month)


def test_words_say_what_of_a_week_or_month_is_meant() -> None:
    weeks = Period(date(2025, 12, 30), date(2026, 1, 7), "week").slices()
    assert [part.words for part in weeks] == ["Week 1 of 2026, 30 Dec–4 Jan", "Week 2 of 2026, 5–7 Jan"]
    assert [part.days for part in weeks] == ["2025-12-30..2026-01-04", "2026-01-05..2026-01-07"]
    months = Period(date(2026, 2, 1), date(2026, 3, 5), "month").slices()
    assert [part.words for part in months] == ["February 2026", "March 2026, 1–5 Mar"]
