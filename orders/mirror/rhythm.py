"""When a thing is due: a column says it, so that no message has to.

A time further ahead than it can ever be set comes from a clock that has been set back, and has passed.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import now

from orders.models import MirrorState


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
        "transactions_due_at": max(settings.MIRROR_TRANSACTIONS_RETRY_SECONDS, settings.MIRROR_TRAILING_EVERY_SECONDS),
    }
    return has_passed(getattr(state, column), longest.get(column) or every(column))


def may_ask(state: MirrorState) -> bool:
    """Whether the wait after a failure is over."""
    return has_passed(state.wait_until, max(longest_failure_wait(), settings.GLU_RETRY_AFTER_CAP))


def lines_may_be_asked(state: MirrorState) -> bool:
    """Whether the wait is over after the route of lines failed for one order after another."""
    return has_passed(state.lines_wait_until, longest_failure_wait())


def failure_wait(failures: int) -> float:
    """Seconds until Glu is asked again after so many failures before this one: twice as long each time, to a limit."""
    return min(float(settings.MIRROR_ERROR_WAIT_SECONDS) * 2.0 ** min(failures, 20), longest_failure_wait())


def longest_failure_wait() -> float:
    """The limit of that, in seconds."""
    return max(float(settings.MIRROR_ERROR_WAIT_MAX_SECONDS), float(settings.MIRROR_ERROR_WAIT_SECONDS))


def has_passed(due_at: datetime | None, longest: float) -> bool:
    """Whether a time has come that is never set more than `longest` seconds ahead; null has."""
    moment = now()
    return due_at is None or not moment < due_at <= moment + timedelta(seconds=longest)
