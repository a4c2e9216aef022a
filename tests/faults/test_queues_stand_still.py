"""Redis is restarted, frozen and emptied, and a worker goes deaf: every queue moves again, and no page fails for it."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.faults.installation import Ground, Installation
from tests.faults.pages import Desk
from tests.faults.servers import Redis
from tests.journeys.processes import stop, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]

SETTINGS = {"HEARTBEAT_SECONDS": "0.5", "HEARTBEAT_LATE_SECONDS": "15"}
NAMES = ["beat", "bulk", "changes", "interactive"]


@pytest.fixture
def installation(ground: Ground) -> Iterator[Installation]:
    """A beat and a worker, which may be deafened; every queue moves."""
    made = ground.installation("http://127.0.0.1:9", **SETTINGS)
    made.app = "tests.faults.deaf"
    made.start_beat()
    made.start_worker()
    try:
        moves(made)
        yield made
    except BaseException as error:
        error.add_note(made.logs()[-3000:])
        raise
    finally:
        made.kill()


def moves(installation: Installation) -> None:
    """Wait until every queue and beat give new signs of life; what ended by itself is started again."""
    before = dict(installation.rows("SELECT name, beaten_at FROM heartbeats_heartbeat"))

    def _moved() -> bool:
        installation.revive()
        after = dict(installation.rows("SELECT name, beaten_at FROM heartbeats_heartbeat"))
        return sorted(after) == NAMES and all(after[name] != before.get(name) for name in NAMES)

    wait_until(_moved, "every queue has moved", every=0.2)


def test_a_worker_that_takes_nothing_ends_itself(installation: Installation) -> None:
    (worker,) = installation.workers
    deaf = installation.state / "deaf"
    deaf.touch()
    wait_until(lambda: worker.poll() is not None, "the worker has ended itself")
    assert "takes nothing from its queues" in installation.logs()
    deaf.unlink()
    moves(installation)


@pytest.fixture
def broker(installation: Installation, ground: Ground) -> Redis:
    if ground.servers is None:
        pytest.skip("on files there is no Redis")
    return ground.servers.redis


@pytest.mark.parametrize("lose", [False, True], ids=["restarted", "emptied"])
def test_redis_comes_back(installation: Installation, broker: Redis, lose: bool) -> None:
    broker.crash(lose=lose)
    moves(installation)


def test_redis_freezes(installation: Installation, broker: Redis) -> None:
    """While it says nothing people sign in, and readiness names it; then all moves again."""
    assert broker.process is not None
    os.killpg(broker.process.pid, signal.SIGSTOP)
    desk = None
    try:
        desk = Desk(installation)
        assert desk.get("/o/alder/orders/").ok
        said = desk.get("/readyz").json()
        assert (said["ready"], said["broker"], said["cache"]) == (True, "away", "away")
    finally:
        os.killpg(broker.process.pid, signal.SIGCONT)
        if desk is not None:
            stop(desk.process)
    moves(installation)
