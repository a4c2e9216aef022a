"""The product's Celery application with a client that breaks in its middle, the key among what it holds there."""

from typing import Any, NoReturn

import requests
from requests.adapters import HTTPAdapter

from glu_admin.celery import app

__all__ = ["app"]

_ways: list[type[Exception]] = [RuntimeError, requests.exceptions.InvalidHeader, ConnectionError]


def _send(self: HTTPAdapter, request: requests.PreparedRequest, **_: Any) -> NoReturn:
    """Fail in the next way; those that the client turns into its own words tell the key themselves."""
    key = request.headers["x-api-key"]
    way = _ways[0]
    _ways.append(_ways.pop(0))
    raise way("broken on purpose" if way is RuntimeError else f"broken on purpose with {key}")


HTTPAdapter.send = _send  # type: ignore[method-assign]
