"""Back-ups as files: the database's own copy, and beside it a manifest of what it holds."""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from glu_admin.backups.contents import Contents
from glu_admin.backups.databases import ENDINGS, BackupFailed, copy
from glu_admin.private import private_folder


@dataclass(frozen=True)
class Backup:
    """A back-up whose manifest is there; the manifest is written last, so that a back-up with one is whole."""

    path: Path
    made_at: datetime
    database: str
    sha256: str
    contents: Contents


def take() -> Backup:
    """Back up the database into `backups` of STATE_DIR, open to its owner alone. Raises BackupFailed."""
    folder = _folder()
    private_folder(folder)
    made_at = now()
    path = _free_name(folder, f"glu_admin-{made_at:%Y-%m-%d-%H%M%S}", ENDINGS[connection.vendor])
    unfinished = _empty(path.with_name(f"{path.name}.part"))
    try:
        contents = copy(connection, unfinished)
        backup = Backup(path, made_at, connection.vendor, _sha256(unfinished), contents)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _write_manifest(backup)
    return backup


def read(path: Path | None = None) -> Backup:
    """The back-up at `path`, or the newest one.

    Raises BackupFailed when there is none, when the file is not what its manifest says, or when it is of another kind
    of database.
    """
    if path is None:
        manifests = sorted(_folder().glob("*.json"), key=lambda found: (found.stat().st_mtime_ns, found.name))
        if not manifests:
            raise BackupFailed(f"There is no back-up in {_folder()}: manage.py backup makes one.")
        manifest = manifests[-1]
    else:
        manifest = path.with_suffix(".json")
    try:
        known = json.loads(manifest.read_text())
        backup = Backup(
            path=manifest.with_name(known["file"]),
            made_at=datetime.fromisoformat(known["made_at"]),
            database=known["database"],
            sha256=known["sha256"],
            contents=Contents(**known["contents"]),
        )
        whole = _sha256(backup.path) == backup.sha256
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupFailed(f"The back-up of {manifest} cannot be read: {error}.") from None
    if not whole:
        raise BackupFailed(f"{backup.path} is not the file that was backed up: its checksum differs.")
    if backup.database != connection.vendor:
        raise BackupFailed(f"{backup.path} is of {backup.database}, and this installation has {connection.vendor}.")
    return backup


def forget_all_but(newest: int) -> int:
    """Remove all back-ups, with their manifests, but the `newest` so many; returns how many were removed."""
    manifests = sorted(_folder().glob("glu_admin-*.json"), key=lambda found: (found.stat().st_mtime_ns, found.name))
    old = manifests[:-newest]
    for manifest in old:
        for ending in ENDINGS.values():
            manifest.with_suffix(f".{ending}").unlink(missing_ok=True)
        manifest.unlink()
    return len(old)


def _folder() -> Path:
    return Path(settings.STATE_DIR) / "backups"


def _free_name(folder: Path, stem: str, ending: str) -> Path:
    names = (f"{stem}{tail}" for tail in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(folder / f"{name}.{ending}" for name in names if not list(folder.glob(f"{name}.*")))


def _empty(path: Path) -> Path:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def _write_manifest(backup: Backup) -> None:
    known = {
        "file": backup.path.name,
        "made_at": backup.made_at.isoformat(),
        "database": backup.database,
        "sha256": backup.sha256,
        "contents": backup.contents.as_json(),
    }
    unfinished = _empty(backup.path.with_suffix(".json.part"))
    unfinished.write_text(json.dumps(known, indent=1))
    unfinished.rename(backup.path.with_suffix(".json"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
