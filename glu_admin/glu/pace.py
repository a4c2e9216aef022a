"""How fast Glu is asked: a limit that nobody tells is learned, one for each organisation, shared by every worker.

The rate grows fast until Glu first answers 429, and then follows the limit closely: a little less after each 429, a
little more each second in which it is the rate that holds requests back. Turns are evenly spaced.
"""

import json
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from glu_admin.glu.errors import Interrupted, TooManyRequests
from glu_admin.glu.pace_stores import Change, MemoryStore, Store, StoreAwayError

logger = logging.getLogger(__name__)

Out = TypeVar("Out")

_BATCH_SECONDS = 0.1  # how far ahead a process takes turns, so that the store is asked ten times a second at most
_MOST_TURNS = 200
_STALE_SECONDS = 1.0
_SAME_SECONDS = 0.05  # how far two readings of one moment may lie apart
_INTERACTIVE_SHARE = 0.2
_INTERACTIVE_BURST = 5
_RETRY_STORE_SECONDS = 5.0


@dataclass(frozen=True)
class PaceState:
    """What the workers share; times are seconds since 1970, by the store's clock. `rate` is in requests a second."""

    rate: float
    slow_start: bool = True
    next_at: float = 0
    paused_until: float = 0
    cut_at: float = 0
    grown_at: float = 0
    interactive_at: float = 0
    day: str = ""
    requests_today: int = 0
    throttled_today: int = 0

    def reserved(self, now: float, ceiling: float, longest: float) -> tuple["PaceState", list[float]]:
        """The state after a batch of turns is taken, and the turns: the times at which their requests may be sent.

        The rate, at most `ceiling` requests a second, grows when turns are asked for faster than they come. `longest`
        is the longest believable pause in seconds.
        """
        state = self.sane(now, longest)
        rate = state.rate
        if state.next_at > now:  # turns are asked for faster than they come
            seconds = min(max(now - state.grown_at, 0.0), 1.0)
            # Slower where little is allowed: each attempt at more costs about one 429, and there are few requests.
            growth = 2.0 if state.slow_start else 1 + min(0.02, rate / 1000)
            rate = min(rate * growth**seconds, ceiling)
        start = max(now, state.next_at, state.paused_until)
        count = max(1, min(int(rate * _BATCH_SECONDS), _MOST_TURNS))
        gap = 1 / rate
        after = replace(state, rate=rate, grown_at=now, next_at=start + count * gap)
        return after, [start + n * gap for n in range(count)]

    def let_before_others(self, now: float, longest: float) -> tuple["PaceState", bool]:
        """The state, and whether a request for which somebody waits may be sent at once.

        It may where the share of such requests allows it and no pause holds; all others then come one turn later.
        """
        state = self.sane(now, longest)
        gap = 1 / state.rate
        due = max(state.interactive_at, now - _INTERACTIVE_BURST * gap / _INTERACTIVE_SHARE)
        if state.paused_until > now or due > now:
            return state, False
        return replace(
            state, next_at=max(now, state.next_at) + gap, interactive_at=due + gap / _INTERACTIVE_SHARE
        ), True

    def throttled(self, now: float, retry_after: float, floor: float, longest: float) -> "PaceState":
        """The state after a 429: a lower rate, not below `floor`, and no request for `retry_after` seconds.

        Several 429 within a second lower the rate once.
        """
        state = self.sane(now, longest)
        state = replace(state, throttled_today=state.throttled_today + 1)
        if state.slow_start:
            state = replace(state, slow_start=False, rate=max(state.rate * 0.7, floor), cut_at=now)
        elif now - state.cut_at >= 1 or now < state.cut_at:
            state = replace(state, rate=max(state.rate * 0.9, floor), cut_at=now)
        pause = now + min(max(retry_after, 0.0), longest)
        return replace(state, paused_until=max(state.paused_until, pause))

    def counted(self, now: float, requests: int) -> "PaceState":
        """The state after so many more requests were sent; they are counted by day, in UTC."""
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        if day != self.day:
            return replace(self, day=day, requests_today=requests, throttled_today=0)
        return replace(self, requests_today=self.requests_today + requests)

    def sane(self, now: float, longest: float) -> "PaceState":
        """The state with `now` for times more than `longest` seconds ahead: a clock that jumped has left them."""
        far = now + longest + 1
        return replace(
            self,
            next_at=self.next_at if self.next_at <= far else now,
            paused_until=self.paused_until if self.paused_until <= far else now,
            interactive_at=self.interactive_at if self.interactive_at <= far else now,
        )


class Pace:
    """The pace of one organisation, for all threads of this process; the store shares it with other processes."""

    def __init__(
        self,
        ceiling: float,
        *,
        longest_pause: float,
        at_first: float | None = None,
        floor: float = 0.2,
        store: Store | None = None,
    ) -> None:
        """Rates are in requests a second, times in seconds. Without `at_first` the ceiling is tried at once."""
        self._ceiling, self._floor, self._longest = ceiling, min(floor, ceiling), longest_pause
        self._first = PaceState(rate=min(at_first or ceiling, ceiling), slow_start=at_first is not None)
        self._store: Store = store or MemoryStore()
        self._spare, self._away = MemoryStore(), False
        self._away_until = 0.0
        self._known = self._first
        self._paused = 0.0  # on this process's own clock, as all times here
        self._lock = threading.Lock()
        self._turns: deque[float] = deque()
        self._used = 0

    def wait(self, *, interactive: bool = False, longest: float | None = None, stop: threading.Event) -> None:
        """Wait until the next request may be sent.

        An interactive one goes before all others, within its share. Raises TooManyRequests when Glu's own pause takes
        longer than `longest` seconds, and Interrupted when `stop` is set meanwhile.
        """
        if interactive and self._go_before_others():
            return
        while True:
            with self._lock:
                at = self._turn(longest)
            seconds = at - time.monotonic()
            if seconds > 0 and stop.wait(seconds):
                raise Interrupted("The work was interrupted.")
            with self._lock:
                if seconds > _STALE_SECONDS:  # another worker may have been told to pause meanwhile
                    self._change(lambda state, now: (state, None))
                if self._paused <= time.monotonic() + _SAME_SECONDS:
                    self._used += 1
                    return

    def throttled(self, retry_after: float | None) -> None:
        """Glu answered 429, and asked for a pause of so many seconds if it said."""
        with self._lock:  # turns taken before stay good: nobody else has them, and those within the pause are dropped
            self._change(lambda state, now: (state.throttled(now, retry_after or 0, self._floor, self._longest), None))

    def learned(self) -> PaceState:
        """The state of the pace as it is now, for showing it to people."""
        with self._lock:
            return self._change(lambda state, now: (state, state))

    def _go_before_others(self) -> bool:
        with self._lock:
            went = self._change(lambda state, now: state.let_before_others(now, self._longest))
            self._used += went
            return went

    def _turn(self, longest: float | None) -> float:
        """When the next request may be sent. Raises TooManyRequests when Glu's pause lasts longer than `longest`."""
        left = self._paused - time.monotonic()
        if longest is not None and left > longest:
            raise TooManyRequests("Glu asked for fewer requests.", left)
        earliest = max(time.monotonic() - _STALE_SECONDS, self._paused - _SAME_SECONDS)
        while self._turns and self._turns[0] < earliest:
            self._turns.popleft()
        if not self._turns:

            def _take(state: PaceState, clock: float) -> tuple[PaceState, list[float]]:
                if longest is not None and state.paused_until - clock > longest:
                    return state, []
                after, turns = state.reserved(clock, self._ceiling, self._longest)
                return after, [turn - clock for turn in turns]

            delays = self._change(_take)
            now = time.monotonic()
            if not delays:
                raise TooManyRequests("Glu asked for fewer requests.", max(self._paused - now, 0.0))
            self._turns.extend(now + delay for delay in delays)
        return self._turns.popleft()

    def _change(self, change: Callable[[PaceState, float], tuple[PaceState, Out]]) -> Out:
        """Read, change and write the shared state; without the store this process goes on alone."""
        used, self._used = self._used, 0

        def _through(text: str | None, now: float) -> tuple[str, tuple[Out, PaceState, float]]:
            state, out = change(self._read(text).sane(now, self._longest).counted(now, used), now)
            return json.dumps(asdict(state)), (out, state, state.paused_until - now)

        out, self._known, pause = self._apply(_through)
        paused = time.monotonic() + pause
        if abs(paused - self._paused) > _SAME_SECONDS:
            self._paused = paused
        return out

    def _apply(self, through: Change[Out]) -> Out:
        if time.monotonic() >= self._away_until:
            try:
                out = self._store.change(through)
            except StoreAwayError:
                self._away_until = time.monotonic() + _RETRY_STORE_SECONDS
                if not self._away:
                    logger.warning("the shared pace is away; this process goes on with its own")
                    self._go_alone()
            else:
                self._away = False
                return out
        return self._spare.change(through)

    def _go_alone(self) -> None:
        """Begin with what was known last; its times are by the store's clock, so only the pause is kept, as a rest."""
        pause = max(self._paused - time.monotonic(), 0.0)
        known = replace(
            self._known, next_at=0, cut_at=0, grown_at=0, interactive_at=0, paused_until=time.time() + pause
        )
        self._spare.change(lambda *_: (json.dumps(asdict(known)), None))
        self._away = True

    def _read(self, text: str | None) -> PaceState:
        """What the store has; anything but a whole and sensible state is taken for nothing."""
        try:
            state = PaceState(**json.loads(text)) if text else self._first
            numbers = [value for name, value in asdict(state).items() if name not in ("day", "slow_start")]
            if not all(math.isfinite(number) for number in numbers):
                return self._first
            return replace(state, rate=min(max(float(state.rate), self._floor), self._ceiling))
        except (TypeError, ValueError, OverflowError, RecursionError):
            return self._first
