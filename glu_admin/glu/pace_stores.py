"""Where the pace of an organisation is kept: in Redis, in a file of this machine, or in this process alone."""

import fcntl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import redis

Out = TypeVar("Out")
Change = Callable[[str | None, float], tuple[str, Out]]

_EXPIRY_SECONDS = 7 * 24 * 3600
_TRIES = 20


class StoreAwayError(Exception):
    """The shared state cannot be reached now."""


class Store(Protocol):
    """Keeps one text, which is read, changed and written as one step."""

    def change(self, change: Change[Out]) -> Out:
        """Call `change` with the text and the store's clock (seconds since 1970), and keep the text that it returns.

        Returns the second thing that it returns. Raises StoreAwayError when the store cannot be reached.
        """


class MemoryStore:
    """A store for the threads of one process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._text: str | None = None
        self._clock = clock
        self._lock = threading.Lock()

    def change(self, change: Change[Out]) -> Out:
        """See Store."""
        with self._lock:
            self._text, out = change(self._text, self._clock())
            return out


class FileStore:
    """A store in a file, for the processes of one machine; what a crash leaves half written counts as no text."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def change(self, change: Change[Out]) -> Out:
        """See Store."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+", encoding="utf-8", errors="replace") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                text, out = change(file.read() or None, time.time())
                file.seek(0)
                file.truncate()
                file.write(text)
                file.flush()
                return out
        except OSError as error:
            raise StoreAwayError from error


class RedisStore:
    """A store in Redis, for workers on any machine; the clock is that of Redis."""

    def __init__(self, client: redis.Redis, key: str) -> None:
        self._client, self._key = client, key

    def change(self, change: Change[Out]) -> Out:
        """See Store."""
        try:
            with self._client.pipeline() as pipe:
                for _ in range(_TRIES):
                    pipe.watch(self._key)  # type: ignore[no-untyped-call]
                    seconds, micros = pipe.time()
                    found = pipe.get(self._key)
                    old = found.decode(errors="replace") if isinstance(found, bytes) else None
                    text, out = change(old, seconds + micros / 1e6)
                    pipe.multi()
                    pipe.set(self._key, text, ex=_EXPIRY_SECONDS)
                    try:
                        pipe.execute()
                    except redis.WatchError:
                        continue
                    return out
        except redis.RedisError as error:
            raise StoreAwayError from error
        raise StoreAwayError
