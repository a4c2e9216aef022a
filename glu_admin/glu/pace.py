"""How fast Glu is asked: a fixed rate, and a pause for everybody when Glu asks for one."""

import threading
import time


class Pace:
    """At most `requests_per_second`, evenly spaced, over all threads that share this object."""

    def __init__(self, requests_per_second: float) -> None:
        self._gap = 1 / requests_per_second
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may be sent."""
        with self._lock:
            at = max(time.monotonic(), self._next)
            self._next = at + self._gap
        while (left := at - time.monotonic()) > 0:
            time.sleep(left)

    def pause(self, seconds: float) -> None:
        """Hold back every request that has not been let go yet for `seconds` from now."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
