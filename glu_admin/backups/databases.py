"""How each database is copied as it is at one moment, and how a copy is restored beside it, under another name."""

import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.client import DatabaseClient

from glu_admin.backups.contents import Contents, contents_of

SCRATCH = "restored"
ENDINGS = {"sqlite": "sqlite3", "postgresql": "dump"}


class BackupFailed(Exception):
    """A back-up could not be made or restored; the message says why, in words for people."""


def copy(connection: BaseDatabaseWrapper, target: Path) -> Contents:
    """Write the whole database into `target`, a file that exists; returns what the database held at that moment.

    Raises BackupFailed.
    """
    with _one_moment(connection) as moment:
        contents = contents_of(connection)
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(target)) as copied:
                connection.connection.backup(copied)
                copied.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        else:
            _run(_Dump(connection), "--no-password", "--format=custom", f"--snapshot={moment}", f"--file={target}")
    return contents


@contextmanager
def restored(connection: BaseDatabaseWrapper, source: Path) -> Iterator[BaseDatabaseWrapper]:
    """A connection to a scratch database into which the back-up `source` was restored.

    The scratch database is dropped when the context ends. Raises BackupFailed when it cannot be restored.
    """
    make = _scratch_sqlite if connection.vendor == "sqlite" else _scratch_postgres
    with make(connection, source) as name:
        connections.databases[SCRATCH] = {**connection.settings_dict, "NAME": name}
        scratch = connections[SCRATCH]
        try:
            if connection.vendor == "postgresql":
                _run(_Restore(scratch), source)
                with scratch.cursor() as cursor:
                    cursor.execute("SET statement_timeout = 0")
            yield scratch
        finally:
            scratch.close()
            del connections[SCRATCH]
            del connections.databases[SCRATCH]


class _Dump(DatabaseClient):
    """pg_dump against a connection's server."""

    executable_name = "pg_dump"


class _Restore(DatabaseClient):
    """pg_restore into a connection's database."""

    executable_name = "pg_restore"

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict: Any, parameters: Any) -> Any:
        """The database is an option of it, and the last word is the file."""
        arguments, environment = super().settings_to_cmd_args_env(settings_dict, [])
        options = ["--no-password", "--no-owner", "--exit-on-error", f"--dbname={arguments.pop()}"]
        return [*arguments, *options, *parameters], environment


def _run(program: DatabaseClient, *parameters: str | Path) -> None:
    """Run it; what it says goes to standard error."""
    try:
        program.runshell([*map(str, parameters)])
    except FileNotFoundError:
        raise BackupFailed(
            f"{program.executable_name} is not on this machine: install PostgreSQL's client programs."
        ) from None
    except subprocess.CalledProcessError as error:
        raise BackupFailed(f"{program.executable_name} ended with {error.returncode}.") from None


@contextmanager
def _one_moment(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """A transaction that sees one state of the database, by the name under which PostgreSQL shares it."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute("BEGIN DEFERRED")  # reads only: it holds no writer up
        try:
            yield ""
        finally:
            cursor.execute("ROLLBACK")
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


@contextmanager
def _scratch_sqlite(connection: BaseDatabaseWrapper, source: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        path = Path(shutil.copyfile(source, Path(folder) / "restored.sqlite3"))
        path.chmod(0o600)
        try:
            with closing(sqlite3.connect(path)) as copied:
                [(said,)] = copied.execute("PRAGMA integrity_check(1)").fetchall()
                orphans = copied.execute("PRAGMA foreign_key_check").fetchall()
        except sqlite3.DatabaseError as error:
            raise BackupFailed(f"SQLite cannot read it: {error}.") from None
        if said != "ok" or orphans:
            raise BackupFailed(f"SQLite finds it damaged: {said}, {len(orphans)} rows without the row they belong to.")
        yield str(path)


@contextmanager
def _scratch_postgres(connection: BaseDatabaseWrapper, source: Path) -> Iterator[str]:
    name = f"restore_check_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        except DatabaseError as error:
            raise BackupFailed(f"No scratch database can be made (the user needs CREATEDB): {error}") from None
        try:
            yield name
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
