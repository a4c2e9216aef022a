"""What every step of the mirror works with: one organisation, one client, one lease."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from django.conf import settings

from glu_admin.glu.client import GluClient
from glu_admin.glu.lists import Listed
from glu_admin.glu.walk.steps import Ask
from glu_admin.tenancy.models import Organisation
from orders.endpoints import list_orders, list_transactions
from orders.mirror.lease import Lease
from orders.mirror.page_sizes import PageSizes
from orders.models import MirrorRun, MirrorState
from orders.models.mirror_run import looked_up_to

Answer = TypeVar("Answer")


class _Slots:
    """So many requests at once, those for lists first: what a list names is what the lines are asked for."""

    def __init__(self, most: int) -> None:
        self._free, self._lists = most, 0
        self._changed = threading.Condition()

    @contextmanager
    def one(self, *, for_list: bool) -> Iterator[None]:
        """Wait for a slot and hold it."""
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


@dataclass
class Session:
    """One holder of one organisation's lease, talking to Glu with its key.

    Threads only speak with Glu; whoever holds the session is the one that touches the database.
    """

    organisation: Organisation
    client: GluClient
    lease: Lease
    pages: PageSizes = field(init=False)
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the session ends: what goes on beside the walk stops at its next request."""
    _finished: SimpleQueue[Future[Any]] = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self.pages = PageSizes(self.state())

    @cached_property
    def _threads(self) -> tuple[ThreadPoolExecutor, ThreadPoolExecutor, _Slots]:
        """Threads for lists and for lines, kept as each keeps its connection, and the most requests at once.

        Lists have threads of their own, so that they never queue behind the lines that wait to be asked for.
        """
        most = max(settings.MIRROR_CONNECTIONS, 1)
        lists = ThreadPoolExecutor(max(settings.MIRROR_WINDOWS, 1), thread_name_prefix="glu-list")
        return lists, ThreadPoolExecutor(most, thread_name_prefix="glu-line"), _Slots(most)

    def ask_list(self, kind: MirrorRun.Pass, ask: Ask) -> Future[Listed]:
        """Ask for a list in the background; `next_finished` brings it."""
        return self._submit(lambda: self.fetch(ask, kind), for_list=True)

    def ask_beside(self, work: Callable[[], Answer]) -> Future[Answer]:
        """Do `work` in a thread for lists; nobody waits for it."""
        return self._submit(work, for_list=True)

    def ask_lines(self, work: Callable[[], Answer]) -> Future[Answer]:
        """Do `work` in a thread for lines; `next_finished` brings it."""
        return self._submit(work, for_list=False)

    def next_finished(self) -> list[Future[Any]]:
        """What has finished since the last call, at least one; waits for it."""
        out = [self._finished.get()]
        while True:
            try:
                out.append(self._finished.get_nowait())
            except Empty:
                return out

    def close(self) -> None:
        """Close the connections and give the lease back."""
        self.closing.set()
        if "_threads" in self.__dict__:
            for pool in self._threads[:2]:
                pool.shutdown(cancel_futures=True)
        self.client.close()
        self.lease.release()

    def fetch(self, ask: Ask, kind: MirrorRun.Pass = MirrorRun.Pass.CHANGES) -> Listed:
        """One list request, in the form the walk asks for. Raises GluError."""
        ask_glu = list_transactions if kind == MirrorRun.Pass.TRANSACTIONS else list_orders
        return ask_glu(self.client, ask.bounds, ask.page)

    def state(self) -> MirrorState:
        """The organisation's mirror state as it is in the database now."""
        return MirrorState.across_organisations.get(organisation=self.organisation)

    def update_state(self, **fields: object) -> None:
        """Set fields of the mirror state; call it inside the lease's transaction."""
        MirrorState.across_organisations.filter(organisation=self.organisation).update(**fields)

    def looked_at(self) -> datetime | None:
        """Up to when everything that changed has been looked at; what has a newer stamp was not there yet then."""
        return looked_up_to(self.organisation)

    def _submit(self, work: Callable[[], Answer], *, for_list: bool) -> Future[Answer]:
        lists, lines, slots = self._threads

        def _bounded() -> Answer:
            with slots.one(for_list=for_list):
                return work()

        future = (lists if for_list else lines).submit(_bounded)
        future.add_done_callback(self._finished.put)
        return future
