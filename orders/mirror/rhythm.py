"""When a thing is due, how often, and how long is waited: a column says it, so that no message has to.

A time further ahead than it can ever be set comes from a clock that has been set back, and has passed.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from glu_admin.tuning import tuned
from orders.models import MirrorRun, MirrorState

_HOUR, _DAY = 3600.0, 86400.0

# In seconds. What operators change is in settings.
TRAILING_REACH = int(tuned("MIRROR_TRAILING_REACH_SECONDS", 2 * _HOUR))
_NIGHT_REACH = int(tuned("MIRROR_TRAILING_NIGHT_SECONDS", 3 * _DAY))
_NIGHT_EVERY = tuned("MIRROR_TRAILING_NIGHT_EVERY_SECONDS", _DAY)
OPEN_LINES_MAX_AGE = tuned("MIRROR_OPEN_LINES_MAX_AGE_SECONDS", _DAY)
TRANSACTIONS_RETRY = tuned("MIRROR_TRANSACTIONS_RETRY_SECONDS", _DAY)
"""How soon transactions are tried again that the key may not read."""
EMPTY_LINES_CONFIRM = tuned("MIRROR_EMPTY_LINES_CONFIRM_SECONDS", 900.0)
"""How soon an order with money of which Glu gave no lines is asked for once more."""
LINES_WAIT_MAX = tuned("MIRROR_LINES_WAIT_MAX_SECONDS", 6 * _HOUR)
_ERROR_WAIT_MAX = tuned("MIRROR_ERROR_WAIT_MAX_SECONDS", 900.0)

_LINES_TRIES_AT_ONCE = 5
_SLOWER, _SOONER = 1.3, 0.5  # the next poll, as a share of the last interval


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
        "next_due_at": _poll_bounds()[1],
        "transactions_due_at": max(TRANSACTIONS_RETRY, settings.MIRROR_TRAILING_EVERY_SECONDS),
    }
    return has_passed(getattr(state, column), longest.get(column) or every(column))


def poll_interval(last: float | None, *, moved: bool, looked_at: bool) -> float:
    """Seconds to the next poll, `last` to the one before: sooner when orders moved, ever later while none do.

    Halved while somebody looks.
    """
    least, most = _poll_bounds()
    seconds = (last or least) * (_SOONER if moved else _SLOWER)
    return min(max(seconds / 2 if looked_at else seconds, least), most)


def trailing_reach(organisation: Organisation) -> tuple[int, bool]:
    """How many seconds back what changed lately is read again now, and whether that is the long way of the night."""
    runs = organisation.mirror_runs.filter(kind=MirrorRun.Pass.TRAILING, state=MirrorRun.State.COMPLETE)
    lately = now() - timedelta(seconds=_NIGHT_EVERY)
    if runs.filter(reach=MirrorRun.NIGHT, started_at__gt=lately).exists():
        return TRAILING_REACH, False
    return _NIGHT_REACH, True


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
    return max(_ERROR_WAIT_MAX, float(settings.MIRROR_ERROR_WAIT_SECONDS))


def lines_wait(tries: int) -> float:
    """Seconds until an order's lines are asked for again that failed so many times: a few times at once, then later."""
    return doubted_lines_wait(tries - _LINES_TRIES_AT_ONCE) if tries >= _LINES_TRIES_AT_ONCE else 0.0


def doubted_lines_wait(tries: int) -> float:
    """The same for lines that came, but cannot be believed: twice as long each time, to a limit."""
    return min(float(settings.MIRROR_ERROR_WAIT_SECONDS) * 2.0 ** min(tries, 9), LINES_WAIT_MAX)


def gone_confirmation() -> timedelta:
    """How long after its first 404 an order is asked for once more before it is marked as gone."""
    return timedelta(seconds=settings.MIRROR_GONE_CONFIRM_SECONDS)


def has_passed(due_at: datetime | None, longest: float) -> bool:
    """Whether a time has come that is never set more than `longest` seconds ahead; null has."""
    moment = now()
    return due_at is None or not moment < due_at <= moment + timedelta(seconds=longest)


def _poll_bounds() -> tuple[float, float]:
    """The shortest and the longest interval between two polls, in seconds."""
    least = float(settings.MIRROR_POLL_MIN_SECONDS)
    return least, max(least, float(settings.MIRROR_POLL_MAX_SECONDS))
