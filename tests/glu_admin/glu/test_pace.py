"""The pace: learns a limit nobody tells, is shared, lets those who wait go first, and survives nonsense."""

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from glu_admin.glu import pace as pace_module
from glu_admin.glu.errors import Interrupted, TooManyRequests
from glu_admin.glu.pace import Pace, PaceState
from glu_admin.glu.pace_stores import FileStore, MemoryStore, RedisStore, Store, StoreAwayError
from tests.patience import HANG_SECONDS

NEVER = threading.Event()
NOW = 1_780_000_000.0


class Skipping(threading.Event):
    """Never set; whoever waits for it goes on at once, and how long they would have waited is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        return False


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
    turns: list[float] = []
    clock = NOW
    while clock < NOW + 120:
        if not turns:
            state, turns = state.reserved(clock, 200, 900)
        clock = max(clock, turns.pop(0))
        counts = clock > NOW + 10 + 60 * (limit < 10)
        if bucket.lets_through(clock):
            good += counts
        else:
            bad += counts
            state, turns = state.throttled(clock, 0, 0.2, 900), []
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
    assert state.let_before_others(NOW, 900)[1] is False
    assert state.throttled(NOW, 1e9, 0.2, 900).paused_until == NOW + 900


def test_those_who_wait_go_first_within_their_share() -> None:
    state, _ = PaceState(rate=10, slow_start=False).reserved(NOW, 200, 900)
    went = 0
    for tick in range(100):
        state, let = state.let_before_others(NOW + tick / 10, 900)
        went += let
    assert 20 <= went <= 30  # a fifth of ten seconds at ten a second, and the burst
    assert state.next_at > NOW + 2


def test_a_clock_that_jumped_is_not_waited_for() -> None:
    state = replace(PaceState(rate=10), next_at=NOW + 1e6, paused_until=NOW + 1e6, interactive_at=NOW + 1e6)
    assert state.reserved(NOW, 200, 900)[1][0] <= NOW + 1
    assert state.let_before_others(NOW, 900)[1] is True


def test_this_machines_clock_may_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    pace, moment = Pace(100, longest_pause=900), time.time()
    pace.wait(stop=NEVER)
    monkeypatch.setattr(time, "time", lambda: moment - 3600)
    skipping = Skipping()
    for _ in range(20):
        pace.wait(stop=skipping)
    assert max(skipping.waits) < 1


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
    """Four workers of four threads: never faster than the rate, and a turn each at most."""
    sent: list[float] = []
    began = time.monotonic()

    def work(pace: Pace) -> None:
        while len(sent) < 90:
            pace.wait(stop=NEVER)
            sent.append(time.monotonic())

    threads = [
        threading.Thread(target=work, args=(pace,))
        for pace in [Pace(100, store=store, longest_pause=900) for _ in range(4)]
        for _ in "1234"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) <= 100 * (max(sent) - began) + 4 * 10 + 16  # each worker's batch, each thread's last
    assert Pace(100, store=store, longest_pause=900).learned().requests_today > 0


def test_one_workers_429_slows_the_other(store: Store) -> None:
    slowed, other = Pace(1000, store=store, longest_pause=900), Pace(1000, store=store, longest_pause=900)
    slowed.throttled(600)
    with pytest.raises(TooManyRequests) as caught:
        other.wait(longest=5, stop=NEVER)
    assert 600 - HANG_SECONDS < caught.value.retry_after <= 600
    assert other.learned().throttled_today == 1


def test_whoever_waits_can_be_let_go() -> None:
    pace = Pace(1 / HANG_SECONDS, longest_pause=900)
    pace.wait(stop=NEVER)
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Interrupted):
        pace.wait(stop=stopped)


def in_threads(count: int, work: Any) -> list[threading.Thread]:
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_a_pause_too_long_is_told_to_every_thread() -> None:
    pace, stopped, told = Pace(200, longest_pause=900), threading.Event(), []
    pace.throttled(60)

    def work() -> None:
        try:
            pace.wait(longest=5, stop=stopped)
        except TooManyRequests as error:
            told.append(error.retry_after)
        except Interrupted:
            return

    for thread in in_threads(8, work):
        thread.join()
    assert len(told) == 8
    assert pace.learned().requests_today == 0
    assert pace.learned().next_at == 0


@pytest.mark.parametrize("by_another_worker", [False, True])
def test_a_pause_holds_those_back_who_have_a_turn(by_another_worker: bool) -> None:
    store, went = MemoryStore(), []
    pace, held = Pace(0.1, store=store, longest_pause=900), Held(4)

    def work() -> None:
        with suppress(Interrupted):
            pace.wait(stop=held)
            went.append("with the turn from before the pause")

    pace.wait(stop=NEVER)
    threads = in_threads(4, work)
    held.all_wait.wait()
    (Pace(0.1, store=store, longest_pause=900) if by_another_worker else pace).throttled(600)
    held.turns_come.set()
    for thread in threads:
        thread.join()
    assert went == []


class Held(threading.Event):
    """The first wait of each of so many threads lasts until `turns_come`; then it is set."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.all_wait, self.turns_come = threading.Barrier(count + 1), threading.Event()
        self._held: set[int] = set()

    def wait(self, timeout: float | None = None) -> bool:
        if threading.get_ident() in self._held:
            return True
        self._held.add(threading.get_ident())
        self.all_wait.wait()
        self.turns_come.wait()
        return False


def test_processes_never_get_the_same_turn(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from glu_admin.glu.pace import Pace\nfrom glu_admin.glu.pace_stores import FileStore\n"
        "pace = Pace(50, store=FileStore(Path(sys.argv[1])), longest_pause=900)\n"
        "for _ in range(100): print(*pace._change(lambda state, now: state.reserved(now, 50, 900)))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "1.json")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in "12"]
    turns = sorted(float(turn) for process in processes for turn in process.communicate()[0].split())
    assert len(turns) == 2 * 100 * 5
    assert min(late - early for early, late in pairwise(turns)) > 0.019


@pytest.mark.parametrize(
    "found",
    [
        b'{"rate": 3, "slow',
        b"\xff\xfe\x00",
        b"[1]",
        b"null",
        b"[" * 100_000,
        b'{"rate": NaN}',
        b'{"rate": null}',
        b'{"rate": 5, "next_at": "soon"}',
        b'{"rate": 5, "requests_today": 1e999}',
        b'{"rate": 5, "of_another_version": 1}',
    ],
    ids=range(10),
)
def test_a_torn_or_foreign_file_is_begun_anew(found: bytes, tmp_path: Path) -> None:
    path = tmp_path / "1.json"
    path.write_bytes(found)
    Pace(50, store=FileStore(path), longest_pause=900).wait(stop=NEVER)
    assert json.loads(path.read_text())["rate"] == 50


def test_without_the_store_the_work_goes_on_as_it_was(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace_module, "_RETRY_STORE_SECONDS", 0)

    class Flaky(MemoryStore):
        away = False

        def change(self, change: Any) -> Any:
            if self.away:
                raise StoreAwayError
            return super().change(change)

    store = Flaky(lambda: NOW)  # its clock is not ours
    store.change(lambda *_: (json.dumps(asdict(PaceState(rate=400, slow_start=False))), None))
    pace = Pace(1000, at_first=20, store=store, longest_pause=900)
    for away in (False, True, False, True):
        store.away = away
        skipping = Skipping()
        for _ in range(3):
            pace.wait(stop=skipping)
        assert max(skipping.waits, default=0) < 0.3
        assert pace.learned().rate == pytest.approx(400, rel=0.05)
        assert not pace.learned().slow_start
    assert len(caplog.records) == 2  # one for each time it went away
