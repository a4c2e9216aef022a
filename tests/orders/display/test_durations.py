"""Lengths of time as people say them."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from orders.display.durations import soon


@pytest.mark.usefixtures("still_clock")
@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "now"), (0, "now"), (3, "in 3 s"), (300, "in 5 min"), (86400, "in 24 h")]
)
def test_a_time_to_come(seconds: int, words: str) -> None:
    assert soon(now() + timedelta(seconds=seconds)) == words
