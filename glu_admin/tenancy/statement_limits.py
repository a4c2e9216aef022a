"""No page waits on the database for ever: each of its statements ends in time, waiting for a lock included."""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_STEPS = 10_000  # of SQLite's machine, between two looks at the clock: some tenths of a millisecond
_SET = "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)"
_RESET = "RESET statement_timeout; RESET lock_timeout"


@contextmanager
def statement_limit(seconds: float) -> Iterator["Limit"]:
    """A context in which a database statement of this thread that takes longer than `seconds` raises OperationalError.

    Waiting for a lock may take half of that. Where contexts are nested the innermost counts.
    """
    outer = next((wrapper for wrapper in reversed(connection.execute_wrappers) if isinstance(wrapper, Limit)), None)
    limit = Limit(seconds, outer)
    with connection.execute_wrapper(limit):
        try:
            yield limit
        finally:
            limit.end()


class StatementLimitMiddleware:
    """Pages have STATEMENT_SECONDS for each statement."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in time."""
        with statement_limit(settings.STATEMENT_SECONDS):
            return self.get_response(request)


class Limit:
    """An execute wrapper, which Django calls around each statement: it sets the limit and takes it away."""

    def __init__(self, seconds: float, outer: "Limit | None") -> None:
        self._seconds, self._ends_at = seconds, 0.0
        self._outer = outer
        self._limited: Any = None

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Run one statement."""
        self.begin()
        return execute(sql, params, many, context)

    def begin(self) -> None:
        """Start counting for the next statement, or for the next rows of a statement."""
        connection.ensure_connection()
        raw = connection.connection
        if connection.vendor == "sqlite":
            self._ends_at = time.monotonic() + self._seconds
            raw.set_progress_handler(self._is_over, _STEPS)
        elif self._limited is not raw:
            with connection.wrap_database_errors:
                raw.execute(_SET, [f"{self._seconds * 1000:.0f}", f"{self._seconds * 500:.0f}"])
            self._limited = raw

    def end(self) -> None:
        """Stop limiting; an outer limit counts again."""
        raw, held, self._limited = connection.connection, self._limited, None
        if raw is None:
            return
        if connection.vendor == "sqlite":
            raw.set_progress_handler(None, 0)
        elif held is raw:
            with contextlib.suppress(Error), connection.wrap_database_errors:  # of one that is lost
                raw.execute(_RESET)
        if self._outer is not None:
            self._outer.again()

    def again(self) -> None:
        """Limit again after `end`, if this limit had begun."""
        if self._limited is not None or connection.vendor == "sqlite":
            self._limited = None
            self.begin()

    def _is_over(self) -> bool:
        return time.monotonic() > self._ends_at
