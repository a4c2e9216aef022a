"""The only door to Glu: what is asked, when it is asked again, and what a 429 does to a question."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import urllib3
from urllib3.util import Retry

from glu_admin.glu.answers import cache_age, decoded, refuse, retry_after, server_time
from glu_admin.glu.errors import GluError, Interrupted, Refused, TooManyRequests, Unreadable
from glu_admin.glu.lists import EVERYTHING, Bounds, Listed, numbered, read_rows
from glu_admin.glu.pace import Pace
from glu_admin.glu.refusals import Refusals
from glu_admin.glu.transport import BrokenAnswer, Params, Transport

MOST_429 = 8  # answers of 429 in a row to one question
LONGEST_WAIT = 5.0
"""For how many seconds a 429 is sat out before TooManyRequests is raised."""
UNSAID_PAUSE = 1.0
"""For how many seconds a question waits after a 429 that names no time; twice as long after each more."""
UNSAID_WAIT = 5.0
"""For how many seconds TooManyRequests asks where Glu named no time."""
_SOONER = 0.25  # the share of the pause for what goes before others: those wait for it, and go on more slowly already


@dataclass(frozen=True)
class Answer:
    """A decoded answer and Glu's own clock (aware UTC, whole seconds; None when it sent no usable Date).

    `age` is how many seconds ago a cache on the way was given it.
    """

    data: Any
    server_time: datetime | None
    age: int = 0


@dataclass(frozen=True)
class Reply:
    """Any answer as it came, whatever its status; `data` is its JSON, None when it holds none."""

    status: int
    headers: Mapping[str, str]
    data: Any


class GluClient:
    """Reads Glu's Organisation API with one organisation's key; safe to share between threads.

    Source: https://glu.gitbook.io/docs/getting-started/authentication (the key travels in `x-api-key`).
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        pace: Pace,
        connect_timeout: float,
        read_timeout: float,
        total_timeout: float,
        max_body_bytes: int,
        retries: int,
        backoff: float,
        longest_wait: float = LONGEST_WAIT,
        unsaid_pause: float = UNSAID_PAUSE,
        unsaid_wait: float = UNSAID_WAIT,
        key_id: int = 0,
        touchstone: str | None = None,
    ) -> None:
        """`key_id` is what the caller knows the key by; `touchstone` is a path that every key may ask.

        Times are in seconds; of the last three LONGEST_WAIT, UNSAID_PAUSE and UNSAID_WAIT say what they are for.
        """
        self.key_id = key_id
        self.pace = pace
        self._longest_wait = longest_wait
        self._unsaid_pause = unsaid_pause
        self._unsaid_wait = unsaid_wait
        self._retry = Retry(
            total=retries,
            redirect=0,
            backoff_factor=backoff,
            backoff_jitter=backoff,
            status_forcelist=(500, 502, 503, 504),
            allowed_methods=("GET",),
            respect_retry_after_header=False,  # one header could park a worker for hours; 429 is handled below
            raise_on_status=False,
        )
        self._transport = Transport(
            base_url,
            key,
            retry=self._retry,
            timeouts=(connect_timeout, read_timeout),
            total_timeout=total_timeout,
            max_body_bytes=max_body_bytes,
        )
        self._local = threading.local()
        self._stopped = threading.Event()
        self._counting = threading.Lock()
        self._refusals = Refusals(None if touchstone is None else partial(self._ask_touchstone, touchstone))
        self.requests = 0

    def get(self, path: str, params: Params = ()) -> Answer:
        """GET `path` (such as "/orders") and decode its JSON.

        Raises Refused, NotFound, TooManyRequests, Unreachable or Unreadable, each with words fit to show; Interrupted
        when it was still waiting for its turn. Once the key itself was refused nothing more is asked: KeyRefused.
        """
        retries, left, slept = self._retry, self._longest_wait, 0.0
        unsaid = self._unsaid_pause * (_SOONER if self.interactive else 1)
        for attempt in range(MOST_429 + 1):
            while True:
                self.pace.wait(interactive=self.interactive, longest=left, stop=self._stopped)
                self._refusals.stop()
                with self._counting:
                    self.requests += 1
                try:
                    return self._once(path, params)
                except Refused as error:
                    raise self._refusals.judged(error) from None
                except TooManyRequests as error:
                    asked = error.retry_after or None
                    break
                except BrokenAnswer as broken:
                    retries = _again(retries, path, broken.error)
            self.pace.throttled(asked)
            left -= slept  # of what is left, this pause has still to be sat out
            slept = asked or unsaid
            if slept > left or attempt == MOST_429:
                raise TooManyRequests("Glu asked for fewer requests.", asked or self._unsaid_wait)
            if asked is None:
                # This question only: the others go on, more slowly, for it is their rate that finds the limit.
                if self._stopped.wait(unsaid):
                    raise Interrupted("The work was interrupted.")
                unsaid *= 2
        raise AssertionError

    def get_list(self, path: str, bounds: Bounds = EVERYTHING, page: int = 1) -> Listed:
        """GET a page of the list at `path`, within `bounds`; `page` counts from 1.

        Raises as `get` does, and Unreadable also when the answer is no list, again after the retries.
        """
        params = [("page", str(page)), *bounds.params()]
        answer = self._of(numbered, Unreadable("Glu’s answer was not a list."), path, params)
        return Listed(read_rows(answer.data), answer.server_time, answer.age)

    def get_object(self, path: str) -> dict[str, Any]:
        """GET a JSON object, such as one order.

        Raises as `get` does, and Unreadable also when the answer is no object, again after the retries.
        """
        answer = self._of(_fields, Unreadable("Glu’s answer was not what was asked for."), path, ())
        return dict(answer.data)

    def get_reply(
        self, path: str, params: Params = (), *, accept: str = "application/json", key: str | None = None
    ) -> Reply:
        """GET `path` once and give whatever is answered, for questions about Glu itself.

        `key` is asked with instead of the organisation's own. A 429 slows the pace and is given like any other. Raises
        TooManyRequests only when Glu's pause is too long to sit out, Unreachable, Unreadable (too large), Interrupted.
        """
        self.pace.wait(interactive=self.interactive, longest=self._longest_wait, stop=self._stopped)
        with self._counting:
            self.requests += 1
        headers = {"Accept": accept} if key is None else {"Accept": accept, "x-api-key": key}
        try:
            answered = self._transport.fetch(path, params, headers)
        except BrokenAnswer as broken:
            raise broken.error from None
        if answered.status == 429:
            self.pace.throttled(retry_after(answered.headers) or self._unsaid_pause)
        try:
            data = decoded(answered.body)
        except ValueError:
            data = None
        return Reply(answered.status, answered.headers, data)

    @property
    def interactive(self) -> bool:
        """Whether this thread's requests go before others, within their share."""
        return getattr(self._local, "interactive", False)

    @contextmanager
    def before_others(self) -> Iterator[None]:
        """Let this thread's requests go before others meanwhile, within their share: somebody or something waits."""
        was, self._local.interactive = self.interactive, True
        try:
            yield
        finally:
            self._local.interactive = was

    def interrupt(self) -> None:
        """Let no thread wait for its turn any longer: whoever does, or comes later, gets Interrupted until `resume`."""
        self._stopped.set()

    def resume(self) -> None:
        """Let requests wait for their turn again, after `interrupt`."""
        self._stopped.clear()

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def _ask_touchstone(self, path: str) -> None:
        with self._counting:
            self.requests += 1
        try:
            self._once(path, ())
        except BrokenAnswer as broken:
            raise broken.error from None

    def _of(self, read: Callable[[Any], Any], otherwise: Unreadable, path: str, params: Params) -> Answer:
        retries = self._retry
        while (data := read((answer := self.get(path, params)).data)) is None:
            retries = _again(retries, path, otherwise)
        return replace(answer, data=data)

    def _once(self, path: str, params: Params) -> Answer:
        status, headers, body = self._transport.fetch(path, params, {})
        if status != 200:
            try:
                refuse(status, headers, body)
            except Unreadable as error:
                raise BrokenAnswer(error) from None
        try:
            data = decoded(body)
        except ValueError:
            raise BrokenAnswer(Unreadable("Glu’s answer was not JSON.")) from None
        return Answer(data, server_time(headers), cache_age(headers))


def _fields(data: Any) -> dict[str, Any] | None:
    return data if isinstance(data, dict) else None


def _again(retries: Retry, path: str, otherwise: GluError) -> Retry:
    """Sleep until the next try; the tries that are left then. Raises `otherwise` when there is none."""
    try:  # counted as urllib3 counts an answer that broke off
        left = retries.increment("GET", path, error=urllib3.exceptions.ProtocolError("answer"))
    except urllib3.exceptions.MaxRetryError:
        raise otherwise from None
    left.sleep()
    return left
