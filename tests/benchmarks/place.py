"""Where a benchmark runs: a sandbox Glu in a process of its own, and a fresh database and state folder."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import redis
import yaml

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Glu:
    """A sandbox under way."""

    url: str
    process: Process

    def control(self, name: str, **values: object) -> None:
        """Press one of the sandbox's switches."""
        query = urlencode(values)
        with urllib.request.urlopen(f"{self.url}/_control/{name}?{query}", data=b"") as answer:
            answer.read()

    def counts(self, slug: str) -> Counter[str]:
        """Requests answered for an organisation since the start, by kind; "429" are those refused for their pace."""
        shop = self._told(slug)
        return Counter(shop["requests"]) + Counter({"429": shop["mishaps"].get("rate_limit", 0)})

    def transactions(self, slug: str) -> int:
        """How many transactions an organisation has."""
        return int(self._told(slug)["transactions"])

    def _told(self, slug: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/_control/") as answer:
            told = json.load(answer)
        return next(organisation for organisation in told["organisations"] if organisation["slug"] == slug)

    def truth(self, slug: str) -> dict[int, Any]:
        """Every order with its lines, by id."""
        with urllib.request.urlopen(f"{self.url}/_control/truth?{urlencode({'organisation': slug})}") as answer:
            return {row["id"]: row for row in map(json.loads, answer)}

    def processor_seconds(self) -> float:
        """User and system time the sandbox has used."""
        return processor_seconds(self.process.pid)


@contextmanager
def sandbox(*organisations: tuple[str, int]) -> Iterator[Glu]:
    """A sandbox with organisations (slug, how many orders), still, until the context ends."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "glu_admin.sandbox", "--every", "0", "--port-file", f"{folder}/port"]
        for seed, (slug, count) in enumerate(organisations, 1):
            command += ["--organisation", f"slug={slug},name={slug},seed={seed},count={count},key={key_of(slug)}"]
        process = start({**os.environ, "GLU_ADMIN_MODE": "embedded"}, command)
        try:
            port = Path(folder, "port")
            wait_until(lambda: port.exists() and bool(port.read_text()), 180)
            yield Glu(f"http://127.0.0.1:{port.read_text()}", process)
        finally:
            stop(process)


@dataclass(frozen=True)
class Place:
    """An installation of its own: `environment` is what its processes run with."""

    environment: dict[str, str]

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """What a management command prints."""
        return self.run([sys.executable, "manage.py", *arguments], stdin)

    def measure(self, *arguments: str) -> dict[str, Any]:
        """What `tests.benchmarks.measured` tells of one action in a process of its own."""
        told = self.run([sys.executable, "-m", "tests.benchmarks.measured", *arguments])
        measured: dict[str, Any] = json.loads(told.splitlines()[-1])
        return measured

    def run(self, command: list[str], stdin: str = "") -> str:
        """What a process prints that must end well."""
        result = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise SystemExit(f"{' '.join(command)}\n{result.stderr[-3000:]}")
        return result.stdout

    def start(self, *command: str) -> Process:
        """A process of this installation that goes on."""
        return start(self.environment, list(command))

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a query, on PostgreSQL."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def place(database: str, glu: Glu, *, broker: str = "", **settings: str) -> Iterator[Place]:
    """A fresh, migrated installation that asks `glu`; `broker` is REDIS or "" for files.

    The Redis database is emptied first: what waits there, and the paces learned, are of another run.
    """
    if broker:
        redis.Redis.from_url(broker).flushdb()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        url = own_database() if database == POSTGRESQL else ""
        try:
            here = Place(
                {
                    **os.environ,
                    "GLU_ADMIN_MODE": "embedded",
                    "DJANGO_SETTINGS_MODULE": "glu_admin.settings",
                    "STATE_DIR": folder,
                    "DATABASE_URL": url,
                    "CELERY_BROKER_URL": broker,
                    "CACHE_URL": "",
                    "EMAIL_URL": "",
                    "GLU_API_URL": glu.url,
                    "GLU_REQUESTS_PER_SECOND": "100000",
                    "GLU_REQUESTS_PER_SECOND_AT_FIRST": "100000",
                    "LOG_LEVEL": "ERROR",
                    **settings,
                }
            )
            here.manage("migrate", "--verbosity", "0")
            yield here
        finally:
            if url:
                drop(url)


def compose_celery(service: str) -> list[str]:
    """The command of compose.yaml's worker or beat, with this environment's Python."""
    command = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"][service]["command"]
    return [sys.executable, "-m", *map(str, command)]


def add(here: Place, *slugs: str) -> None:
    """Organisations whose keys Glu has accepted."""
    here.run([sys.executable, "-m", "tests.benchmarks.measured", "add", *slugs])


def key_of(slug: str) -> str:
    """The made-up key of a sandbox organisation."""
    return f"bench-key-{slug}-0001"


def own_database() -> str:
    """The URL of a new PostgreSQL database; the processes of a benchmark are the only ones that know it."""
    name = f"glu_admin_bench_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{POSTGRES.rsplit('/', 1)[0]}/{name}"


def drop(url: str) -> None:
    """Drop a database made by `own_database`."""
    with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)".encode())


def databases() -> list[str]:
    """The databases that are here."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=2).close()
    except psycopg.OperationalError:
        print("PostgreSQL is not here: left out.")
        return [SQLITE]
    return [SQLITE, POSTGRESQL]


def start(environment: dict[str, str], command: list[str]) -> Process:
    """A process of its own session, its output away."""
    away = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=away, stderr=away, start_new_session=True)


def stop(process: Process, seconds: float = 15) -> None:
    """Ask a process and its children to end, then make them."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(done: Any, seconds: float) -> None:
    """Ask again and again; SystemExit when it takes too long."""
    ends_at = time.monotonic() + seconds
    while not done():
        if time.monotonic() > ends_at:
            raise SystemExit("A benchmark waited too long.")
        time.sleep(0.1)


def processor_seconds(pid: int) -> float:
    """User and system time of a process, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
