"""PostgreSQL and Redis of the tests' own, from the machine's programs and broken at will; never the machine's."""

import contextlib
import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.journeys.processes import Process, free_port, kill, wait_until
from tests.patience import HANG_SECONDS

_POSTGRES_HOMES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def missing_programs() -> str:
    """Why no servers can be started here, or ""."""
    if _postgres_program("initdb") is None or _postgres_program("pg_ctl") is None:
        return "PostgreSQL's own programs (initdb, pg_ctl) are not on this machine"
    if shutil.which("redis-server") is None:
        return "redis-server is not on this machine"
    return ""


@dataclass
class Postgres:
    """A cluster in `folder`, on a port of its own."""

    folder: Path
    port: int = field(default_factory=free_port)

    def create(self) -> None:
        """Make the cluster and start it."""
        _as_postgres("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        _as_postgres("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "postgres.log", "-o", options, "start")

    def crash(self) -> None:
        """End it without a checkpoint, and start it again: it recovers from its log, every connection is lost."""
        _as_postgres("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "postgres.log", "-m", "immediate", "restart")

    def stop(self) -> None:
        """End it for good."""
        _as_postgres("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def sql(self, statement: str) -> None:
        """Run one statement as the superuser."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def dump(self, database: str) -> str:
        """The text of a database."""
        command = [str(_postgres_program("pg_dump")), "-d", self.url(database)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def url(self, database: str) -> str:
        """Where a database of it is."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    @property
    def data(self) -> Path:
        """The cluster's files."""
        return self.folder / "data"


@dataclass
class Redis:
    """A Redis in `folder`, on a port of its own, that writes every command to its file."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: Process | None = None

    def start(self) -> None:
        """Start it, with what its file holds."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_until(self._answers, "Redis answers", every=0.02)

    def crash(self, *, lose: bool) -> None:
        """kill -9 and start again, with or without what it held."""
        self.stop()
        if lose:
            shutil.rmtree(self.folder / "appendonlydir")
        self.start()

    def stop(self) -> None:
        """kill -9."""
        assert self.process is not None
        kill(self.process)

    def everything(self) -> str:
        """Every key with what it holds, as text."""
        out = list[str]()
        client: Any = redis.Redis(port=self.port)
        readers: dict[bytes, Any] = {
            b"string": client.get,
            b"list": lambda key: client.lrange(key, 0, -1),
            b"hash": client.hgetall,
            b"set": client.smembers,
            b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        }
        for key in client.scan_iter():
            out.append(f"{key!r}: {readers[client.type(key)](key)!r}")
        client.close()
        return "\n".join(out)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis(port=self.port) as client:
            return bool(client.ping())
        return False


@dataclass(frozen=True)
class Servers:
    """Both, running."""

    postgres: Postgres
    redis: Redis


@contextmanager
def own_servers() -> Iterator[Servers]:
    """Servers that live as long as the context, in a folder that PostgreSQL's user may enter."""
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        for part in ("postgres", "redis"):
            (folder / part).mkdir()
        shutil.chown(folder / "postgres", _postgres_user())
        postgres, broker = Postgres(folder / "postgres"), Redis(folder / "redis")
        postgres.create()
        try:
            broker.start()
            try:
                yield Servers(postgres, broker)
            finally:
                broker.stop()
        finally:
            postgres.stop()


def _postgres_program(name: str) -> Path | None:
    found = [home / name for home in _POSTGRES_HOMES if (home / name).exists()]
    on_path = shutil.which(name)
    return found[0] if found else Path(on_path) if on_path else None


def _postgres_user() -> str:
    """PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return getpass.getuser()
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _as_postgres(program: str, *arguments: str | Path) -> None:
    other: dict[str, Any] = {}
    if os.geteuid() == 0:
        entry = pwd.getpwnam(_postgres_user())
        other = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    command = [str(_postgres_program(program)), *map(str, arguments)]
    # Not captured: the server inherits the output, and would keep a pipe open for as long as it lives.
    subprocess.run(
        command, cwd="/", check=True, timeout=HANG_SECONDS, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **other
    )
