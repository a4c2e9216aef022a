"""How one question reaches Glu and comes back whole: GET, a fixed address, no redirects, bounded in time and size."""

import threading
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import requests
import urllib3
from urllib3.util import Retry

from glu_admin.glu.answers import connection_words
from glu_admin.glu.deadline import DeadlineAdapter, within
from glu_admin.glu.errors import GluError, Unreachable, Unreadable

Params = Sequence[tuple[str, str]]


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
        self._sessions: list[requests.Session] = []

    def fetch(self, path: str, params: Params, headers: Mapping[str, str]) -> tuple[requests.Response, bytes]:
        """One GET, whatever its status, with its whole body; `headers` go before those of every question.

        Raises Unreachable, Unreadable where the body is too large, and BrokenAnswer where it broke off.
        """
        query = f"?{urlencode(params)}" if params else ""
        with within(self._total_timeout):
            try:
                session, question = self._session()
                request = question.copy()
                request.url = f"{self._base_url}{path}{query}"
                request.headers.update(headers)
                response = session.send(request, timeout=self._timeouts, allow_redirects=False, stream=True)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                # `from None`: the original carries the request, and with it the key.
                raise Unreachable(connection_words(error)) from None
            with response:
                try:
                    body = self._body(response)
                except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                    raise BrokenAnswer(Unreachable(connection_words(error))) from None
        return response, body

    def close(self) -> None:
        """Close every connection."""
        for session in self._sessions:
            session.close()

    def _body(self, response: requests.Response) -> bytes:
        parts, size = [], 0
        while chunk := response.raw.read1(65536, decode_content=True):
            size += len(chunk)
            if size > self._max_body_bytes:
                raise Unreadable("Glu’s answer was larger than allowed.")
            parts.append(chunk)
        return b"".join(parts)

    def _session(self) -> tuple[requests.Session, requests.PreparedRequest]:
        """This thread's connection, and what its questions have in common, prepared once: a third of their cost."""
        found: tuple[requests.Session, requests.PreparedRequest] | None = getattr(self._local, "session", None)
        if found is None:
            session = requests.Session()
            session.trust_env = False  # no proxy or netrc of the environment may see the key
            adapter = DeadlineAdapter(max_retries=self._retry, pool_maxsize=1)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            headers = {
                "x-api-key": self._key,
                "Accept": "application/json",
                "Cache-Control": "no-cache",
                "User-Agent": "Glu-Admin",
            }
            question = session.prepare_request(requests.Request("GET", self._base_url, headers))
            found = self._local.session = session, question
            self._sessions.append(session)
        return found
