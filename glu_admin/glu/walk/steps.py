"""What a walk asks of a list, and what it believes: an answer that breaks its bounds or its order proves nothing."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime

from glu_admin.glu.lists import Bounds, Listed, Row
from glu_admin.glu.stamps import Stamp

_TRIES = 3


class WalkError(Exception):
    """The list did not behave as a list must for the walk to prove anything. `words` may be shown."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class FilterNotHonouredError(WalkError):
    """A row came that the bounds exclude: the filter was ignored, and the answer proves nothing."""


class OrderNotHonouredError(WalkError):
    """The list was not newest-created first."""


class StuckError(WalkError):
    """The walk did not get on: the same rows for the same bound, or a page with nothing to seek by."""


@dataclass(frozen=True)
class Ask:
    """One request for a list."""

    bounds: Bounds
    page: int = 1


@dataclass(frozen=True)
class Step:
    """One answer: its rows, and the bound from which the walk goes on once they are written.

    `followed` is the length of the page before, where this answer shows that it was not the last; else 0. Not at a
    `seam` the walk is inside a crowded second, which it would begin anew if it were left there.
    """

    rows: list[Row]
    next_before: Stamp | None
    complete: bool
    server_time: datetime | None
    flags: tuple[str, ...] = ()
    seam: bool = True
    followed: int = 0


Walking = Generator[Ask | Step, Listed | None, None]
"""A walk under way: send it the answer to each Ask, and None after each Step."""


def ask(bounds: Bounds, page: int = 1) -> Generator[Ask | Step, Listed | None, Listed]:
    """Ask for a page of a list, and give the answer. Raises WalkError when it breaks the bounds each time."""
    for attempt in range(_TRIES):
        listed = yield Ask(bounds, page)
        if listed is None:
            raise TypeError("a walk's question wants an answer")
        try:
            _check(listed.rows, bounds)
        except WalkError:  # a filter that Glu ignored once may be honoured next time
            if attempt == _TRIES - 1:
                raise
        else:
            return listed
    raise AssertionError


def _check(rows: list[Row], bounds: Bounds) -> None:
    """Every row satisfies every bound that was sent, and creation never increases."""
    last: Stamp | None = None
    for row in rows:
        created, updated = row.created, row.updated
        if created is not None:
            if bounds.created_before and not created.before(bounds.created_before):
                raise FilterNotHonouredError("Glu listed rows outside the creation dates asked for.")
            if bounds.created_from and not created.at_or_after(bounds.created_from):
                raise FilterNotHonouredError("Glu listed rows outside the creation dates asked for.")
            if last is not None and created.instant > last.instant and created.wall > last.wall:
                raise OrderNotHonouredError("Glu did not list the newest first.")
            last = created
        if updated is not None:
            if bounds.updated_from and not updated.at_or_after(bounds.updated_from):
                raise FilterNotHonouredError("Glu listed rows that had not changed since the time asked for.")
            if bounds.updated_before and not updated.before(bounds.updated_before):
                raise FilterNotHonouredError("Glu listed rows that changed after the time asked for.")
