"""A worker that is frozen for longer than its lease writes nothing when it wakes: its fencing number is old."""

import contextlib
import os
import signal
import sqlite3
from typing import Any

import psycopg
import pytest

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from tests.faults.installation import Ground, Installation
from tests.journeys.processes import Process, export, wait_until
from tests.patience import HANG_SECONDS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]

KEY = "frozen-key-0001"
# What the pages say of the pace is no part of the mirror, and written without the lease.
# What a worker may touch that then finds nothing to do: the pace as it knows it, and the lease taken and given back.
NOT_THE_MIRROR = {"learned_rate", "requests_today", "throttled_today", "requests_day", "lease_token", "hinted_at"}
TABLES = (
    "order",
    "orderline",
    "orderdocument",
    "ordercounter",
    "mirrorrun",
    "mirrorwindow",
    "missingorder",
    "setaside",
)


def test_it_writes_nothing(ground: Ground) -> None:
    with RunningSandbox([SandboxOrganisation("alder", "Alder House", KEY, seed=8, count=400)]) as glu:
        shop = glu.world.shops["alder"]
        shop.faults.latency_ms = 150
        settings = {"MIRROR_LEASE_SECONDS": "2", "MIRROR_SLICE_SECONDS": "60"}
        settings |= {"MIRROR_CONNECTIONS": "2", "MIRROR_LINE_CHUNK": "10"}
        installation = ground.installation(glu.url, **settings)
        installation.add(alder=KEY)
        installation.start_beat()
        try:
            sleeper = installation.start_worker()
            wait_until(lambda: shop.requests.total() > 30, "the worker is in the middle of the history")
            freeze_between_transactions(installation, sleeper)
            shop.faults.latency_ms = 0
            other = installation.start_worker()
            truth = {row["id"]: row for row in glu.truth("alder")}
            wait_until(lambda: export(installation.environment) == truth, "another worker has done it all", every=0.5)
            installation.workers.remove(other)
            for process in (installation.beats.pop(), other):
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(HANG_SECONDS)
            before, asked = content(installation), shop.requests.total()
            installation.thaw(sleeper)
            os.killpg(sleeper.pid, signal.SIGTERM)  # it ends once its slice has
            sleeper.wait(HANG_SECONDS)
            assert content(installation) == before
            # It asks on until it wants to write: a page or a chunk, and what was under way.
            assert shop.requests.total() - asked <= 20
        finally:
            installation.kill()


def freeze_between_transactions(installation: Installation, worker: Process) -> None:
    """SIGSTOP at a moment when it holds no lock: with one, the database itself keeps everybody else waiting."""

    def _frozen() -> bool:
        os.killpg(worker.pid, signal.SIGSTOP)
        if may_write(installation):
            return True
        os.killpg(worker.pid, signal.SIGCONT)
        return False

    wait_until(_frozen, "the worker is frozen outside a transaction", every=0.05)


def may_write(installation: Installation) -> bool:
    """Whether nobody holds the row of the lease, or the whole of SQLite."""
    with installation.connection() as connection, contextlib.suppress(sqlite3.OperationalError, psycopg.Error):
        if installation.servers is None:
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("BEGIN IMMEDIATE")
        else:
            connection.execute("SELECT 1 FROM orders_mirrorstate FOR UPDATE NOWAIT")
        connection.rollback()
        return True
    return False


def content(installation: Installation) -> dict[str, Any]:
    """Every row of the mirror."""
    state = [column for column in columns(installation, "orders_mirrorstate") if column not in NOT_THE_MIRROR]
    rows = {name: installation.rows(f"SELECT * FROM orders_{name} ORDER BY 1") for name in TABLES}
    return {**rows, "mirrorstate": installation.rows(f"SELECT {', '.join(state)} FROM orders_mirrorstate")}


def columns(installation: Installation, table: str) -> list[str]:
    with installation.connection() as connection:
        return [column[0] for column in connection.execute(f"SELECT * FROM {table}").description]
