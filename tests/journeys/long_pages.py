"""The desk, with pages besides whose reading can be stopped, `/endless` and `/long` of 6 MB, and a `/broken` file."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unittest.mock import Mock

from django.db import OperationalError

from glu_admin.wsgi import application as desk
from orders.exports.sending import Sending

PIECE = b"0123456789abcde\n" * 4096


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One page, or whatever the desk says."""
    match environ["PATH_INFO"]:
        case "/endless":
            return _pieces(start_response, 10**9)
        case "/long":
            return _pieces(start_response, 96)
        case "/broken":
            start_response("200 OK", [("Content-Type", "text/csv")])
            return Sending(_breaking(), Mock(), 60, environ["gunicorn.socket"])
    answer: Iterable[bytes] = desk(environ, start_response)
    return answer


def _pieces(start_response: Callable[..., Any], count: int) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    for _ in range(count):
        yield PIECE


def _breaking() -> Iterator[str]:
    for _ in range(96):
        yield PIECE.decode()
    raise OperationalError("the database went away")
