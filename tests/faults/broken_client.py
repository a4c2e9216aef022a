"""The product's Celery application with a client that breaks in its middle, the key among what it holds there."""

from collections.abc import Iterator, Mapping
from itertools import chain, cycle
from typing import Any, NoReturn

from urllib3 import HTTPConnectionPool

from glu_admin.celery import app

__all__ = ["app"]

# The first ends the task; the others the client turns into its own words, as often as it asks again.
_ways: Iterator[type[Exception]] = chain([RuntimeError], cycle([ValueError, ConnectionError]))


def _urlopen(self: HTTPConnectionPool, method: str, url: str, *, headers: Mapping[str, str], **_: Any) -> NoReturn:
    """Fail in the next way; those that the client turns into its own words tell the key themselves."""
    key = headers["x-api-key"]
    way = next(_ways)
    raise way("broken on purpose" if way is RuntimeError else f"broken on purpose with {key}")


HTTPConnectionPool.urlopen = _urlopen  # type: ignore[method-assign]
