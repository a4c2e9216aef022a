"""How fast Glu is asked: a limit that nobody tells is learned, one for each organisation, shared by every worker.

The rate doubles each second until Glu first answers 429, and then follows the limit closely: a tenth less after a 429,
up to two per cent more each second, and only while it is the rate that holds requests back. Slots are evenly spaced.
"""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from glu_admin.glu.errors import Interrupted, TooManyRequests
from glu_admin.glu.pace_stores import MemoryStore, Store, StoreAwayError

logger = logging.getLogger(__name__)

Out = TypeVar("Out")

_BATCH_SECONDS = 0.1  # how far ahead a process takes slots, so that the store is asked ten times a second at most
_STALE_SECONDS = 1.0
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
        """The next slots, some of them at once; the rate has grown if it is what held requests back."""
        one = self._sane(now, longest)
        rate = one.rate
        if one.next_at > now:  # slots are asked for faster than they come
            seconds = min(max(now - one.grown_at, 0.0), 1.0)
            # Slower where little is allowed: each attempt at more costs about one 429, and there are few requests.
            growth = 2.0 if one.slow_start else 1 + min(0.02, rate / 1000)
            rate = min(rate * growth**seconds, ceiling)
        start = max(now, one.next_at, one.paused_until)
        count = max(1, int(rate * _BATCH_SECONDS))
        gap = 1 / rate
        after = replace(one, rate=rate, grown_at=now, next_at=start + count * gap)
        return after, [start + n * gap for n in range(count)]

    def interrupted(self, now: float, longest: float) -> tuple["PaceState", bool]:
        """A slot for somebody who waits, at once, if their share allows; the others come one slot later."""
        one = self._sane(now, longest)
        gap = 1 / one.rate
        due = max(one.interactive_at, now - _INTERACTIVE_BURST * gap / _INTERACTIVE_SHARE)
        if one.paused_until > now or due > now:
            return one, False
        return replace(one, next_at=max(now, one.next_at) + gap, interactive_at=due + gap / _INTERACTIVE_SHARE), True

    def throttled(self, now: float, retry_after: float, floor: float, longest: float) -> "PaceState":
        """After a 429: slower, at most once a second, and nobody asks for `retry_after` seconds."""
        one = self._sane(now, longest)
        one = replace(one, throttled_today=one.throttled_today + 1)
        if one.slow_start:
            one = replace(one, slow_start=False, rate=max(one.rate * 0.7, floor), cut_at=now)
        elif now - one.cut_at >= 1 or now < one.cut_at:
            one = replace(one, rate=max(one.rate * 0.9, floor), cut_at=now)
        pause = now + min(max(retry_after, 0.0), longest)
        return replace(one, paused_until=max(one.paused_until, pause))

    def counted(self, now: float, requests: int) -> "PaceState":
        """So many requests more were sent today (UTC)."""
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        if day != self.day:
            return replace(self, day=day, requests_today=requests, throttled_today=0)
        return replace(self, requests_today=self.requests_today + requests)

    def _sane(self, now: float, longest: float) -> "PaceState":
        """Times further away than any pause may be come from a clock that jumped, and are forgotten."""
        far = now + longest + 1
        return replace(
            self,
            next_at=self.next_at if self.next_at <= far else now,
            paused_until=self.paused_until if self.paused_until <= far else now,
        )


class Pace:
    """The pace of one organisation, for all threads of this process; the store shares it with other processes."""

    def __init__(
        self,
        ceiling: float,
        *,
        at_first: float | None = None,
        floor: float = 0.2,
        longest_pause: float = 900,
        store: Store | None = None,
    ) -> None:
        """Rates are in requests a second, times in seconds. Without `at_first` the ceiling is tried at once."""
        self._ceiling, self._floor, self._longest = ceiling, min(floor, ceiling), longest_pause
        self._first = PaceState(rate=min(at_first or ceiling, ceiling), slow_start=at_first is not None)
        self._store: Store = store or MemoryStore()
        self._spare = MemoryStore()
        self._away_until = 0.0
        self._lock = threading.Lock()
        self._slots: deque[float] = deque()
        self._used = 0

    def wait(self, *, interactive: bool = False, longest: float | None = None, stop: threading.Event) -> None:
        """Return when the next request may be sent.

        An interactive one goes before all others, within its share. Raises TooManyRequests when Glu's own pause takes
        longer than `longest` seconds, and Interrupted when `stop` is set meanwhile.
        """
        if interactive and self._interrupt():
            return
        with self._lock:
            at, now, paused = self._slot()
            self._used += 1
        if longest is not None and paused - now > longest:
            raise TooManyRequests("Glu asked for fewer requests.", paused - now)
        if at > now and stop.wait(at - now):
            raise Interrupted("The work was interrupted.")

    def throttled(self, retry_after: float | None) -> None:
        """Glu answered 429, and asked for a pause of so many seconds if it said."""
        with self._lock:
            self._slots.clear()
            self._change(lambda state, now: (state.throttled(now, retry_after or 0, self._floor, self._longest), None))

    def learned(self) -> PaceState:
        """What is known of Glu's limit by now, for people."""
        with self._lock:
            return self._change(lambda state, now: (state, state))

    def _interrupt(self) -> bool:
        with self._lock:
            went = self._change(lambda state, now: state.interrupted(now, self._longest))
            self._used += went
            return went

    def _slot(self) -> tuple[float, float, float]:
        """The next slot on this process's clock, with its time now and the end of Glu's pause."""
        now = time.time()
        while self._slots and self._slots[0] < now - _STALE_SECONDS:
            self._slots.popleft()
        paused = now
        if not self._slots:

            def _take(state: PaceState, clock: float) -> tuple[PaceState, tuple[list[float], float]]:
                after, slots = state.reserved(clock, self._ceiling, self._longest)
                return after, ([slot - clock for slot in slots], after.paused_until - clock)

            delays, pause = self._change(_take)
            now = time.time()
            self._slots.extend(now + delay for delay in delays)
            paused = now + pause
        return self._slots.popleft(), now, paused

    def _change(self, change: Callable[[PaceState, float], tuple[PaceState, Out]]) -> Out:
        """Read, change and write the shared state; without the store this process goes on alone."""
        used, self._used = self._used, 0

        def _through(text: str | None, now: float) -> tuple[str, Out]:
            state, out = change(self._read(text).counted(now, used), now)
            return json.dumps(asdict(state)), out

        if time.monotonic() >= self._away_until:
            try:
                return self._store.change(_through)
            except StoreAwayError:
                self._away_until = time.monotonic() + _RETRY_STORE_SECONDS
                logger.warning("the shared pace is away; this process goes on with its own")
        return self._spare.change(_through)

    def _read(self, text: str | None) -> PaceState:
        try:
            state = PaceState(**json.loads(text)) if text else self._first
            return replace(state, rate=min(max(float(state.rate), self._floor), self._ceiling))
        except (TypeError, ValueError):
            return self._first
