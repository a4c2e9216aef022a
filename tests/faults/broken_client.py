"""The product's Celery application with a client that breaks in its middle, the key among what it holds there."""

from collections.abc import Iterator
from itertools import chain, cycle
from typing import Any, NoReturn

import requests
from requests.adapters import HTTPAdapter

from glu_admin.celery import app

__all__ = ["app"]

# The first ends the task; the others the client turns into its own words, as often as it asks again.
_ways: Iterator[type[Exception]] = chain([RuntimeError], cycle([requests.exceptions.InvalidHeader, ConnectionError]))


def _send(self: HTTPAdapter, request: requests.PreparedRequest, **_: Any) -> NoReturn:
    """Fail in the next way; those that the client turns into its own words tell the key themselves."""
    key = request.headers["x-api-key"]
    way = next(_ways)
    raise way("broken on purpose" if way is RuntimeError else f"broken on purpose with {key}")


HTTPAdapter.send = _send  # type: ignore[method-assign,assignment]
