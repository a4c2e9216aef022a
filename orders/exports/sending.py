"""A file on its way to somebody: whole, or so broken off that nobody can take it for whole."""

import contextlib
import errno
import logging
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from itertools import chain

from orders.exports.slots import Slot

logger = logging.getLogger(__name__)

SMALL = 1024 * 1024
"""Files up to this many bytes are made before the first of them is sent."""

_KEEP_EVERY = 30  # seconds
_RESET = struct.pack("ii", 1, 0)  # close without a farewell: what was sent is cut off, and not just ended


class Sending:
    """The blocks of a file as a web server takes them; `close` gives back the slot.

    The file ends after `seconds` at the latest. One that breaks off, for whatever reason, has its connection reset:
    over HTTP/1.0 the end of a connection is the end of the file, so an orderly one would make a part look whole.
    """

    def __init__(self, texts: Iterable[str], slot: Slot, seconds: float, connection: socket.socket | None) -> None:
        self._blocks = (text.encode() for text in texts)
        self._slot, self._connection = slot, connection
        self._ends_at, self._kept_at = time.monotonic() + seconds, time.monotonic()
        self._is_whole = False
        self._made: Iterator[bytes] = iter(())

    def small(self) -> bytes | None:
        """The whole file if it is small, else None. Raises whatever goes wrong while it is made."""
        made, size = [], 0
        for block in self._blocks:
            self._still_in_time()
            made.append(block)
            size += len(block)
            if size > SMALL:
                self._made = iter(made)
                return None
        self._is_whole = True
        return b"".join(made)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            self._still_in_time()
            return next(chain(self._made, self._blocks))
        except StopIteration:
            self._is_whole = True
            raise
        except Exception as error:
            logger.error("an export broke off: %s", type(error).__name__)
            self._reset()
            raise ConnectionResetError(errno.ECONNRESET, "The export broke off.") from None

    def close(self) -> None:
        """Stop making the file and give back the slot: it is sent, or nobody reads it any longer."""
        self._blocks.close()
        self._slot.release()
        if not self._is_whole:
            self._reset()

    def _still_in_time(self) -> None:
        moment = time.monotonic()
        if moment > self._ends_at:
            raise TimeoutError("The export took too long.")
        if moment - self._kept_at > _KEEP_EVERY:
            self._kept_at = moment
            self._slot.keep()

    def _reset(self) -> None:
        if self._connection is None:
            return
        with contextlib.suppress(OSError):
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        with contextlib.suppress(OSError):
            self._connection.close()
