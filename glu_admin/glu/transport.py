"""How one question reaches Glu and comes back whole: GET, a fixed address, no redirects, bounded in time and size."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import requests
import urllib3
from urllib3.util import Retry

from glu_admin.glu.answers import connection_words
from glu_admin.glu.deadline import DeadlineAdapter, within
from glu_admin.glu.errors import GluError, Unreachable, Unreadable

Params = Sequence[tuple[str, str]]


class Answered(NamedTuple):
    """An answer whatever its status, with its whole body; the names of headers may be asked for in any letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class BrokenAnswer(Exception):
    """An answer that broke off, was no JSON or nothing Glu documents: worth asking again, as urllib3 does for a 500."""

    def __init__(self, error: GluError) -> None:
        super().__init__(error.words)
        self.error = error


class Transport:
    """Connections to one address with one key, one for each thread that asks."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        retry: Retry,
        timeouts: tuple[float, float],
        total_timeout: float,
        max_body_bytes: int,
    ) -> None:
        """`timeouts` are those of connecting and of reading; `total_timeout` is for a whole answer; all in seconds."""
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._retry = retry
        self._timeouts = timeouts
        self._total_timeout = total_timeout
        self._max_body_bytes = max_body_bytes
        self._local = threading.local()
        self._adapters: list[DeadlineAdapter] = []

    def fetch(self, path: str, params: Params, headers: Mapping[str, str]) -> Answered:
        """One GET; `headers` go before those of every question.

        Raises Unreachable, Unreadable where the body is too large, and BrokenAnswer where it broke off.
        """
        query = f"?{urlencode(params)}" if params else ""
        with within(self._total_timeout):
            try:
                adapter, question = self._connection()
                if headers:
                    question = question.copy()
                    question.headers.update(headers)
                question.url = f"{self._base_url}{path}{query}"
                response: Any = adapter.send(question, stream=True, timeout=self._timeouts)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                # `from None`: the original carries the request, and with it the key.
                raise Unreachable(connection_words(error)) from None
            with response:
                try:
                    body = self._body(response)
                except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                    raise BrokenAnswer(Unreachable(connection_words(error))) from None
        return Answered(response.status, response.headers, body)

    def close(self) -> None:
        """Close every connection."""
        for adapter in self._adapters:
            adapter.close()

    def _body(self, response: Any) -> bytes:
        parts, size = [], 0
        while chunk := response.read1(65536, decode_content=True):
            size += len(chunk)
            if size > self._max_body_bytes:
                raise Unreadable("Glu’s answer was larger than allowed.")
            parts.append(chunk)
        return b"".join(parts)

    def _connection(self) -> tuple[DeadlineAdapter, requests.PreparedRequest]:
        """This thread's connection, and what its questions have in common, prepared once."""
        found: tuple[DeadlineAdapter, requests.PreparedRequest] | None = getattr(self._local, "connection", None)
        if found is None:
            # No session of requests: it would look for cookies and redirects each time, and its proxies and netrc would
            # be the environment's, and see the key.
            adapter = DeadlineAdapter(max_retries=self._retry, pool_maxsize=1)
            headers = {
                "x-api-key": self._key,
                "Accept": "application/json",
                "Cache-Control": "no-cache",
                "User-Agent": "Glu-Admin",
            }
            question = requests.Request("GET", self._base_url, headers).prepare()
            found = self._local.connection = adapter, question
            self._adapters.append(adapter)
        return found
