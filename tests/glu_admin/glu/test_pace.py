"""The pace: learns a limit nobody tells, is shared, lets those who wait go first, and survives nonsense."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from glu_admin.glu.errors import Interrupted, TooManyRequests
from glu_admin.glu.pace import Pace, PaceState
from glu_admin.glu.pace_stores import FileStore, MemoryStore, RedisStore, Store, StoreAwayError

NEVER = threading.Event()
NOW = 1_780_000_000.0


class Bucket:
    """A server's limit: so many requests a second, and a second's worth at once."""

    def __init__(self, rate: float) -> None:
        self.rate, self.tokens, self.at = rate, rate, NOW

    def lets_through(self, at: float) -> bool:
        self.tokens = min(self.rate, self.tokens + (at - self.at) * self.rate)
        self.at = at
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@pytest.mark.parametrize("limit", [4, 25, 100, 180])
def test_an_unknown_limit_is_found_and_used(limit: float) -> None:
    """Simulated minutes: nearly all of the limit is used, and hardly anything is answered 429."""
    state, bucket = PaceState(rate=20), Bucket(limit)
    good = bad = 0
    slots: list[float] = []
    clock = NOW
    while clock < NOW + 120:
        if not slots:
            state, slots = state.reserved(clock, 200, 900)
        clock = max(clock, slots.pop(0))
        counts = clock > NOW + 10 + 60 * (limit < 10)
        if bucket.lets_through(clock):
            good += counts
        else:
            bad += counts
            state, slots = state.throttled(clock, 0, 0.2, 900), []
    seconds = 120 - 10 - 60 * (limit < 10)
    assert good >= 0.95 * limit * seconds
    assert bad <= 0.01 * good + 1


def test_an_idle_rate_does_not_grow() -> None:
    state = PaceState(rate=20)
    for second in range(60):
        state, _ = state.reserved(NOW + second, 200, 900)
    assert state.rate == 20


def test_a_burst_of_429_cuts_once_a_second() -> None:
    state = PaceState(rate=100)
    for _ in range(20):
        state = state.throttled(NOW, 0, 0.2, 900)
    assert state.rate == 70
    for _ in range(20):
        state = state.throttled(NOW + 1, 0, 0.2, 900)
    assert state.rate == 63
    assert state.throttled_today == 40


def test_a_pause_holds_everybody_back_and_is_capped() -> None:
    state = PaceState(rate=10).throttled(NOW, 30, 0.2, 900)
    assert state.reserved(NOW, 200, 900)[1][0] == NOW + 30
    assert state.interrupted(NOW, 900)[1] is False
    assert state.throttled(NOW, 1e9, 0.2, 900).paused_until == NOW + 900


def test_those_who_wait_go_first_within_their_share() -> None:
    state, _ = PaceState(rate=10, slow_start=False).reserved(NOW, 200, 900)
    went = 0
    for tick in range(100):
        state, let = state.interrupted(NOW + tick / 10, 900)
        went += let
    assert 20 <= went <= 30  # a fifth of ten seconds at ten a second, and the burst
    assert state.next_at > NOW + 2


def test_a_clock_that_jumped_is_not_waited_for() -> None:
    state = replace(PaceState(rate=10), next_at=NOW + 1e6, paused_until=NOW + 1e6)
    assert state.reserved(NOW, 200, 900)[1][0] <= NOW + 1


def test_requests_are_counted_by_day() -> None:
    state = PaceState(rate=10).counted(NOW, 5).counted(NOW, 2)
    assert state.requests_today == 7
    assert state.counted(NOW + 86400, 1).requests_today == 1


@pytest.fixture(params=["memory", "file", "redis"])
def store(request: Any, tmp_path: Path) -> Any:
    if request.param == "memory":
        return MemoryStore()
    if request.param == "file":
        return FileStore(tmp_path / "pace" / "1.json")
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        pytest.skip("runs where Redis is: make test-services")
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    key = f"test-pace-{tmp_path.name}-{time.time_ns()}"
    return RedisStore(client, key)


def test_threads_with_their_own_pace_share_a_store(store: Store) -> None:
    """Four workers of four threads: never faster than the rate, and a slot each at most."""
    sent: list[float] = []
    ends_at = time.monotonic() + 0.5

    def work(pace: Pace) -> None:
        while time.monotonic() < ends_at:
            pace.wait(stop=NEVER)
            sent.append(time.monotonic())

    threads = [
        threading.Thread(target=work, args=(pace,))
        for pace in [Pace(100, store=store) for _ in range(4)]
        for _ in "1234"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) <= 100 * (max(sent) - min(sent)) + 4 * 10 + 16  # each worker's batch, each thread's last
    assert len(sent) >= 25
    assert Pace(100, store=store).learned().requests_today > 0


def test_one_workers_429_slows_the_other(store: Store) -> None:
    one, other = Pace(1000, store=store), Pace(1000, store=store)
    one.throttled(60)
    with pytest.raises(TooManyRequests) as caught:
        other.wait(longest=5, stop=NEVER)
    assert 55 < caught.value.retry_after <= 60
    assert other.learned().throttled_today == 1


def test_whoever_waits_can_be_let_go() -> None:
    pace = Pace(0.5)
    pace.wait(stop=NEVER)
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Interrupted):
        pace.wait(stop=stopped)


def test_a_torn_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "1.json"
    path.write_text('{"rate": 3, "slow')
    Pace(50, store=FileStore(path)).wait(stop=NEVER)
    assert '"rate": 50' in path.read_text()


def test_without_the_store_the_work_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    class Away:
        def change(self, change: Any) -> Any:
            raise StoreAwayError

    pace = Pace(1000, store=Away())
    for _ in range(5):
        pace.wait(stop=NEVER)
    assert len(caplog.records) == 1
