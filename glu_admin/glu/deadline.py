"""One deadline for a whole answer, headers included: the sockets' own timeouts begin anew with every byte."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from socket import socket
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool, HTTPSConnectionPool

from glu_admin.glu.errors import Unreachable

_ends_at: ContextVar[float] = ContextVar("ends_at")


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A context in which this thread's answers through a DeadlineAdapter have to be read within so many seconds.

    Reading on after that raises Unreachable, which is no error of a connection: it is not tried again.
    """
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


class DeadlineAdapter(HTTPAdapter):
    """Reads the answers of one address, each within the deadline that is set around it."""

    _pool: ConnectionPool | None = None

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of connections, as requests does, with connections that heed the deadline."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> ConnectionPool:
        """The pool of the one address, which requests would look for anew for every question."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*args, **kwargs)
        return self._pool

    def build_response(self, req: PreparedRequest, resp: Any) -> Any:
        """The answer as urllib3 has it: requests would look for cookies and an encoding in it."""
        return resp


class _Bytes(io.RawIOBase):
    """What a socket receives, none of it after the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket) -> None:
        self._raw, self._sock, self._patience = raw, sock, sock.gettimeout()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Receive as the socket does. Raises Unreachable when the time is over."""
        patience = _at_most(self._patience)
        if patience != self._sock.gettimeout():
            self._sock.settimeout(patience)
        try:
            return self._raw.readinto(buffer)
        except TimeoutError:
            _at_most(None)  # it was perhaps the deadline's patience that ended
            raise

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Bytes(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _Response

    def connect(self) -> None:
        """Connect in the time that is left."""
        self.timeout = _at_most(self.timeout)
        super().connect()


class _SecureConnection(HTTPSConnection):
    response_class = _Response

    def connect(self) -> None:
        """Connect in the time that is left."""
        self.timeout = _at_most(self.timeout)
        super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def _at_most(seconds: float | None) -> float:
    """So many seconds, or as many as are left until the deadline. Raises Unreachable when none are."""
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise Unreachable("Glu’s answer took too long.")
    return left if seconds is None else min(seconds, left)
