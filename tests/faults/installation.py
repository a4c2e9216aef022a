"""Installations of the product for the hunts: state, database and broker of their own, and their processes."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.servers import Servers
from tests.journeys.processes import ROOT, Process, kill, manage, start_celery, stop
from tests.patience import HANG_SECONDS

QUEUES = "interactive,changes,bulk"
SPEED = {
    "GLU_ADMIN_MODE": "embedded",
    "CACHE_URL": "",
    "EMAIL_URL": "",
    "GLU_REQUESTS_PER_SECOND": "1000",
    "GLU_REQUESTS_PER_SECOND_AT_FIRST": "1000",
    "GLU_RETRY_BACKOFF": "0.05",
    "GLU_RETRY_AFTER_CAP": "2",
    "MIRROR_TICK_SECONDS": "0.3",
    "MIRROR_POLL_MIN_SECONDS": "1",
    "MIRROR_POLL_MAX_SECONDS": "1",
    "MIRROR_SLICE_SECONDS": "1",
    "MIRROR_LEASE_SECONDS": "3",
    "MIRROR_ERROR_WAIT_SECONDS": "0.1",
    "MIRROR_GONE_CONFIRM_SECONDS": "1",
    "LOG_LEVEL": "WARNING",
}
"""Settings that shorten every wait."""


@dataclass
class Ground:
    """Where installations are made: each gets a copy of a database that was migrated once."""

    folder: Path
    servers: Servers | None
    _made: int = 0

    def prepare(self) -> None:
        """Migrate the database that the others are copied from."""
        if self.servers is not None:
            self.servers.postgres.sql("CREATE DATABASE blank")
        environment = {"STATE_DIR": str(self.folder / "blank"), "CELERY_BROKER_URL": "", "DATABASE_URL": ""}
        if self.servers is not None:
            environment["DATABASE_URL"] = self.servers.postgres.url("blank")
        manage({**os.environ, **SPEED, **environment}, "migrate", "--verbosity", "0")

    def installation(self, url: str, **settings: str) -> "Installation":
        """A new one that asks the Glu at `url`."""
        self._made += 1
        name = f"installation{self._made}"
        state = self.folder / name / "state"
        state.mkdir(parents=True)
        own = {"DATABASE_URL": "", "CELERY_BROKER_URL": ""}
        if self.servers is None:
            shutil.copy(self.folder / "blank" / "glu_admin.sqlite3", state)
        else:
            self.servers.postgres.sql(f"CREATE DATABASE {name} TEMPLATE blank")
            broker = self.servers.redis.url.removesuffix("/0")
            own = {
                "DATABASE_URL": self.servers.postgres.url(name),
                "CELERY_BROKER_URL": f"{broker}/{self._made % 16}",
            }
        environment = {**os.environ, **SPEED, **own, "STATE_DIR": str(state), "GLU_API_URL": url, **settings}
        return Installation(environment, state.parent, self.servers)


@dataclass
class Installation:
    """One of them; `folder` holds its state and its logs."""

    environment: dict[str, str]
    folder: Path
    servers: Servers | None
    app: str = "glu_admin.celery"
    workers: list[Process] = field(default_factory=list)
    beats: list[Process] = field(default_factory=list)
    _started: int = 0
    _thaws: list[threading.Timer] = field(default_factory=list)

    @property
    def state(self) -> Path:
        """Its STATE_DIR."""
        return Path(self.environment["STATE_DIR"])

    def add(self, **keys: str) -> None:
        """Add organisations by their slugs, with keys that a worker is to try."""
        self.python(
            "from glu_admin.keys.lifecycle import set_key\nfrom glu_admin.tenancy.models import Organisation\n"
            f"for slug, key in {keys!r}.items(): set_key(Organisation.objects.create(name=slug, slug=slug), key, None)"
        )

    def manage(self, *arguments: str, **settings: str) -> str:
        """What a management command prints; it has to succeed."""
        return manage({**self.environment, **settings}, *arguments)

    def python(self, code: str) -> str:
        """What code prints that runs with the models of this installation."""
        return self.manage("shell", "--verbosity", "0", "-c", code)

    def told(self, *arguments: str) -> Any:
        """What `tests.faults.invariants` says."""
        command = [sys.executable, "-m", "tests.faults.invariants", *arguments]
        result = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
        )
        assert result.returncode == 0, result.stderr[-2000:]
        return json.loads(result.stdout)

    def start_worker(self, *, app: str = "", level: str = "WARNING") -> Process:
        """One more worker: threads on files, and on services processes, of which more can be killed."""
        self._started += 1
        pool = ["--pool", "threads"] if self.servers is None else ["--without-gossip", "--without-mingle"]
        worker = start_celery(
            self.environment,
            *("worker", *pool, "--concurrency", "2", "--queues", QUEUES, "-n", f"worker{self._started}@faults"),
            app=app or self.app,
            level=level,
            log=self.folder / f"worker{self._started}.log",
        )
        self.workers.append(worker)
        return worker

    def start_beat(self, *, level: str = "WARNING") -> Process:
        """One more beat, with a memory of its own."""
        self._started += 1
        memory = self.folder / f"beat{self._started}"
        log = memory.with_suffix(".log")
        arguments = ("beat", "--pidfile=", "--schedule", str(memory))
        beat = start_celery(self.environment, *arguments, app=self.app, level=level, log=log)
        self.beats.append(beat)
        return beat

    def kill_worker(self, worker: Process) -> None:
        """kill -9 of a worker with all its children."""
        self.workers.remove(worker)
        kill(worker)

    def revive(self) -> None:
        """Start anew what has ended by itself, as a supervisor would: a worker may, when it loses its broker."""
        for workers, again in ((self.workers, self.start_worker), (self.beats, self.start_beat)):
            for process in [worker for worker in workers if worker.poll() is not None]:
                workers.remove(process)
                again()

    def freeze(self, worker: Process, seconds: float) -> None:
        """SIGSTOP, and SIGCONT so much later, unless it was killed meanwhile."""
        os.killpg(worker.pid, signal.SIGSTOP)
        thaw = threading.Timer(seconds, self.thaw, [worker])
        thaw.start()
        self._thaws.append(thaw)

    def thaw(self, worker: Process) -> None:
        """SIGCONT."""
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End everything as an operator does: the beats, then the workers, which finish their slices."""
        for thaw in self._thaws:
            thaw.join()
        for process in [*self.beats, *self.workers]:
            stop(process)
        self.beats, self.workers = [], []

    def kill(self) -> None:
        """End everything at once."""
        for thaw in self._thaws:
            thaw.cancel()
        for process in [*self.beats, *self.workers]:
            kill(process)
        self.beats, self.workers = [], []

    def end_leases(self) -> None:
        """Let every lease have expired, as after a long wait."""
        with self.connection() as connection:
            connection.execute("UPDATE orders_mirrorstate SET lease_expires_at = NULL")
            connection.commit()

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a query gives, asked of the database itself."""
        with self.connection() as connection:
            return [tuple(row) for row in connection.execute(statement)]

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """A connection to the database, apart from the product's."""
        url = self.environment["DATABASE_URL"]
        path = self.state / "glu_admin.sqlite3"
        connection: Any = psycopg.connect(url) if url else sqlite3.connect(path, timeout=HANG_SECONDS)
        try:
            yield connection
        finally:
            connection.close()

    def logs(self) -> str:
        """What every process has written."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


def children(worker: Process) -> list[int]:
    """The ids of a worker's child processes."""
    path = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    return [int(pid) for pid in path.read_text().split()] if sys.platform == "linux" and path.exists() else []
