"""The one way lists are read: never page, seek.

Glu lists newest-created first, by page number, without a tie-breaker, and says nothing of totals; rows come and go
while one reads, so page numbers lose rows. The walk always asks for page 1 and moves an upper bound on `createdAt`,
which never changes. Only an empty answer proves the end.

A walk does no input or output: it yields what to ask and is sent the answer, so that many can be read side by side.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from glu_admin.glu.bounds import Stamp
from orders.glu_orders import Listed
from orders.payload import Unusable, usable_id

_MOST_PASSES = 12
_UNMOVED_PASSES = 3
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
class Bounds:
    """What a walk reads; null is open. The two `before` are exclusive, the two `from` inclusive."""

    created_before: Stamp | None = None
    created_from: Stamp | None = None
    updated_from: Stamp | None = None
    updated_before: Stamp | None = None


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

    rows: list[Any]
    next_before: Stamp | None
    complete: bool
    server_time: datetime | None
    flags: tuple[str, ...] = ()
    seam: bool = True
    followed: int = 0


Walking = Generator[Ask | Step, Listed | None, None]
"""A walk under way: send it the answer to each Ask, and None after each Step."""


def walk(bounds: Bounds, wanted_from: Stamp | None = None) -> Walking:
    """Read everything within `bounds`, newest first, one Step an answer; the last Step is complete and empty.

    A crowded second before `wanted_from` is left to whoever wants it, and ends the walk. Raises WalkError when an
    answer breaks the bounds or the order also when it is asked for again.
    """
    bound = bounds.created_before
    guard, before = _Guard(), list[Any]()
    while True:
        listed = yield from _ask(replace(bounds, created_before=bound))
        if not listed.rows:
            yield Step([], bound, True, listed.server_time)
            return
        guard.check(bound, listed.rows)
        oldest = _oldest(listed.rows)
        if oldest is None:
            raise StuckError("Glu sent a page on which nothing has a creation time.")
        second = oldest.floor()
        after = second.plus(1)
        # Rows that were not on the page before are older, so they would have stood on it had it been the last.
        followed = len(before) if set(_ids(listed.rows)) - set(_ids(before)) else 0
        before = listed.rows
        if bound is None or after.instant < bound.instant:
            bound = after  # that second is read again whole: the page may have ended inside it
            yield Step(listed.rows, bound, False, listed.server_time, followed=followed)
        else:
            yield Step(listed.rows, bound, False, listed.server_time, seam=False, followed=followed)
            if wanted_from and not oldest.at_or_after(wanted_from):
                yield Step([], bound, True, listed.server_time)
                return
            yield from _close_second(bounds, second, bound)
            bound = second


@dataclass
class _Guard:
    """Aborts a walk that sees the same rows under the same bound again."""

    seen: set[tuple[str, frozenset[int]]] = field(default_factory=set)

    def check(self, bound: Stamp | None, rows: list[Any]) -> None:
        """Raise StuckError for an answer that came before."""
        key = (str(bound), frozenset(_ids(rows)))
        if key in self.seen:
            raise StuckError("Glu gave the same rows again for the same dates.")
        self.seen.add(key)


class _Second:
    """One crowded second of creation while it is read to its end."""

    def __init__(self, second: Stamp, bounds: Bounds, bound: Stamp) -> None:
        # One second wider below: a server whose lower bound is exclusive would otherwise answer nothing.
        self.bounds = replace(bounds, created_before=second.plus(1), created_from=second.plus(-1))
        self.second = second
        self.bound = bound
        self.ids: set[int] = set()
        self.stamps: list[Stamp] = []
        self.undated = False
        self.overflow = False

    def take(self, listed: Listed) -> Step:
        """Note the rows of one answer that lie in the second."""
        inside = [row for row in listed.rows if _is_in(row, self.second)]
        self.ids.update(_ids(inside))
        for row in inside:
            updated = stamp_of(row, "updatedAt")
            self.undated |= updated is None
            if updated is not None:
                self.stamps.append(updated)
        return Step(inside, self.bound, False, listed.server_time, seam=False)

    def span(self) -> tuple[Stamp | None, Stamp | None]:
        """The oldest and the newest update seen, in whole seconds."""
        ordered = sorted(self.stamps, key=lambda stamp: stamp.instant)
        return (ordered[0].floor(), ordered[-1].floor()) if ordered else (None, None)


def _close_second(bounds: Bounds, second: Stamp, bound: Stamp) -> Walking:
    """Read a second that fills a page: whole if it is small, else by halves of `updatedAt`, oldest half first."""
    crowd = _Second(second, bounds, bound)
    if not (yield from _fits(crowd, crowd.bounds)):
        # For how far its updates lie apart, for rows without any, and for how many there are.
        listed = yield from _pages(crowd, crowd.bounds)
        crowd.ids.clear()
        lowest, highest = crowd.span()
        if lowest and highest and highest.instant > lowest.instant:
            # Rows only move to later halves while this is read, and the last half is open: none can slip past.
            yield from _halves(crowd, lowest, highest)
            yield from _halves(crowd, highest, None)
            yield from _below(crowd, lowest)
        else:
            crowd.overflow = True
        # A row that no half has may be one without updatedAt, which an order that changes hid from the pages.
        if crowd.undated or crowd.overflow or len(crowd.ids) < listed:
            yield from _repeat(crowd, crowd.bounds)
    yield Step([], second, False, None, ("tie_overflow",) if crowd.overflow else ())


def _below(crowd: _Second, lowest: Stamp) -> Walking:
    """The rows of the second that were updated before any that the first pages showed."""
    low = crowd.bounds.updated_from
    if low is not None and low.instant >= lowest.instant:
        return
    below = replace(crowd.bounds, updated_before=lowest)
    if (yield from _fits(crowd, below)):
        return
    known = [stamp for stamp in crowd.stamps if stamp.instant < lowest.instant]
    if not known:
        yield from _repeat(crowd, below)
        return
    start = min(known, key=lambda stamp: stamp.instant).floor()
    yield from _halves(crowd, start, lowest)
    yield from _below(crowd, start)


def _halves(crowd: _Second, low: Stamp, high: Stamp | None) -> Walking:
    """Read the rows updated in [low, high), splitting the span until each part fits; `high` null is open."""
    # Wider below by a second again, for the same reason; rows met twice do no harm.
    part = replace(crowd.bounds, updated_from=low.plus(-1), updated_before=high)
    if (yield from _fits(crowd, part)):
        return
    seconds = int((high.instant - low.instant).total_seconds()) if high else 0
    if high is None or seconds <= 1:
        yield from _repeat(crowd, part)
        return
    middle = low.plus(seconds // 2)
    yield from _halves(crowd, low, middle)
    yield from _halves(crowd, middle, high)


def _fits(crowd: _Second, bounds: Bounds) -> Generator[Ask | Step, Listed | None, bool]:
    """True when one page holds the span: it goes past the second, or page 2 is empty and page 1 is read once more."""
    first = yield from _ask(bounds)
    step = crowd.take(first)
    yield step
    if len(step.rows) < len(first.rows) or not first.rows:
        return True
    second = yield from _ask(bounds, page=2)
    yield crowd.take(second)
    if second.rows:
        return False
    yield crowd.take((yield from _ask(bounds)))
    return True


def _repeat(crowd: _Second, bounds: Bounds) -> Walking:
    """Pass after pass until several have added nothing: the best there is, and it is flagged."""
    crowd.overflow = True
    unmoved = 0
    for _ in range(_MOST_PASSES):
        known = len(crowd.ids)
        yield from _pages(crowd, bounds)
        unmoved = unmoved + 1 if len(crowd.ids) == known else 0
        if unmoved == _UNMOVED_PASSES:
            return


def _pages(crowd: _Second, bounds: Bounds) -> Generator[Ask | Step, Listed | None, int]:
    """Page after page until nothing of the second is left; how many rows that were, some of them perhaps twice."""
    page, listed = 1, 0
    while True:
        step = crowd.take((yield from _ask(bounds, page=page)))
        yield step
        if not step.rows:
            return listed
        listed += sum(1 for _ in _ids(step.rows))
        page += 1


def _ask(bounds: Bounds, page: int = 1) -> Generator[Ask | Step, Listed | None, Listed]:
    """Ask, and again when the answer breaks the bounds: a filter that was dropped once may be honoured next time."""
    for attempt in range(_TRIES):
        listed = yield Ask(bounds, page)
        if listed is None:
            raise TypeError("a walk's question wants an answer")
        try:
            _check(listed.rows, bounds)
        except WalkError:
            if attempt == _TRIES - 1:
                raise
        else:
            return listed
    raise AssertionError


def _check(rows: list[Any], bounds: Bounds) -> None:
    """Every row satisfies every bound that was sent, and creation never increases."""
    last: Stamp | None = None
    for row in rows:
        created, updated = stamp_of(row, "createdAt"), stamp_of(row, "updatedAt")
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


def stamp_of(row: Any, name: str) -> Stamp | None:
    """A timestamp of a row as it came, or None."""
    return Stamp.parse(row.get(name)) if isinstance(row, dict) else None


def _oldest(rows: list[Any]) -> Stamp | None:
    stamps = [stamp for row in rows if (stamp := stamp_of(row, "createdAt"))]
    return min(stamps, key=lambda stamp: stamp.instant) if stamps else None


def _is_in(row: Any, second: Stamp) -> bool:
    created = stamp_of(row, "createdAt")
    return created is None or created.floor().instant == second.instant


def _ids(rows: list[Any]) -> Iterator[int]:
    for row in rows:
        try:
            yield usable_id(row)
        except (Unusable, AttributeError):
            continue
