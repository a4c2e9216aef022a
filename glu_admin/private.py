"""Files and folders that their owner alone may read."""

import os
import stat
from contextlib import suppress
from pathlib import Path

_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_folder(path: Path) -> None:
    """Make a folder that its owner alone may enter, or close the one that is there to everybody else.

    Raises OSError with words for people where that is not possible.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    _close(path, 0o700)
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(f"{path} cannot be written to")


def private_sqlite(name: str) -> None:
    """Make an empty SQLite file that its owner alone may read, or close the one that is there, and its log, to others.

    Raises OSError where that is not possible.
    """
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
