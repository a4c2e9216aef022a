"""How gunicorn serves the desk: `gunicorn --config python:glu_admin.web_server glu_admin.wsgi:application`.

Its threads are for requests that have arrived whole. Those still on their way wait outside the pool, for a while; and
`/healthz` has a thread of its own, so that it answers however many slow readers hold the others.
"""

import os
import re
import selectors
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings
from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from glu_admin.tuning import tuned

# Gunicorn's settings.
preload_app = True
threads = 8
worker_class = f"{__name__}.DeskWorker"
control_socket_disable = True
logger_class = "glu_admin.web_log.WebLog"

ARRIVAL_SECONDS = 10.0  # for a whole request
READER_SECONDS = 30.0  # for each piece of an answer, and each of a body that is too long to wait for
ANSWER_SECONDS = 3600.0  # for a whole answer, however steadily it is read
LONGEST_HEAD = 64 * 1024  # bytes; a longer one is refused

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.I)
_PROBE = re.compile(rb"(?:GET|HEAD) %s/healthz[ ?]" % re.escape(os.environ.get("SCRIPT_NAME", "").rstrip("/").encode()))


def pre_request(worker: Any, request: Any) -> None:
    """Gunicorn's hook before each request: whoever does not read must not keep the thread."""
    request.unreader.sock.settimeout(READER_SECONDS)


class DeskWorker(ThreadWorker):
    """Gunicorn's threaded worker, which lets a request into its pool once it is whole.

    The worker as it comes gives a thread to every connection, and half a request keeps it for ever.
    """

    def init_process(self) -> None:
        """Begin as gunicorn's worker does, with a thread of its own for probes, and nothing being answered."""
        self.probes = ThreadPoolExecutor(max_workers=1)
        self.answering: dict[TConn, float] = {}
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """Take a connection that is new, or on which the next request begins."""
        if conn.parser is None:
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
        conn.arrived = bytearray(conn.parser.unreader.take_buffered())
        if is_whole(conn.arrived):
            self._let_in(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + ARRIVAL_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: TConn, client: Any) -> None:
        """Read what has come on a connection, and hand the request on once it is whole."""
        try:
            came = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            came = b""
        conn.arrived += came
        if came and not is_whole(conn.arrived):
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if came:
            self._let_in(conn)
        else:
            self.nr_conns -= 1
            conn.close()

    def murder_pending(self) -> None:
        """Close what has waited too long, as gunicorn does each second, and what has been answered for too long."""
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self.answering.items()):
            if until < now:
                with suppress(OSError):  # gone already
                    conn.sock.shutdown(socket.SHUT_RDWR)  # its thread finds it closed, and ends

    def handle(self, conn: TConn) -> Any:
        """Answer a request in a thread, for no longer than a whole answer may take."""
        self.answering[conn] = time.monotonic() + tuned("ANSWER_SECONDS", ANSWER_SECONDS)
        try:
            return super().handle(conn)
        finally:
            del self.answering[conn]

    def _let_in(self, conn: TConn) -> None:
        conn.data_ready = True
        conn.parser.unreader.unread(bytes(conn.arrived))
        pool = self.probes if _PROBE.match(conn.arrived) else self.tpool
        handled = pool.submit(self.handle, conn)
        handled.add_done_callback(lambda future: self.method_queue.defer(self.finish_request, conn, future))


def is_whole(arrived: bytes | bytearray) -> bool:
    """Whether the application can answer without waiting for the client: all is here, or more than any form is."""
    head = arrived.find(b"\r\n\r\n")
    if head < 0:
        return len(arrived) > LONGEST_HEAD
    length = _LENGTH.search(arrived, 0, head + 2)
    wanted = int(length[1]) if length else 0
    return wanted > settings.DATA_UPLOAD_MAX_MEMORY_SIZE or len(arrived) >= head + 4 + wanted
