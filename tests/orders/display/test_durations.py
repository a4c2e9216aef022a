"""Lengths of time as people say them."""

from datetime import timedelta

import pytest
from django.utils import translation
from django.utils.timezone import now

from orders.display.durations import about, full, interval, length, short, soon


@pytest.mark.usefixtures("still_clock")
@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "now"), (0, "now"), (3, "in 3 secs"), (300, "in 5 mins"), (86400, "in 24 hrs")]
)
def test_a_time_to_come(seconds: int, words: str) -> None:
    assert soon(now() + timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 secs"), (1, "1 sec"), (119, "119 secs"), (120, "2 mins"), (5400, "90 mins"), (7200, "2 hrs")],
)
def test_a_length_in_one_unit(seconds: int, words: str) -> None:
    assert short(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("minutes", "words"), [(1, "less than two minutes"), (22, "about 22 minutes"), (180, "about 3 hours")]
)
def test_a_round_length(minutes: int, words: str) -> None:
    assert about(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(15, "15 seconds"), (90, "90 seconds"), (60, "minute"), (900, "15 minutes"), (86400, "day"), (3024000, "35 days")],
)
def test_an_interval_is_said_exactly(seconds: float, words: str) -> None:
    assert interval(seconds) == words


@pytest.mark.parametrize(("hours", "words"), [(24.9 * 24, "24 days"), (48, "2 days"), (47.4, "47 hours")])
def test_days_are_counted_once_they_are_full(hours: float, words: str) -> None:
    assert full(timedelta(hours=hours)) == words


def test_lengths_are_said_in_the_language_of_the_installation() -> None:
    with translation.override("de"):
        assert length(timedelta(minutes=15)) == "15 Minuten"
    with translation.override("en-gb"):
        assert length(timedelta(minutes=15)) == "15 minutes"
