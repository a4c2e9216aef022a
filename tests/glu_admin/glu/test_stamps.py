"""Timestamps are read in every documented form and written back in Glu's own digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.glu.stamps import Stamp


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-17T10:27:52+00:00", "2026-02-17T10:27:52+00:00"),
        ("2025-08-20T03:44:53.834Z", "2025-08-20T03:44:53.834000+00:00"),
        ("2026-07-01T10:00:00+01:00", "2026-07-01T09:00:00+00:00"),
        ("2026-07-01T10:00:00-0530", "2026-07-01T15:30:00+00:00"),
        ("2026-07-01T10:00:00.123456789Z", "2026-07-01T10:00:00.123456+00:00"),
    ],
)
def test_every_form_is_read(text: str, instant: str) -> None:
    stamp = Stamp.parse(text)
    assert stamp is not None
    assert stamp.instant.isoformat() == instant


@pytest.mark.parametrize(
    "text", [None, 5, "", "yesterday", "2026-02-30T00:00:00Z", "2026-02-17", "0000-00-00T00:00:00Z"]
)
def test_what_is_no_timestamp_is_none(text: object) -> None:
    assert Stamp.parse(text) is None


@given(st.datetimes(), st.integers(-14 * 60, 14 * 60), st.integers(-(10**6), 10**6))
def test_arithmetic_stays_in_the_servers_digits_and_offset(moment: object, offset: int, seconds: int) -> None:
    sign = "-" if offset < 0 else "+"
    suffix = f"{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    text = f"{moment:%Y-%m-%dT%H:%M:%S}{suffix}".rjust(25, "0")
    stamp = Stamp.parse(text)
    if stamp is None:  # the first and last hours of the calendar have no instant
        return
    assert str(stamp) == text
    moved = stamp.plus(seconds)
    assert moved.suffix == suffix
    assert moved.instant - stamp.instant == moved.wall - stamp.wall
