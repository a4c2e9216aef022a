"""Reads files of orders, JSON Lines with one order a line; says in words what is wrong with a line or the file."""

from collections.abc import Iterable, Iterator
from typing import Any

from glu_admin.glu.answers import decoded

_BEGINNINGS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x1f\x8b": "compressed (gzip)",
    b"PK\x03\x04": "a ZIP file or a workbook",
}


class NotAnOrder(Exception):
    """A line that cannot be read as an order; the message names it and says why."""


def orders_in(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The orders of a file, in its order; blank lines are left out. Raises NotAnOrder."""
    for number, line in enumerate(lines, 1):
        if number == 1:
            line = _first(line)
        if line.strip():
            yield _order(line, number)


def _first(line: bytes) -> bytes:
    """The first line without a byte order mark, if the file is of a kind that can be read."""
    for beginning, kind in _BEGINNINGS.items():
        if line.startswith(beginning):
            raise NotAnOrder(f"The file is {kind}, not UTF-8 text. Save it as UTF-8, one order a line.")
    if b"\0" in line[:4]:
        raise NotAnOrder("The file is UTF-16 or UTF-32, not UTF-8 text. Save it as UTF-8, one order a line.")
    return line.removeprefix(b"\xef\xbb\xbf")


def _order(line: bytes, number: int) -> dict[str, Any]:
    start = line.lstrip()[:1]
    if number == 1 and start == b"[":
        raise NotAnOrder(
            "The file is a JSON array. Write JSON Lines instead: one order a line, without [ ] and commas."
        )
    try:
        row = decoded(line, pairs=_once)
    except UnicodeDecodeError:
        raise NotAnOrder(f"Line {number} is not UTF-8 text.") from None
    except _Twice as error:
        raise NotAnOrder(f"Line {number} says “{error}” twice, so that one of the two would be lost.") from None
    except ValueError as error:
        broken = "is not whole JSON: each order has to be one line" if start == b"{" else "is not JSON"
        raise NotAnOrder(f"Line {number} {broken} ({error}).") from None
    if not isinstance(row, dict):
        raise NotAnOrder(f"Line {number} is JSON, but not an order.")
    return row


class _Twice(ValueError):
    """A name that one object has twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found
