"""Headers that come a byte at a time, which WSGI cannot say: the server's own task sends them so."""

from time import sleep
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask

SECONDS_FOR_HEADERS = "sandbox.seconds_for_headers"
"""Where an application leaves in the environ how long its headers are to take."""


class _Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    def build_response_header(self) -> bytes:
        """The header, or nothing more to send when it was sent here."""
        header: bytes = super().build_response_header()
        environ: dict[str, Any] = self.environ or {}
        seconds = environ.get(SECONDS_FOR_HEADERS, 0)
        if not seconds:
            return header
        for byte in header:
            self.channel.write_soon(bytes([byte]))
            sleep(seconds / len(header))
        return b""


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose answers may have headers that trickle."""

    task_class = _Task
