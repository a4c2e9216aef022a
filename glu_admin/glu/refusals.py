"""Is it the key that Glu refuses, or one question? One request tells, and until it has nobody else asks."""

import threading
import time
from collections.abc import Callable

from glu_admin.glu.errors import GluError, KeyRefused, Refused


class Refusals:
    """What one client knows of its key's refusal; safe to share between threads."""

    def __init__(self, touchstone: Callable[[], object] | None) -> None:
        """`touchstone` asks Glu for what every key may have, and raises a GluError when it does not get it."""
        self._touchstone = touchstone
        self._judging = threading.Lock()
        self._of_key = False
        self._given_at = 0.0

    def stop(self) -> None:
        """Wait while another thread finds out what a refusal was about. Raises KeyRefused once it is the key itself."""
        with self._judging:
            if self._of_key:
                raise KeyRefused("Glu refused the key.")

    def judged(self, error: Refused) -> Refused:
        """What to raise for a refused request: `error` itself, or KeyRefused when Glu refuses the key as such."""
        refused_at = time.monotonic()
        if self._touchstone is None:
            return error
        with self._judging:
            # A key that Glu has honoured since was not what it refused.
            if not self._of_key and refused_at > self._given_at:
                asked_at = time.monotonic()
                try:
                    self._touchstone()
                    self._given_at = asked_at
                except Refused:
                    self._of_key = True
                except GluError:
                    return error  # it could not be found out
            return KeyRefused(error.words) if self._of_key else error
