"""The README's commands, read from there and run: set up, keep up to date, back up, lose everything, restore."""

import base64
import os
import re
import secrets
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from tests.faults.servers import Servers, missing_programs, own_servers
from tests.journeys.compose import COMPOSE, command
from tests.journeys.connections import answers
from tests.journeys.processes import ROOT, Process, export, free_port, start, stop, wait_until

KEY, PASSWORD = "readme-key-0001", "a phrase of the readme"
BLOCKS = [
    [line.split("  #")[0].strip() for line in block.splitlines()]
    for block in re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
]
ORDER = """
from uuid import uuid4
from glu_admin.tenancy.models import Organisation, User
from orders.desk.marks import Kind, marks_of, set_marks
from orders.desk.notes import notes_of, write_note
alder, person = Organisation.objects.get(), User.objects.get()
order = alder.orders.order_by("created_at")[7]
"""
WRITE = """
set_marks(alder, alder.orders.filter(pk=order.pk), Kind.POSTED, person)
write_note(alder, order, person, "Called on Tuesday", [], uuid4())
"""
READ = """
assert [mark.kind for mark in marks_of(order)] == ["posted"]
assert [note.text for note in notes_of(alder, order)] == ["Called on Tuesday"]
"""


def block(having: str) -> list[str]:
    """The commands of the one block with such a command."""
    [found] = [lines for lines in BLOCKS if any(having in line for line in lines)]
    return found


@pytest.fixture
def glu() -> Iterator[RunningSandbox]:
    with RunningSandbox([SandboxOrganisation("hotel", "Alder House", KEY, seed=11, count=40)]) as running:
        yield running


@dataclass
class Installation:
    """A place where lines of the README are run as they stand, but for its folders and ports."""

    environment: dict[str, str]
    folder: Path
    port: int = field(default_factory=free_port)
    running: list[Process] = field(default_factory=list)

    def run(self, line: str) -> None:
        """Run a line to its end; it succeeds. What only makes the environment is done already."""
        if line in ("make install", "export GLU_ADMIN_MODE=embedded"):
            return
        line = line.replace("var/", f"{self.folder}/state/")
        told = f"{KEY}\n" if "organisation_add" in line else f"{PASSWORD}\n" if "set_password" in line else ""
        shell = ["/bin/sh", "-c", line]
        result = subprocess.run(
            shell, cwd=ROOT, env=self.environment, input=told, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, (line, result.stderr[-2000:])

    def start(self, *commands: list[str]) -> None:
        """Processes that go on."""
        self.running += [start(self.environment, words, self.folder / "all.log") for words in commands]

    def stop(self) -> None:
        """End them all."""
        while self.running:
            stop(self.running.pop(), 30)

    def desk(self, code: str) -> None:
        """What somebody at the desk does with an order."""
        self.run(f".venv/bin/python manage.py shell -v 0 -c {shlex.quote(ORDER + code)}")

    def newest_backup(self, ending: str) -> None:
        """What `$BACKUP` means from now on."""
        [*_, newest] = sorted((self.folder / "state" / "backups").glob(f"*.{ending}"))
        self.environment["BACKUP"] = str(newest)

    def is_whole(self, glu: RunningSandbox) -> bool:
        """Whether every order is here with its lines, and a page is served."""
        assert export(self.environment) == {row["id"]: row for row in glu.truth("hotel")}
        wait_until(lambda: answers(self.port, "/accounts/login/"), "a page is served")
        return True


@pytest.mark.faults
def test_sqlite_is_set_up_backed_up_lost_and_restored(glu: RunningSandbox, tmp_path: Path) -> None:
    place = Installation(
        {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "GLU_ADMIN_MODE": "embedded",
            "STATE_DIR": str(tmp_path / "state"),
            "GLU_API_URL": glu.url,
            "MIRROR_TICK_SECONDS": "0.5",
        },
        tmp_path,
    )
    *set_up, serve = block("manage.py organisation_add")
    services = [serve, *block("celery -A glu_admin.celery beat")]
    words = [line.split() for line in services]
    words[0] += ["--bind", f"127.0.0.1:{place.port}"]
    for line in set_up:
        place.run(line)
    try:
        place.start(*words)
        assert place.is_whole(glu)
        place.desk(WRITE)
        place.run(f".venv/bin/python manage.py export_orders alder --format jsonl > {tmp_path}/orders.jsonl")
        backup, restore_check = block(".venv/bin/python manage.py backup")
        for line in (backup, backup, restore_check):  # while everything runs, and once more
            place.run(line)
        place.newest_backup("sqlite3")
        place.stop()
        database = tmp_path / "state" / "glu_admin.sqlite3"
        database.write_bytes(b"what a dying disk leaves")
        for line in block("install -m 600"):
            place.run(line)
        assert database.stat().st_mode & 0o777 == 0o600
        place.run(f".venv/bin/python manage.py import_orders alder < {tmp_path}/orders.jsonl")
        place.desk(READ)
        place.start(*words)
        assert place.is_whole(glu)
        place.desk(READ)
    finally:
        place.stop()
    assert "Traceback" not in (tmp_path / "all.log").read_text()


@pytest.fixture
def servers() -> Iterator[Servers]:
    if missing := missing_programs():
        pytest.skip(missing)
    with own_servers() as running:
        running.postgres.sql("CREATE ROLE glu_admin SUPERUSER LOGIN")
        running.postgres.sql("CREATE DATABASE glu_admin OWNER glu_admin")
        yield running


def composed(servers: Servers, glu: RunningSandbox, folder: Path) -> dict[str, str]:
    """compose's settings, with this machine's addresses in place of the containers'."""
    here = {
        r"\$\{\w+:\?[^}]*\}": "none",
        r"\$\{(\w+):-([^}]*)\}": r"\2",
        r"@postgres:5432": f"@127.0.0.1:{servers.postgres.port}",
        r"//(\w+:[^@]*@)?redis:6379": f"//127.0.0.1:{servers.redis.port}",
        r"^/tmp/(\w+)$": rf"{folder}/\1",
        r"^/state$": str(folder / "state"),
    }
    settings = {}
    for name, value in COMPOSE["services"]["web"]["environment"].items():
        for theirs, ours in here.items():
            value = re.sub(theirs, ours, str(value))
        settings[name] = value
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        **settings,
        "SECRET_KEY": secrets.token_urlsafe(60),
        "GLU_ROOT_KEYS": f"k1:{base64.b64encode(os.urandom(32)).decode()}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "false",
        "STATIC_ROOT": str(folder / "static"),
        "GLU_API_URL": glu.url,
        "MIRROR_TICK_SECONDS": "0.5",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(servers.postgres.port),
    }


@pytest.mark.faults
def test_compose_is_backed_up_restored_and_every_service_restarted(
    glu: RunningSandbox, servers: Servers, tmp_path: Path
) -> None:
    place = Installation(composed(servers, glu, tmp_path), tmp_path)
    services = [command(name, place.port) for name in ("web", "worker", "beat")]

    def compose(line: str) -> None:
        """A line for docker compose: in a container is here."""
        inside = re.fullmatch(r"docker compose exec (?:-T )?(?:web|postgres) (.*)", line)
        if inside:
            place.run(inside[1].replace("python manage.py", ".venv/bin/python manage.py"))
        elif line == "docker compose up -d":
            place.run(" ".join(command("migrate")))
            place.start(*services)
        elif line.startswith("docker compose stop"):
            assert set(line.split()[3:]) == {"proxy", "web", "worker", "beat"}
            place.stop()
        elif line.startswith("docker compose cp"):
            shutil.copytree(tmp_path / "state" / "backups", tmp_path / "elsewhere" / "backups")
        else:
            pytest.fail(f"unknown: {line}")

    place.run(".venv/bin/python manage.py collectstatic --noinput")
    try:
        compose("docker compose up -d")
        place.run(".venv/bin/python manage.py organisation_add 'Alder House' --slug alder")
        place.run(".venv/bin/python manage.py set_password you@example.com --organisation alder")
        place.run(".venv/bin/python manage.py mirror alder")
        assert place.is_whole(glu)
        place.desk(WRITE)
        for line in block("web python manage.py backup"):
            compose(line)
        place.newest_backup("dump")
        place.stop()  # what works in tables while they are emptied is in a deadlock with that now and then
        with psycopg.connect(servers.postgres.url("glu_admin"), autocommit=True) as lost:
            lost.execute("TRUNCATE tenancy_organisation CASCADE")
        for line in block("pg_restore"):
            compose(line)
        assert place.is_whole(glu)
        place.desk(READ)
        servers.postgres.crash()
        servers.redis.crash(lose=False)
        place.stop()
        place.start(*services)
        assert place.is_whole(glu)
    finally:
        place.stop()
