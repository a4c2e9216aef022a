"""Times as people read them: in an organisation's zone, short in the text and in full in the title."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.timezone import now

from glu_admin.tenancy.times import dated, day_text, full_text, when, when_text

LONDON = ZoneInfo("Europe/London")
TODAY = datetime(2026, 7, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "short"),
    [
        (datetime(2026, 7, 15, 9, 5, tzinfo=UTC), "Today 10:05"),
        (datetime(2026, 7, 14, 23, 30, tzinfo=UTC), "Today 00:30"),  # in London the day has begun
        (datetime(2026, 7, 14, 9, 5, tzinfo=UTC), "Yesterday 10:05"),
        (datetime(2026, 7, 16, 9, 5, tzinfo=UTC), "Tomorrow 10:05"),
        (datetime(2026, 7, 10, 9, 5, tzinfo=UTC), "Fri 10 Jul 10:05"),
        (datetime(2026, 3, 1, 9, 5, tzinfo=UTC), "1 Mar 09:05"),
        (datetime(2025, 3, 1, 9, 5, tzinfo=UTC), "1 Mar 2025 09:05"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00+00:00"),  # has no time in every zone
    ],
)
def test_a_time_is_as_short_as_it_can_be(moment: datetime, short: str) -> None:
    assert when_text(moment, LONDON, TODAY) == short


@pytest.mark.parametrize(
    ("days", "said"), [(0, "today 10:05"), (-1, "yesterday 10:05"), (1, "tomorrow 10:05"), (-5, "Fri 10 Jul 10:05")]
)
def test_in_the_midst_of_a_sentence_a_near_day_has_no_capital(days: int, said: str) -> None:
    moment = datetime(2026, 7, 15, 9, 5, tzinfo=UTC) + timedelta(days=days)
    assert when_text(moment, LONDON, TODAY, inside=True) == said
    template = Template("{% load times %}{% when moment zone inside=True %}")
    assert ">today " in template.render(Context({"moment": now(), "zone": LONDON}))


def test_a_time_in_books_has_its_day_and_year_whatever_today_is() -> None:
    today = now()
    assert dated(today, LONDON).text == f"{today.astimezone(LONDON):%-d %b %Y %H:%M}"
    assert dated(datetime(2025, 7, 15, 23, 30, tzinfo=UTC), LONDON).text == "16 Jul 2025 00:30"
    assert dated(datetime(1, 1, 1, tzinfo=UTC), LONDON).text == "0001-01-01T00:00:00+00:00"


def test_a_time_in_full_names_its_zone() -> None:
    assert full_text(TODAY, LONDON) == "Wednesday 15 July 2026, 13:00:00 Europe/London"
    assert day_text(datetime(2020, 7, 15, 12, tzinfo=UTC), LONDON) == "Wednesday 15 July 2020"


def test_what_is_no_time_stands_as_it_came() -> None:
    shown = when("soon", LONDON)
    assert (shown.iso, shown.text) == ("", "soon")


def test_a_page_says_a_time_or_that_there_is_none() -> None:
    template = Template("{% load times %}{% when moment zone %}")
    shown = template.render(Context({"moment": datetime(2020, 7, 15, 12, tzinfo=UTC), "zone": LONDON}))
    assert 'datetime="2020-07-15T12:00:00+00:00" title="Wednesday 15 July 2020, 13:00:00 Europe/London"' in shown
    assert "15 Jul 2020 13:00" in shown
    assert "Not yet" in template.render(Context({"moment": None, "zone": LONDON}))
