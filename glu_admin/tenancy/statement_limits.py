"""No page waits on the database for ever: each of its statements ends in time, waiting for a lock included."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

T = TypeVar("T")

_STEPS = 10_000  # of SQLite's machine, between two looks at the clock: some tenths of a millisecond
_LIMIT = "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)"


@contextmanager
def statement_limit(seconds: float) -> Iterator[None]:
    """Meanwhile a statement of this thread that takes longer than `seconds` fails with OperationalError.

    Waiting for a lock may take half of that. Of limits one in another the inner one holds. PostgreSQL keeps the last
    limit of a connection until the next one, so they are for processes that serve pages.
    """
    limit = _Limit(seconds)
    with connection.execute_wrapper(limit):
        try:
            if connection.connection is not None:
                limit.begin()
            yield
        finally:
            limit.end()


def limited(blocks: Iterable[T], seconds: float) -> Iterator[T]:
    """The same blocks, each made under a limit of its own; also after the page's limit has ended."""
    iterator = iter(blocks)
    while True:
        with statement_limit(seconds):
            try:
                block = next(iterator)
            except StopIteration:
                return
        yield block


class StatementLimitMiddleware:
    """Pages have STATEMENT_SECONDS for each statement."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in time."""
        with statement_limit(settings.STATEMENT_SECONDS):
            return self.get_response(request)


class _Limit:
    """What Django calls around each statement."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._ends_at = seconds, 0.0
        self._limited: Any = None

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.begin()
        return execute(sql, params, many, context)

    def begin(self) -> None:
        """From now on counts for the next statement, or for the next rows of one."""
        raw = connection.connection
        if connection.vendor == "sqlite":
            self._ends_at = time.monotonic() + self._seconds
            raw.set_progress_handler(self._is_over, _STEPS)
        elif self._limited is not raw:
            milliseconds = self._seconds * 1000
            with connection.wrap_database_errors:
                raw.execute(_LIMIT, [f"{milliseconds:.0f}", f"{milliseconds / 2:.0f}"])
            self._limited = raw

    def end(self) -> None:
        """Nothing is counted any more."""
        if connection.vendor == "sqlite" and connection.connection is not None:
            connection.connection.set_progress_handler(None, 0)

    def _is_over(self) -> bool:
        return time.monotonic() > self._ends_at
