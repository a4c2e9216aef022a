"""The sandbox as a server: in a thread for tests, or alone with `python -m glu_admin.sandbox`."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from waitress.server import create_server
from waitress.wasyncore import close_all

from glu_admin.sandbox.app import SandboxApp
from glu_admin.sandbox.data import Payload
from glu_admin.sandbox.trickle import Channel
from glu_admin.sandbox.world import SandboxOrganisation, World


class RunningSandbox:
    """A sandbox on a free port of 127.0.0.1 while the context lasts; `every` seconds something happens (0: never)."""

    def __init__(
        self,
        organisations: list[SandboxOrganisation],
        *,
        every: float = 0,
        port: int = 0,
        epoch: datetime | None = None,
        state: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.world = World(organisations, epoch=epoch, state=state, clock=clock)
        self._server: Any = create_server(
            SandboxApp(self.world),
            host="127.0.0.1",
            port=port,
            threads=24,
            connection_limit=500,
            ident=None,
        )
        self._server.channel_class = Channel
        # Given as an argument it is cut to whole seconds, and none at all keeps a core busy for nothing.
        self._server.adj.asyncore_loop_timeout = 0.1
        self.port: int = self._server.effective_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._server.run, daemon=True)]
        if every:
            self._threads.append(threading.Thread(target=self._live, args=(every,), daemon=True))

    def __enter__(self) -> "RunningSandbox":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        # In the server's own thread, which ends once nothing is open: connections that a client keeps would hold it.
        with suppress(OSError):  # another pull had it done already, and the trigger is closed too
            self._server.trigger.pull_trigger(lambda: close_all(self._server._map, ignore_all=True))
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        for thread in self._threads:
            thread.join(2)
        self.world.close()

    def truth(self, slug: str) -> list[Payload]:
        """Every order as the API gives it, newest first, with its lines inside."""
        return list(self.world.truth(slug))

    def still(self) -> None:
        """Let nothing happen to orders any more."""
        self.world.still()

    def _live(self, every: float) -> None:
        while not self._stopped.wait(every):
            for slug in self.world.shops:
                with self.world.lock:
                    if self.world.live:
                        self.world.step(slug)
