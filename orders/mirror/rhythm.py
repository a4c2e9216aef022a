"""When a thing is due, how often, and how long is waited: a column says it, so that no message has to."""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Turn:
    """What comes again and again: after how many seconds, and after how many at most where something puts it off."""

    _every: Callable[[], float]
    _put_off: Callable[[], float] = lambda: 0.0

    @property
    def every(self) -> timedelta:
        """The time between two turns."""
        return timedelta(seconds=self._every())

    def after(self, moment: datetime) -> datetime:
        """When the thing is due again that was done at `moment`."""
        return moment + self.every

    def has_come(self, due_at: datetime | None) -> bool:
        """Whether the thing due at `due_at` is due now; None is due at once."""
        return has_passed(due_at, max(self._every(), self._put_off()))


POLL = Turn(lambda: settings.MIRROR_POLL_MIN_SECONDS, lambda: settings.MIRROR_POLL_MAX_SECONDS)
TRAILING = Turn(lambda: settings.MIRROR_TRAILING_EVERY_SECONDS)
RECENT = Turn(lambda: settings.MIRROR_RECENT_EVERY_SECONDS)
WHOLE = Turn(lambda: settings.MIRROR_WHOLE_EVERY_SECONDS)
TRANSACTIONS = Turn(lambda: settings.MIRROR_TRAILING_EVERY_SECONDS, lambda: TRANSACTIONS_RETRY)
REFRESH = Turn(lambda: settings.MIRROR_REFRESH_EVERY_SECONDS)
IDENTITY = Turn(lambda: settings.MIRROR_ORGANISATION_EVERY_SECONDS)


def poll_interval(last: float | None, *, moved: bool, visited: bool) -> float:
    """Seconds to the next poll, `last` to the one before: sooner when orders moved, ever later while none do.

    Halved while somebody has pages open.
    """
    least, most = _poll_bounds()
    seconds = (last or least) * (_SOONER if moved else _SLOWER)
    return min(max(seconds / 2 if visited else seconds, least), most)


def trailing_reach(organisation: Organisation) -> tuple[int, bool]:
    """How many seconds back what changed lately is read again now, and whether that is the long way of the night."""
    runs = organisation.mirror_runs.filter(kind=MirrorRun.Pass.TRAILING, state=MirrorRun.State.COMPLETE)
    lately = now() - timedelta(seconds=_NIGHT_EVERY)
    if runs.filter(reach=MirrorRun.Reach.NIGHT, started_at__gt=lately).exists():
        return TRAILING_REACH, False
    return _NIGHT_REACH, True


def may_ask(state: MirrorState) -> bool:
    """Whether the wait after a failure is over."""
    return has_passed(state.wait_until, max(longest_failure_wait(), settings.GLU_RETRY_AFTER_CAP))


def lines_may_be_asked(state: MirrorState) -> bool:
    """Whether the wait is over after the route of lines failed for one order after another."""
    return has_passed(state.lines_wait_until, longest_failure_wait())


def slowed_wait(asked: float) -> float:
    """Seconds for which Glu is asked nothing after it asked for a pause of `asked` seconds."""
    return min(asked, float(settings.GLU_RETRY_AFTER_CAP))


def failure_wait(failures: int) -> float:
    """Seconds until Glu is asked again after so many failures before this one: twice as long each time, to a limit."""
    return min(float(settings.MIRROR_ERROR_WAIT_SECONDS) * 2.0 ** min(failures, 20), longest_failure_wait())


def longest_failure_wait() -> float:
    """The longest wait of `failure_wait`, in seconds."""
    return max(_ERROR_WAIT_MAX, float(settings.MIRROR_ERROR_WAIT_SECONDS))


def lines_wait(tries: int) -> float:
    """Seconds until an order's lines are asked for again that failed so many times: a few times at once, then later."""
    return doubted_lines_wait(tries - _LINES_TRIES_AT_ONCE) if tries >= _LINES_TRIES_AT_ONCE else 0.0


def doubted_lines_wait(tries: int) -> float:
    """Seconds until lines are asked for again that came but cannot be believed: twice as long each time, to a limit."""
    return min(float(settings.MIRROR_ERROR_WAIT_SECONDS) * 2.0 ** min(tries, 9), LINES_WAIT_MAX)


def gone_confirmation() -> timedelta:
    """How long after its first 404 an order is asked for once more before it is marked as gone."""
    return timedelta(seconds=settings.MIRROR_GONE_CONFIRM_SECONDS)


def has_passed(due_at: datetime | None, longest: float) -> bool:
    """Whether `due_at`, which is never set more than `longest` seconds ahead, has come; true for None."""
    moment = now()
    # What is further ahead than that comes from a clock that has been set back since.
    return due_at is None or not moment < due_at <= moment + timedelta(seconds=longest)


def _poll_bounds() -> tuple[float, float]:
    """The shortest and the longest interval between two polls, in seconds."""
    least = float(settings.MIRROR_POLL_MIN_SECONDS)
    return least, max(least, float(settings.MIRROR_POLL_MAX_SECONDS))
