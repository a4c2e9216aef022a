"""Starting, asking and stopping the product's own processes, for the journeys that need real ones."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings

from tests.patience import HANG_SECONDS

ROOT = Path(__file__).resolve().parents[2]
Process = subprocess.Popen[bytes]


def on_services() -> bool:
    """Whether the suite runs on PostgreSQL and Redis."""
    return bool(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"))


@contextmanager
def own_database() -> Iterator[str]:
    """A URL of a PostgreSQL database that lives as long as the context; "" on the embedded default."""
    if not on_services():
        yield ""
        return
    name = f"journey_{uuid.uuid4().hex[:8]}"
    _sql(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))
    finally:
        _sql(f"DROP DATABASE {name} WITH (FORCE)")


def own_broker(number: int) -> str:
    """The broker of journey `number`, so that journeys at the same time take no hints of each other's; or ""."""
    if not on_services():
        return ""
    base, _, database = settings.CELERY_BROKER_URL.rpartition("/")
    return f"{base}/{int(database) + number}" if database.isdigit() else str(settings.CELERY_BROKER_URL)


def start(environment: dict[str, str], command: list[str], log: Path | None = None) -> Process:
    """A process of its own session, its output into `log` or away."""
    out = log.open("ab") if log else subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)


def start_celery(
    environment: dict[str, str],
    *arguments: str,
    app: str = "glu_admin.celery",
    level: str = "ERROR",
    log: Path | None = None,
) -> Process:
    """A Celery process with the project's application, or with another `app` around it."""
    return start(environment, [sys.executable, "-m", "celery", "-A", app, *arguments, "-l", level], log)


def stop(process: Process, seconds: float = HANG_SECONDS) -> None:
    """Ask it to end, then make it."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def kill(process: Process) -> None:
    """kill -9 of it and its children, if any is left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def manage(environment: dict[str, str], *arguments: str, stdin: str = "", fails: bool = False) -> str:
    """What a management command prints: on standard output, or on standard error when it is meant to fail."""
    command = [sys.executable, "manage.py", *arguments]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert (result.returncode != 0) == fails, result.stderr[-2000:]
    return result.stderr if fails else result.stdout


def export(environment: dict[str, str], slug: str = "alder") -> dict[int, dict[str, Any]]:
    """What the product exports of an organisation as JSON Lines, by Glu's id, with all that Glu gave."""
    what = ("--format", "jsonl", "--query", "gone=none", "--include-device-data", "--allow-incomplete")
    text = manage(environment, "export_orders", slug, *what)
    rows = [json.loads(line) for line in text.splitlines()]
    return {row["id"]: row for row in rows}


def wait_until(done: Callable[[], bool], what: str, seconds: float = HANG_SECONDS, every: float = 0.1) -> None:
    """Ask again and again, as other processes are at work; fail with `what` in the end."""
    ends_at = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends_at, f"waited too long until {what}"
        time.sleep(every)


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sql(statement: str) -> None:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(statement.encode())
