"""Files and folders that their owner alone may read."""

import os
import stat
from contextlib import suppress
from pathlib import Path

_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_folder(path: Path) -> None:
    """Make the folder, or close to others the one that is there. Raises OSError with words where that cannot be."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    _close(path, 0o700)
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(f"{path} cannot be written to")


def private_sqlite(name: str) -> None:
    """Make the database's file, empty, or close it and its log to others. Raises OSError where that cannot be."""
    if name == ":memory:":
        return
    Path(name).touch(mode=0o600)  # whose mode SQLite gives to its log
    for path in (Path(name + end) for end in ("", "-wal", "-shm")):
        with suppress(FileNotFoundError):  # the log comes and goes with those who use the database
            _close(path, 0o600)


def _close(path: Path, mode: int) -> None:
    known = path.stat()
    if not known.st_mode & _OF_OTHERS:
        return
    if known.st_uid != os.geteuid() or known.st_mode & stat.S_ISVTX:  # not ours to close: /tmp, a mounted volume
        raise PermissionError(f"{path} is open to others and not this user's to close; a folder of its own within is")
    path.chmod(mode)
