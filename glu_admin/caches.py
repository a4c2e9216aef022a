"""The cache all processes share, where sign-ins are counted. Values are JSON, so that reading one runs nothing."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import redis
from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

_ALONE_SECONDS = 10.0  # before Redis is asked again that did not answer: a page waits for it at most so often
# A connection that was closed meanwhile is made anew; one that says nothing is not waited for twice.
_ONCE_MORE = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
_NOTHING = object()
MOST_ENTRIES = 10_000
"""Of a cache in files or memory, which forgets at random beyond: Django's 300 are soon pushed out by who wants that."""


class Json:
    """Django's serializer for Redis that writes JSON, so that reading a value runs no code."""

    def dumps(self, value: Any) -> int | bytes:
        """A value as JSON; a whole number as it is, so that Redis itself can count with it."""
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        """The value that `dumps` wrote. Raises ValueError or RecursionError for bytes that it cannot have written."""
        return json.loads(data)


class RedisOrOwnCache(BaseCache):
    """Redis; while it is away this process's own memory, so that sign-ins work on and are still counted."""

    _away_until: dict[str, float] = {}  # by address, as every thread has its own object

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        connection = {"socket_connect_timeout": 0.5, "socket_timeout": 1, "retry": _ONCE_MORE}
        options = {**connection, **params.get("OPTIONS", {}), "serializer": Json}
        self._server = str(server)
        self._shared = RedisCache(server, {**params, "OPTIONS": options})
        self._own = LocMemCache(self._server, {**params, "OPTIONS": {"MAX_ENTRIES": MOST_ENTRIES}})

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value unless the key has one, as Django's BaseCache does; whether it was kept."""
        return bool(self._either("add", key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value of a key; `default` where there is none, or none that is JSON."""
        try:
            return self._either("get", key, default, version)
        except (ValueError, RecursionError):
            return default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value that JSON can hold."""
        self._either("set", key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value for `timeout` seconds from now; whether there is one."""
        return bool(self._either("touch", key, timeout, version))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Remove a value; whether there was one."""
        return bool(self._either("delete", key, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add `delta` to a number in one step and return the sum. Raises ValueError where the key has no value."""
        return int(self._either("incr", key, delta, version))

    def clear(self) -> None:
        """Remove every value."""
        self._either("clear")

    def answers(self) -> bool:
        """Whether Redis answers."""
        self._either("has_key", "")
        return time.monotonic() >= self._away_until.get(self._server, 0)

    def _either(self, name: str, *args: Any) -> Any:
        if time.monotonic() >= self._away_until.get(self._server, 0):
            try:
                answer = getattr(self._shared, name)(*args)
            except redis.RedisError as error:
                if self._server not in self._away_until:
                    logger.warning("the shared cache is away (%s); this process counts alone", type(error).__name__)
                self._away_until[self._server] = time.monotonic() + _ALONE_SECONDS
            else:
                self._away_until.pop(self._server, None)
                return answer
        return getattr(self._own, name)(*args)


class JsonFileCache(FileBasedCache):
    """Django's cache in files: in each a line with its expiry, in seconds since 1970 or null, and then the value."""

    _dir: str
    _delete: Callable[[str], bool]
    _key_to_file: Callable[..., str]  # Django's, which its types leave out

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        super().__init__(folder, {**params, "OPTIONS": {"MAX_ENTRIES": MOST_ENTRIES}})

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value of a key; `default` where there is none, or none that is JSON."""
        try:
            with open(self._key_to_file(key, version), "rb") as file:
                return default if self._is_expired(file) else json.load(file)
        except (FileNotFoundError, ValueError, RecursionError):
            return default

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value for `timeout` seconds from now; whether there is one."""
        value = self.get(key, _NOTHING, version)
        if value is _NOTHING:
            return False
        self.set(key, value, timeout, version)
        return True

    def answers(self) -> bool:
        """Whether the folder of the cache is there."""
        return Path(self._dir).is_dir()

    def _write_content(self, file: IO[bytes], timeout: Any, value: Any) -> None:
        file.write(f"{json.dumps(self.get_backend_timeout(timeout))}\n{json.dumps(value)}".encode())

    def _is_expired(self, file: IO[bytes]) -> bool:
        try:
            expires_at = json.loads(file.readline())
        except (ValueError, RecursionError):
            expires_at = 0.0
        if expires_at is None or (isinstance(expires_at, float) and expires_at >= time.time()):
            return False
        self._delete(file.name)
        return True


def cache_state() -> str:
    """`ok`, or `away` when the shared cache does not answer and every process counts sign-ins alone."""
    cache = caches["default"]
    return "ok" if not isinstance(cache, (RedisOrOwnCache, JsonFileCache)) or cache.answers() else "away"
