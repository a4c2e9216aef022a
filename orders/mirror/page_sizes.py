"""How long Glu's pages are: nobody tells and it may change, so it is learned, to know an end without asking on."""

import threading

from orders.models import MirrorState


class PageSizes:
    """The longest page seen, and the shortest that was followed by more; threads may note what they see."""

    def __init__(self, state: MirrorState) -> None:
        self._lock = threading.Lock()
        self._longest = state.page_size
        self._shortest, self._shortest_lately = state.shortest_page, state.shortest_page_lately
        self._noted = self._all()

    @property
    def longest(self) -> int:
        """Rows of the longest page seen; 0 before the first."""
        return self._longest

    def note(self, rows: int) -> None:
        """A page of a list had so many rows."""
        with self._lock:
            self._longest = max(self._longest, rows)

    def note_followed(self, rows: int) -> None:
        """A page of so many rows turned out not to be the last."""
        with self._lock:
            self._shortest = min(self._shortest or rows, rows)
            self._shortest_lately = min(self._shortest_lately or rows, rows)

    def may_be_last(self, rows: int) -> bool:
        """Whether no page as short as this one was ever followed by more."""
        return rows < min(self._longest, self._shortest or self._longest)

    def forget(self) -> None:
        """Keep only what was seen since the last call.

        Called each time everything was read again, so that a page that was short by mishap does not count for ever.
        """
        with self._lock:
            self._shortest, self._shortest_lately = self._shortest_lately, None

    def save(self, state: MirrorState) -> None:
        """Note what is new on the state, for whoever writes it."""
        known = self._all()
        if known != self._noted:
            state.page_size, state.shortest_page, state.shortest_page_lately = self._noted = known

    def _all(self) -> tuple[int, int | None, int | None]:
        with self._lock:
            return self._longest, self._shortest, self._shortest_lately
