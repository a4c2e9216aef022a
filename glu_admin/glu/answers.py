"""How Glu's answers are read: its refusals, its clock, its JSON."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import requests
import urllib3

from glu_admin.glu.errors import NotFound, Refused, TooManyRequests, Unreachable, Unreadable


def refuse(response: requests.Response, body: bytes) -> NoReturn:
    """Raise what an answer other than 200 means."""
    status = response.status_code
    if status in (401, 403):
        raise Refused("Glu refused the key.")
    if status == 404:
        if not _is_json(body):
            raise Unreadable("Something that is not Glu answered that there is no such thing.")
        raise NotFound("Glu has no such thing.")
    if status == 429:
        raise TooManyRequests("Glu asked for fewer requests.", retry_after(response.headers))
    if status >= 500:
        raise Unreachable(f"Glu answered with an error of its own ({status}).")
    if 300 <= status < 400:
        raise Unreadable("Glu’s address answered with a redirect, which is never followed.")
    raise Unreadable(f"Glu answered {status}, which was not expected.")


def connection_words(error: Exception) -> str:
    """What went wrong with a connection, without address or key."""
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return "Glu did not answer in time."
    if isinstance(error, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)):
        return "The secure connection to Glu failed."
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError)):
        return "Glu’s answer broke off."
    return "Glu could not be reached."


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds asked for by a Retry-After header, in seconds or as a date of Glu's clock; -1 when there is none."""
    value = headers.get("Retry-After")
    if value is None:
        return -1
    if value.strip().isdigit():
        return float(value)
    when = _moment(value)
    return max(0.0, (when - (server_time(headers) or datetime.now(UTC))).total_seconds()) if when else -1


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """Glu's own clock by an answer's Date header (aware UTC, whole seconds), if it can be read."""
    return _moment(headers.get("Date"))


def _moment(value: str | None) -> datetime | None:
    try:
        when = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def decoded(body: bytes) -> Any:
    """A body's JSON; raises ValueError when it is none."""
    try:
        return json.loads(body, parse_constant=_no_constants)
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None


def _is_json(body: bytes) -> bool:
    try:
        decoded(body)
    except ValueError:
        return False
    return True


def _no_constants(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
