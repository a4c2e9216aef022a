"""Working days: the count and the instants are each other's inverse, whatever calendar, night or year's end."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orders.display.working_days import WorkingCalendar, calendar_of
from orders.models import DeskSettings, desk_settings_of
from orders.models.desk_settings import Holidays, is_posted

LONDON = ZoneInfo("Europe/London")
ENGLAND = WorkingCalendar(LONDON, frozenset({1, 2, 3, 4, 5}), "GB-ENG")
SECOND = timedelta(seconds=1)

CALENDARS = st.builds(
    WorkingCalendar,
    st.sampled_from([LONDON, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")]),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.sampled_from(Holidays.values),
)
MOMENTS = st.datetimes(datetime(2011, 12, 1), datetime(2031, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001
# Around the nights in which London's clocks change, Christmas, and the day that Apia never had.
NIGHTS = st.builds(
    lambda day, minutes: datetime.fromisoformat(f"{day}T00:00:00+00:00") + timedelta(minutes=minutes),
    st.sampled_from(["2026-03-29", "2026-10-25", "2026-12-26", "2027-01-01", "2011-12-30"]),
    st.integers(-3000, 3000),
)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-11-16T16:00", "2026-11-16T23:59", 0),  # the same Monday
        ("2026-11-16T16:00", "2026-11-17T00:00", 1),
        ("2026-11-16T00:00", "2026-11-18T09:00", 2),
        ("2026-11-20T23:59", "2026-11-22T23:59", 0),  # Friday, on Sunday
        ("2026-11-20T23:59", "2026-11-23T00:00", 1),
        ("2026-11-21T08:00", "2026-11-23T08:00", 0),  # Saturday waits since Monday
        ("2026-11-21T08:00", "2026-11-24T08:00", 1),
        ("2026-12-24T12:00", "2026-12-28T12:00", 0),  # Boxing Day is a Saturday: its holiday is that Monday
        ("2026-12-24T12:00", "2026-12-29T12:00", 1),
        ("2026-12-31T12:00", "2027-01-04T12:00", 1),
        ("2026-03-27T12:00", "2026-03-30T00:30", 1),  # over the night that has 23 hours
        ("2026-10-23T12:00", "2026-10-26T00:30", 1),  # over the night that has 25
        ("2026-11-18T12:00", "2026-11-16T12:00", 0),  # begun later than now
    ],
)
def test_days_are_counted_at_midnight_of_working_days(since: str, until: str, days: int) -> None:
    assert ENGLAND.waited(london(since), london(until)) == days


@pytest.mark.parametrize(
    ("code", "day", "working"),
    [
        ("GB-ENG", "2026-05-25", False),  # the spring bank holiday
        ("IE", "2026-05-25", True),
        ("GB-SCT", "2026-01-02", False),
        ("GB-WLS", "2026-01-02", True),
        ("GB-NIR", "2026-07-13", False),
        ("GB-ENG", "2026-07-13", True),
        ("IE", "2026-03-17", False),
        ("none", "2026-12-25", True),
    ],
)
def test_each_country_has_its_own_bank_holidays(code: str, day: str, working: bool) -> None:
    assert WorkingCalendar(LONDON, ENGLAND.weekdays, code).is_working(date.fromisoformat(day)) is working


@given(CALENDARS, st.integers(0, 400), MOMENTS | NIGHTS, MOMENTS | NIGHTS)
@example(ENGLAND, 1, datetime(2026, 3, 30, tzinfo=UTC), datetime(2026, 3, 29, 22, 59, tzinfo=UTC))
@example(ENGLAND, 1, datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
def test_what_has_waited_so_long_began_before_that_instant(
    calendar: WorkingCalendar, days: int, now: datetime, since: datetime
) -> None:
    bound = calendar.began_before(days, now)
    for moment in (since, bound, bound - SECOND, bound + SECOND):
        if moment <= now:
            assert (calendar.waited(moment, now) >= days) is (moment < bound)


@given(CALENDARS, st.integers(0, 60), MOMENTS | NIGHTS, MOMENTS | NIGHTS)
@example(ENGLAND, 2, datetime(2026, 12, 23, 9, tzinfo=UTC), datetime(2026, 12, 29, 9, tzinfo=UTC))
def test_what_is_due_is_scheduled_before_that_instant(
    calendar: WorkingCalendar, lead: int, now: datetime, scheduled: datetime
) -> None:
    bound = calendar.scheduled_before(lead, now)
    for moment in (scheduled, bound, bound - SECOND):
        due = calendar.due_on(calendar.day(moment), lead)
        assert (due <= calendar.day(now)) is (moment < bound)


@given(CALENDARS, MOMENTS, st.integers(0, 800))
def test_the_count_is_that_of_days_one_by_one(calendar: WorkingCalendar, moment: datetime, days: int) -> None:
    first = calendar.day(moment)
    counted = sum(calendar.is_working(first + timedelta(days=ahead)) for ahead in range(days))
    assert calendar.count(first, first + timedelta(days=days - 1)) == counted


def test_what_is_due_before_christmas() -> None:
    """Two working days before Tuesday the 29th: the 28th is a bank holiday, the 25th too."""
    assert ENGLAND.due_on(date(2026, 12, 29), 2) == date(2026, 12, 23)
    assert ENGLAND.due_on(date(2026, 12, 29), 0) == date(2026, 12, 29)


@pytest.mark.parametrize("odd", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_times_at_the_ends_of_the_calendar_are_counted_without_an_error(odd: datetime) -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        calendar = WorkingCalendar(ZoneInfo(zone), ENGLAND.weekdays, "GB-ENG")
        assert (calendar.waited(odd, now) > 10_000) is (odd.year == 1)
        assert calendar.began_before(9_999, now) < now
        assert calendar.scheduled_before(365, odd).tzinfo is not None


def test_an_organisation_without_settings_has_the_defaults_and_no_row(house: Any) -> None:
    assert calendar_of(house.hotel) == ENGLAND
    assert not DeskSettings.across_organisations.exists()
    house.golf.timezone = "Europe/Dublin"
    DeskSettings.across_organisations.create(organisation=house.golf, weekdays="67", holidays="IE")
    assert calendar_of(house.golf) == WorkingCalendar(ZoneInfo("Europe/Dublin"), frozenset({6, 7}), "IE")


def test_settings_are_read_once_for_an_organisation_in_hand(house: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert desk_settings_of(house.hotel).dispatch_days == desk_settings_of(house.hotel).dispatch_days == 2


def test_limits_and_leads_are_those_of_a_method_before_those_of_all(house: Any) -> None:
    found = DeskSettings(
        organisation=house.hotel, dispatch_days=3, dispatch_days_of={"Courier": 1}, lead_days_of={"Email": 1, "": 4}
    )
    assert [found.dispatch_limit(name) for name in ("Courier", "Royal Mail", "", None)] == [1, 3, 3, 3]
    assert [found.lead(name) for name in ("Email", "Royal Mail", "Collection", "", None)] == [1, 2, 0, 4, 4]


@pytest.mark.parametrize("name", ["Royal Mail 1st Class", "Gift box, tracked 24", "Courier", "Special Delivery"])
def test_what_goes_by_post_needs_days(name: str) -> None:
    assert is_posted(name)


@pytest.mark.parametrize("name", ["Email", "E-mail", "Digital download", "Collection", "Click & Collect", "", None])
def test_what_does_not_go_by_post_needs_none(name: str | None) -> None:
    assert not is_posted(name)
