"""The desk, with pages besides whose reading can be stopped: `/endless`, and `/long` of 6 MB."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from glu_admin.wsgi import application as desk

PIECE = b"0123456789abcde\n" * 4096


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One page, or whatever the desk says."""
    match environ["PATH_INFO"]:
        case "/endless":
            return _pieces(start_response, 10**9)
        case "/long":
            return _pieces(start_response, 96)
    answer: Iterable[bytes] = desk(environ, start_response)
    return answer


def _pieces(start_response: Callable[..., Any], count: int) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    for _ in range(count):
        yield PIECE
