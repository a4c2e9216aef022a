"""How Glu's answers are read: its refusals, its clock, its JSON."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, NoReturn

import requests
import urllib3

from glu_admin.glu.errors import Failing, NotFound, Refused, TooManyRequests, Unreadable

_MOST_AHEAD = timedelta(days=2)  # of Glu's clock before ours
_AGE = re.compile(r"[ \t]*([0-9]{1,100})")
_OLDEST = 10**9 - 1  # seconds, 30 years; who says more says no more than that
_MOST_DIGITS = 4000  # of a whole number; Python refuses to write longer ones


def refuse(status: int, headers: Mapping[str, str], body: bytes) -> NoReturn:
    """Raise the GluError that an answer with another status than 200 means."""
    if status in (401, 403):
        raise Refused("Glu refused the key.")
    if status == 404:
        if not _is_json(body):
            raise Unreadable("Something that is not Glu answered that there is no such thing.")
        raise NotFound("Glu has no such thing.")
    if status == 429:
        raise TooManyRequests("Glu asked for fewer requests.", retry_after(headers) or 0)
    if status >= 500:
        raise Failing(f"Glu answered with an error of its own ({status}).")
    if 300 <= status < 400:
        raise Unreadable("Glu’s address answered with a redirect, which is never followed.")
    raise Unreadable(f"Glu answered {status}, which was not expected.")


def connection_words(error: Exception) -> str:
    """A sentence for what went wrong with a connection, without the address and without the key."""
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return "Glu did not answer in time."
    if isinstance(error, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)):
        return "The secure connection to Glu failed."
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError)):
        return "Glu’s answer broke off."
    return "Glu could not be reached."


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How many seconds the Retry-After header asks to wait; it may hold seconds, or a date by Glu's clock.

    None where it asks for no wait: it is absent, 0, negative, a date in the past, or cannot be read.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value)
    elif when := _moment(value):
        seconds = (when - (server_time(headers) or datetime.now(UTC))).total_seconds()
    else:
        return None
    return seconds if seconds > 0 else None


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """Glu's own clock by an answer's Date header (aware UTC, whole seconds), if it can be read.

    One that is far ahead of ours is as good as none: what is believed to be known up to then would never be asked for.
    """
    found = _moment(headers.get("Date", ""))
    return None if found is not None and found - datetime.now(UTC) > _MOST_AHEAD else found


def cache_age(headers: Mapping[str, str]) -> int:
    """How many seconds ago a cache on the way was given the answer, by its Age header; 0 when none says so."""
    ages = map(_AGE.match, headers.get("Age", "").split(","))
    return max((min(int(age[1]), _OLDEST) for age in ages if age), default=0)


def _moment(value: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(value)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # no date, or one beyond the calendar in UTC
        return None


def decoded(body: bytes, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """A body's JSON, its objects made by `pairs` if given; raises ValueError when it is none.

    NaN, Infinity and numbers too large for any type come as the text that stood there: one odd value must not take away
    the rows around it, and what is written from it has to be JSON again.
    """
    read = partial(json.loads, body, parse_constant=str, parse_float=_finite, object_pairs_hook=pairs)
    try:
        return read()
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None
    except ValueError as error:
        if type(error) is not ValueError:  # it is no JSON, or no text
            raise
    return read(parse_int=_whole)  # it has a number that Python does not read; a function for all of them takes longer


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= _MOST_DIGITS else text


def _finite(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _is_json(body: bytes) -> bool:
    try:
        decoded(body)
    except ValueError:
        return False
    return True
