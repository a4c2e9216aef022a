"""The client against a server that misbehaves: every failure has words, none has the key."""

import itertools
import json
import socketserver
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glu_admin.glu.answers import cache_age, retry_after, server_time
from glu_admin.glu.client import GluClient
from glu_admin.glu.errors import GluError, Interrupted, NotFound, Refused, TooManyRequests, Unreachable, Unreadable
from glu_admin.glu.lists import read_rows
from glu_admin.glu.pace import Pace
from tests.patience import HANG_SECONDS

KEY, OTHER_KEY = "planted-client-key-1", "planted-wrong-key-2"
dates_in_headers = st.from_regex(
    r"(Mon, )?[0-3][0-9] (Jan|Feb|Dec) [0-9]{1,5} [0-2][0-9]:[0-9]{2}:[0-9]{2} ([+-][0-9]{4,6}|GMT|X)", fullmatch=True
)
Script = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(script: Script) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    seen: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self)
            script(self)

        def log_message(self, *_: Any) -> None:
            return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
        server.shutdown()


def answer(status: int, body: bytes = b"[]", **headers: str) -> Script:
    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return script


def client(url: str, **options: Any) -> GluClient:
    patient = dict.fromkeys(("connect_timeout", "read_timeout", "total_timeout"), HANG_SECONDS)
    small = {"max_body_bytes": 16 * 1024 * 1024, "retries": 0, "backoff": 0, "longest_wait": 0}
    options = {"pace": Pace(10_000, longest_pause=900), **patient, **small, **options}
    return GluClient(url, KEY, **options)


def test_it_asks_as_it_should() -> None:
    with serving(answer(200, b'[{"id": 1}]')) as (url, seen):
        got = client(url).get("/orders", [("updatedAt[after]", "2026-03-29T00:30:00+00:00")])
    assert got.data == [{"id": 1}]
    assert got.server_time is not None
    assert got.server_time.utcoffset() is not None
    request = seen[0]
    assert request.command == "GET"
    assert request.headers["x-api-key"] == KEY
    assert request.headers["Accept"] == "application/json"
    assert "updatedAt%5Bafter%5D=2026-03-29T00%3A30%3A00%2B00%3A00" in request.path


def test_a_look_gives_whatever_is_answered() -> None:
    with serving(answer(406, b'{"detail": "No."}', Vary="Accept")) as (url, seen):
        reply = client(url).get_reply("/orders", [("page", "0")], accept="application/ld+json", key=OTHER_KEY)
    assert (reply.status, reply.data, reply.headers["vary"]) == (406, {"detail": "No."}, "Accept")
    request = seen[0]
    assert (request.command, request.path) == ("GET", "/orders?page=0")
    assert request.headers.get_all("x-api-key") == [OTHER_KEY]
    assert request.headers.get_all("Accept") == ["application/ld+json"]


def test_a_look_with_another_key_leaves_the_own_one_in_place() -> None:
    with serving(answer(200)) as (url, seen):
        asking = client(url)
        asking.get_reply("/orders", key=OTHER_KEY)
        asking.get_reply("/orders")
        assert asking.get("/orders").data == []
        assert asking.requests == 3
    assert [request.headers["x-api-key"] for request in seen] == [OTHER_KEY, KEY, KEY]
    assert [request.headers["Accept"] for request in seen] == ["application/json"] * 3


@pytest.mark.parametrize(
    ("status", "body", "data"), [(200, b"<html>", None), (302, b"", None), (500, b"null", None), (401, b"[1]", [1])]
)
def test_a_look_follows_nothing_and_takes_nothing_for_json(status: int, body: bytes, data: Any) -> None:
    with serving(answer(status, body, Location="http://127.0.0.1:9/")) as (url, seen):
        reply = client(url).get_reply("/orders")
    assert (reply.status, reply.data, len(seen)) == (status, data, 1)


def test_a_look_keeps_to_the_pace() -> None:
    with serving(answer(429, Retry_After="600")) as (url, seen):
        asking = client(url)
        assert asking.get_reply("/orders").status == 429
        with pytest.raises(TooManyRequests) as error:
            asking.get_reply("/orders")
    assert 600 - HANG_SECONDS < error.value.retry_after <= 600
    assert len(seen) == 1
    assert asking.pace.learned().throttled_today == 1


@pytest.mark.parametrize(("body", "kind"), [(b"[" + b"1," * 50_000 + b"1]", Unreadable), (None, Unreachable)])
def test_a_look_is_bounded(body: bytes | None, kind: type[GluError]) -> None:
    with serving(half if body is None else answer(200, body)) as (url, _), pytest.raises(kind) as error:
        client(url, max_body_bytes=10_000).get_reply("/orders", key=OTHER_KEY)
    assert KEY not in "".join(traceback.format_exception(error.value))
    assert OTHER_KEY not in "".join(traceback.format_exception(error.value))


def half(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"[1, 2")


def slow(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(900):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        threading.Event().wait(0.05)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (answer(401), Refused),
        (answer(403, b"<html>"), Refused),
        (answer(404), NotFound),
        (answer(429, Retry_After="120"), TooManyRequests),
        (answer(500), Unreachable),
        (answer(503, b"<html>", Retry_After="86400"), Unreachable),
        (answer(302, Location="http://127.0.0.1:9/elsewhere"), Unreadable),
        (answer(400), Unreadable),
        (answer(200, b"<html>maintenance</html>"), Unreadable),
        (answer(200, b""), Unreadable),
        (answer(200, b"[nan]"), Unreadable),
        (answer(200, b"[" * 100_000), Unreadable),
        (answer(200, b"x" * 3_000_000), Unreadable),
        (half, Unreachable),
    ],
    ids=range(14),
)
def test_every_failure_has_words_and_never_the_key(script: Script, error: type[GluError]) -> None:
    with serving(script) as (url, _), pytest.raises(error) as caught:
        client(url, max_body_bytes=1_000_000).get("/orders")
    assert caught.value.words.endswith(".")
    told = "".join(traceback.format_exception(caught.value)) + caught.value.words
    assert KEY not in told
    assert "127.0.0.1" not in caught.value.words
    assert caught.value.__cause__ is None


def test_an_answer_that_never_ends_is_given_up() -> None:
    with serving(slow) as (url, seen), pytest.raises(Unreachable, match="took too long"):
        client(url, total_timeout=0.2).get("/orders")
    assert len(seen) == 1


def test_nobody_listening() -> None:
    with pytest.raises(Unreachable, match="could not be reached"):
        client("http://127.0.0.1:9").get("/orders")


def test_a_redirect_is_not_followed() -> None:
    with (
        serving(answer(200)) as (other, seen),
        serving(answer(302, Location=other)) as (url, _),
        pytest.raises(Unreadable),
    ):
        client(url).get("/orders")
    assert seen == []


def test_no_proxy_or_password_of_the_environment_comes_between(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A proxy would see the key."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(answer(200)) as (proxy, overheard), serving(answer(200)) as (url, seen):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        client(url).get("/orders", [])
    assert not overheard
    assert [handler.headers.get("Authorization") for handler in seen] == [None]


def test_5xx_is_tried_again_and_429_sat_out() -> None:
    left = iter([answer(503), answer(429, Retry_After="0"), answer(200, b"[7]")])
    with serving(lambda handler: next(left)(handler)) as (url, seen):
        assert client(url, retries=1, longest_wait=5, unsaid_pause=0.01).get("/orders").data == [7]
    assert len(seen) == 3


@pytest.mark.parametrize(("header", "least", "most"), [("90", 90, 90), ("Wed, 21 Oct 2093 07:28:00 GMT", 1e9, 1e10)])
def test_a_long_retry_after_is_passed_on(header: str, least: float, most: float) -> None:
    with serving(answer(429, Retry_After=header)) as (url, _), pytest.raises(TooManyRequests) as caught:
        client(url, longest_wait=5).get("/orders")
    assert least <= caught.value.retry_after <= most


def test_a_date_to_wait_for_is_by_glus_own_clock() -> None:
    def later(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(429)
        handler.send_header("Date", "Wed, 21 Oct 2015 07:28:00 GMT")
        handler.send_header("Retry-After", "Wed, 21 Oct 2015 07:29:30 GMT")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(later) as (url, _), pytest.raises(TooManyRequests) as caught:
        client(url, longest_wait=5).get("/orders")
    assert caught.value.retry_after == 90


class Told(Pace):
    """Never holds back, and notes how long it might have."""

    def __init__(self) -> None:
        super().__init__(10_000, longest_pause=900)
        self.longest: list[float | None] = []
        self.asked: list[float | None] = []

    def wait(self, *, interactive: bool = False, longest: float | None = None, stop: threading.Event) -> None:
        self.longest.append(longest)

    def throttled(self, retry_after: float | None) -> None:
        self.asked.append(retry_after)


def test_pauses_are_sat_out_as_long_as_they_fit_together() -> None:
    left = iter([answer(429, Retry_After="3"), answer(429, Retry_After="2"), answer(200, b"[7]")])
    pace = Told()
    with serving(lambda handler: next(left)(handler)) as (url, _):
        assert client(url, pace=pace, longest_wait=5).get("/orders").data == [7]
    assert pace.asked == [3, 2]
    assert pace.longest == [5, 5, 2]  # at each request, the pause asked for before it still fits


def test_pauses_that_do_not_fit_together_are_passed_on() -> None:
    pace = Told()
    with serving(answer(429, Retry_After="3")) as (url, seen), pytest.raises(TooManyRequests) as caught:
        client(url, pace=pace, longest_wait=5).get("/orders")
    assert len(seen) == 2
    assert caught.value.retry_after == 3


class Paused(threading.Event):
    """Sits nothing out, and notes how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout)
        return False


UNUSABLE = [
    {},
    {"Retry_After": "0"},
    {"Retry_After": "-30"},
    {"Retry_After": "soon"},
    {"Retry_After": "²"},
    {"Retry_After": "Wed, 21 Oct 2015 07:28:00 GMT"},
    {"Retry_After": "Fri, 31 Dec 9999 23:59:59 -0100"},
]


@pytest.mark.parametrize("headers", UNUSABLE)
def test_a_429_that_names_no_usable_time_is_followed_by_a_real_pause(headers: dict[str, Any]) -> None:
    pace = Told()
    with serving(answer(429, **headers)) as (url, seen):
        asking = client(url, pace=pace, longest_wait=5)
        asking._stopped = paused = Paused()
        with pytest.raises(TooManyRequests) as caught:
            asking.get("/orders")
    assert paused.seconds == [1, 2]  # and four more would be longer than is sat out
    assert len(seen) == asking.requests == 3
    assert pace.asked == [None] * 3
    assert caught.value.retry_after == 5


def test_what_goes_before_others_pauses_for_a_quarter_of_the_time() -> None:
    with serving(answer(429)) as (url, _):
        asking = client(url, longest_wait=5)
        asking._stopped = paused = Paused()
        with asking.before_others(), pytest.raises(TooManyRequests):
            asking.get("/orders")
    assert paused.seconds == [0.25, 0.5, 1, 2]
    assert not asking.interactive


def test_pauses_of_which_nobody_said_how_long_are_left_when_the_work_is_over() -> None:
    with serving(answer(429)) as (url, seen):
        asking = client(url, longest_wait=900, unsaid_pause=900)
        ending = threading.Timer(0.2, asking.interrupt)
        ending.start()
        with pytest.raises(Interrupted):
            asking.get("/orders")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ({}, 0),
        ({"Age": "900"}, 900),
        ({"Age": "12, 900"}, 900),
        ({"Age": "900.5"}, 900),
        ({"Age": "9" * 14}, 10**9 - 1),
        ({"Age": "-5"}, 0),
        ({"Age": "old"}, 0),
    ],
)
def test_the_age_of_an_answer_is_what_a_cache_says(said: dict[str, Any], age: int) -> None:
    with serving(answer(200, **said)) as (url, _):
        assert client(url).get_list("/orders").age == age


def trickling(start: bytes, more: bytes) -> Script:
    """Without an end, a byte at a time and each of them soon enough."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        for byte in itertools.chain(start, itertools.cycle(more)):
            try:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
            except OSError:
                return
            threading.Event().wait(0.02)

    return script


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Filling: ", b"x"),
        (b"HTTP/1.1 ", b"2"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"x"),
        (b"HTTP/1.1 503 Away\r\nContent-Length: 9999\r\n\r\n", b" "),
    ],
    ids=["header", "status", "continue", "chunk", "503"],
)
def test_one_deadline_holds_for_a_whole_answer_and_all_its_tries(start: bytes, more: bytes) -> None:
    with serving(trickling(start, more)) as (url, seen), pytest.raises(Unreachable, match="took too long"):
        client(url, retries=3, total_timeout=1).get("/orders")
    assert len(seen) == 1


@pytest.mark.parametrize("name", ["Date", "Retry-After", "Age"])
@settings(deadline=None)
@given(text=st.one_of(st.text(), dates_in_headers))
@example(text="Fri, 31 Dec 9999 23:59:59 -0100")
@example(text="Mon, 01 Jan 0001 00:00:00 +2359")
@example(text="Mon, 01 Jan 2029 00:00:00 +99999999999999")
@example(text="²")
@example(text="9" * 400)
def test_no_header_raises_what_is_not_of_the_family(name: str, text: str) -> None:
    headers = {"Retry-After": "5", name: text}
    asked, clock = retry_after(headers), server_time(headers)
    assert asked is None or asked > 0
    assert 0 <= cache_age(headers) < 10**9
    assert clock is None or clock.utcoffset() == timedelta(0)


def test_a_clock_that_is_years_ahead_is_as_good_as_none() -> None:
    assert server_time({"Date": "Fri, 31 Dec 9999 23:59:59 GMT"}) is None
    ahead = datetime.now(UTC) + timedelta(days=1)
    assert server_time({"Date": format_datetime(ahead, usegmt=True)}) == ahead.replace(microsecond=0)


def test_a_wrong_body_in_between_is_asked_again_as_a_500_is() -> None:
    wrong = [b"null", b'{"id": 1}', b"<html>", b"", b"[1, 2", b"7"]
    for body in wrong:
        left = iter([answer(200, body), answer(200, b"[7]")])
        with serving(lambda handler, left=left: next(left)(handler)) as (url, seen):  # type: ignore[misc]
            assert client(url, retries=1).get_list("/orders").rows == read_rows([7])
        assert len(seen) == 2
    left = iter([answer(404, b"<html>"), answer(200, b"[]"), answer(200, b'{"id": 7}')])
    with serving(lambda handler: next(left)(handler)) as (url, _):
        assert client(url, retries=1).get_object("/orders/7") == {"id": 7}


def test_a_wrong_body_that_stays_is_told_after_so_many_tries() -> None:
    with serving(answer(200, b'{"id": 1}')) as (url, seen), pytest.raises(Unreadable, match="not a list"):
        client(url, retries=2).get_list("/orders")
    assert len(seen) == 3


def test_numbers_that_are_none_come_as_the_text_that_stood_there() -> None:
    body = b'[{"total": NaN, "tax": -Infinity, "fee": 1e999, "rate": 1.5, "id": 7}]'
    with serving(answer(200, body)) as (url, _):
        rows = client(url).get("/orders").data
    assert rows == [{"total": "NaN", "tax": "-Infinity", "fee": "1e999", "rate": 1.5, "id": 7}]
    json.dumps(rows, allow_nan=False)


def test_a_number_too_long_for_any_type_takes_none_of_the_rows_around_it() -> None:
    long = "9" * 5000
    with serving(answer(200, f'[{{"id": 1, "total": {long}}}, {{"id": 2, "total": 7}}]'.encode())) as (url, _):
        assert client(url).get("/orders").data == [{"id": 1, "total": long}, {"id": 2, "total": 7}]
