"""Asks Glu with one organisation's key in threads, and hands what they bring to whoever asked for it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from django.conf import settings

from glu_admin.glu.client import GluClient
from glu_admin.glu.lists import Listed
from glu_admin.glu.walk.steps import Ask
from orders.endpoints import list_orders, list_transactions
from orders.mirror.proofs import Proofs
from orders.models import MirrorRun

Answer = TypeVar("Answer")


class Finished:
    """Work that threads have finished, handed over on the thread that waits for it."""

    def __init__(self) -> None:
        self._queue = SimpleQueue[tuple[Future[Any], Callable[[Any], None]]]()

    def bring(self, future: Future[Answer], to: Callable[[Future[Answer]], None]) -> None:
        """Have `to` called by `hand_over` with this future once it is done."""
        future.add_done_callback(lambda done: self._queue.put((done, to)))

    def hand_over(self) -> None:
        """Hand over what has finished since the last call; wait until there is something."""
        future, to = self._queue.get()
        while True:
            to(future)
            try:
                future, to = self._queue.get_nowait()
            except Empty:
                return


class Conversation:
    """The threads that speak with Glu. They touch no database: that is for the thread that holds the lease."""

    def __init__(self, client: GluClient) -> None:
        self.client = client
        self.finished = Finished()
        self.proofs = Proofs()
        self.closing = threading.Event()
        """Set when the conversation ends: what goes on beside the walk stops at its next request."""

    @cached_property
    def _threads(self) -> tuple[ThreadPoolExecutor, ThreadPoolExecutor, "_Connections"]:
        """Threads for lists and for lines, kept as each keeps its connection, and the most requests at once."""
        most = max(settings.MIRROR_CONNECTIONS, 1)
        # Apart, so that lists never queue behind the lines that wait to be asked for; one more asks whose the key is.
        lists = ThreadPoolExecutor(max(settings.MIRROR_WINDOWS, 1) + 1, thread_name_prefix="glu-list")
        return lists, ThreadPoolExecutor(most, thread_name_prefix="glu-line"), _Connections(most)

    def ask_list(self, kind: MirrorRun.Pass, ask: Ask) -> Future[Listed]:
        """Ask for a list in the background."""
        return self._submit(lambda: self.fetch(ask, kind), for_list=True)

    def ask_beside(self, work: Callable[[], Answer]) -> Future[Answer]:
        """Do `work` in a thread for lists."""
        return self._submit(work, for_list=True)

    def ask_lines(self, work: Callable[[], Answer]) -> Future[Answer]:
        """Do `work` in a thread for lines."""
        return self._submit(work, for_list=False)

    def fetch(self, ask: Ask, kind: MirrorRun.Pass = MirrorRun.Pass.CHANGES) -> Listed:
        """One list request, in the form the walk asks for. Raises GluError."""
        ask_glu = list_transactions if kind == MirrorRun.Pass.TRANSACTIONS else list_orders
        return ask_glu(self.client, ask.bounds, ask.page)

    def close(self) -> None:
        """Wait for what is under way, and close the connections."""
        self.closing.set()
        if "_threads" in self.__dict__:
            for pool in self._threads[:2]:
                pool.shutdown(cancel_futures=True)
        self.client.close()

    def _submit(self, work: Callable[[], Answer], *, for_list: bool) -> Future[Answer]:
        lists, lines, connections = self._threads

        def _bounded() -> Answer:
            with connections.taken(for_list=for_list):
                return work()

        return (lists if for_list else lines).submit(_bounded)


class _Connections:
    """So many requests at once, those for lists first: what a list names is what the lines are asked for."""

    def __init__(self, most: int) -> None:
        self._free, self._lists = most, 0
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, *, for_list: bool) -> Iterator[None]:
        """Wait for a free connection and hold it."""
        with self._changed:
            self._lists += for_list
            while not self._free or (self._lists and not for_list):
                self._changed.wait()
            self._lists -= for_list
            self._free -= 1
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()
