"""What goes wrong on the way: answers that are refused, replaced, cut, slowed or never come."""

import math
import zlib
from collections.abc import Callable, Iterable, Iterator
from email.utils import formatdate
from time import monotonic, sleep
from typing import Any

from waitress.channel import ClientDisconnected

from glu_admin.sandbox.answers import Answer, Problem, html_answer
from glu_admin.sandbox.shop import Shop

Start = Callable[[str, list[tuple[str, str]]], Any]

_SLICES = 8
_WORDS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}


def instead(shop: Shop) -> Answer | None:
    """What is answered instead of the truth, if a fault strikes; else None.

    Raises ClientDisconnected where nothing at all is to be answered.
    """
    if shop.faults.rate_limit and _too_fast(shop):
        shop.mishaps["rate_limit"] += 1
        return _slow_down(shop)
    if shop.strikes("reset_rate"):
        raise ClientDisconnected
    if shop.strikes("error_rate"):
        status = shop.dice().choice(tuple(_WORDS))
        if shop.dice().random() < 0.5:
            return Problem(status, _WORDS[status]).answer()
        return html_answer(_page(f"{status} {_WORDS[status]}"), status)
    if shop.strikes("html_rate"):
        return html_answer(_page("We will be right back"))
    return None


def cut(shop: Shop) -> str:
    """Whether this answer is cut short: "" no, "length" against its Content-Length, or "json" in its middle."""
    return shop.dice().choice(("length", "json")) if shop.strikes("truncated_rate") else ""


def send(answer: Answer, start: Start, shop: Shop | None = None, cut_short: str = "") -> Iterable[bytes]:
    """Hand an answer to WSGI, with what goes wrong while it is sent."""
    headers, body = list(answer.headers), answer.body
    if shop is None:
        start(answer.status_line, headers)
        return [body]
    headers.append(("Date", formatdate(shop.clock() + shop.faults.clock_skew_s, usegmt=True)))
    if shop.faults.rate_headers:
        headers += [("X-RateLimit-Limit", "600"), ("X-RateLimit-Remaining", "599")]
        headers += [("ETag", f'"{zlib.crc32(body):08x}"'), ("Cache-Control", "private, max-age=0"), ("Age", "12")]
    if cut_short == "json":
        body = body[: len(body) // 2]
    if cut_short != "length" and not shop.faults.slow_body_ms:
        start(answer.status_line, headers)
        return [body]
    start(answer.status_line, [*headers, ("Content-Length", str(len(body)))])
    return _trickle(body, shop.faults.slow_body_ms / 1000, stop_early=cut_short == "length")


def _trickle(body: bytes, seconds: float, *, stop_early: bool) -> Iterator[bytes]:
    step = max(1, math.ceil(len(body) / _SLICES))
    for offset in range(0, len(body) // 2 if stop_early else len(body), step):
        sleep(seconds / _SLICES)
        yield body[offset : offset + step]
    if stop_early:
        raise ClientDisconnected


def _too_fast(shop: Shop) -> bool:
    rate, now = shop.faults.rate_limit, monotonic()
    shop.tokens = min(max(1.0, rate), shop.tokens + (now - shop.filled_at) * rate)
    shop.filled_at = now
    if shop.tokens < 1:
        return True
    shop.tokens -= 1
    return False


def _slow_down(shop: Shop) -> Answer:
    faults, answer = shop.faults, Problem(429, "Too many requests.").answer()
    if faults.rate_limit_retry_after == "seconds":
        answer.headers.append(("Retry-After", str(math.ceil(faults.retry_after_seconds))))
    elif faults.rate_limit_retry_after == "date":
        when = math.ceil(shop.clock() + faults.clock_skew_s + faults.retry_after_seconds)
        answer.headers.append(("Retry-After", formatdate(when, usegmt=True)))
    return answer


def _page(words: str) -> str:
    return f"<!DOCTYPE html>\n<html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>\n"
