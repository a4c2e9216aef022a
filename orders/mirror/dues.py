"""When a thing is due: a column says it, so that no message has to.

A time further ahead than it can ever be set comes from a clock that has been set back, and has passed.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import now

from orders.models import MirrorState

LONGEST_FAILURE_WAIT = 3600.0
"""Seconds between two attempts while Glu fails, at most."""

LONGEST_LINE_WAIT = 6 * 3600.0
"""Seconds between two attempts at one order's lines, at most."""

_DAY = 86400.0


def every(column: str) -> float:
    """The seconds between two turns of what this column of the state says is due."""
    seconds: dict[str, float] = {
        "next_due_at": settings.MIRROR_POLL_MIN_SECONDS,
        "trailing_due_at": settings.MIRROR_TRAILING_EVERY_SECONDS,
        "recent_due_at": settings.MIRROR_RECENT_EVERY_SECONDS,
        "whole_due_at": settings.MIRROR_WHOLE_EVERY_SECONDS,
        "transactions_due_at": settings.MIRROR_TRAILING_EVERY_SECONDS,
        "refresh_due_at": settings.MIRROR_REFRESH_EVERY_SECONDS,
    }
    return seconds[column]


def in_turn(column: str, moment: datetime) -> datetime:
    """When it is due again, done at `moment`."""
    return moment + timedelta(seconds=every(column))


def is_past(state: MirrorState, column: str) -> bool:
    """Whether it is due, by a column of the state; null is now."""
    longest = {
        "next_due_at": max(settings.MIRROR_POLL_MAX_SECONDS, settings.MIRROR_POLL_MIN_SECONDS),
        "transactions_due_at": max(_DAY, settings.MIRROR_TRAILING_EVERY_SECONDS),
    }
    return has_passed(getattr(state, column), longest.get(column) or every(column))


def may_ask(state: MirrorState) -> bool:
    """Whether the wait after a failure is over."""
    return has_passed(state.wait_until, max(LONGEST_FAILURE_WAIT, settings.GLU_RETRY_AFTER_CAP))


def has_passed(due_at: datetime | None, longest: float) -> bool:
    """Whether a time has come that is never set more than `longest` seconds ahead; null has."""
    moment = now()
    return due_at is None or not moment < due_at <= moment + timedelta(seconds=longest)
