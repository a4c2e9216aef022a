"""A second in which more orders were created than a page holds: read to its end all the same, or flagged."""

from collections.abc import Generator
from dataclasses import replace

from glu_admin.glu.lists import Bounds, Listed, Row, ids
from glu_admin.glu.stamps import Stamp
from glu_admin.glu.walk.steps import Ask, Step, Walking, ask

_MOST_PASSES = 12
_UNMOVED_PASSES = 3
_IDLE_PAGES = 5  # so many pages in a row without a row that is new: they do not come to an end

PAGE_IGNORED = "page_ignored"
"""The flag of a run that was given the same rows again for another page."""


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
        self.repeated = False
        self.longest = 0

    def take(self, listed: Listed) -> Step:
        """Note the rows of one answer that lie in the second."""
        self.longest = max(self.longest, len(listed.rows))
        inside = [row for row in listed.rows if _is_in(row, self.second)]
        self.ids.update(ids(inside))
        for row in inside:
            if row.updated is None:
                self.undated = True
            else:
                self.stamps.append(row.updated)
        return Step(inside, self.bound, False, listed.server_time, seam=False)

    def updates(self) -> tuple[Stamp | None, Stamp | None]:
        """The oldest and the newest update seen, in whole seconds."""
        ordered = sorted(self.stamps, key=lambda stamp: stamp.instant)
        return (ordered[0].floor(), ordered[-1].floor()) if ordered else (None, None)


def close_second(bounds: Bounds, second: Stamp, bound: Stamp) -> Walking:
    """Read everything created in one second that fills a page.

    A small one is read page by page; a large one by halves of `updatedAt`, the older half first.
    """
    crowd = _Second(second, bounds, bound)
    if not (yield from _fits(crowd, crowd.bounds)):
        # For how far its updates lie apart, for rows without any, and for how many there are.
        listed = yield from _pages(crowd, crowd.bounds)
        crowd.ids.clear()
        lowest, highest = crowd.updates()
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
    flags = [("tie_overflow", crowd.overflow), (PAGE_IGNORED, crowd.repeated)]
    yield Step([], second, False, None, tuple(flag for flag, is_so in flags if is_so))


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
    """Read the rows updated in [low, high), split until each part fits; `high` null is open."""
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
    """True when one page holds them all: it goes past the second, or page 2 is empty and page 1 is read once more."""
    first = yield from ask(bounds)
    step = crowd.take(first)
    yield step
    if len(step.rows) < len(first.rows) or not first.rows:
        return True
    second = yield from ask(bounds, page=2)
    yield crowd.take(second)
    if second.rows and ids(second.rows) == ids(first.rows):
        crowd.repeated = True
        return len(first.rows) < crowd.longest  # all that can be told
    if second.rows:
        return False
    yield crowd.take((yield from ask(bounds)))
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
    page, listed, idle = 1, 0, 0
    met = set[int]()
    last: list[int] | None = None
    while True:
        step = crowd.take((yield from ask(bounds, page=page)))
        yield step
        here = ids(step.rows)
        if not step.rows:
            return listed
        idle = 0 if set(here) - met else idle + 1
        if here == last or idle == _IDLE_PAGES:
            crowd.repeated = True
            return listed
        met.update(here)
        listed, last, page = listed + len(here), here, page + 1


def _is_in(row: Row, second: Stamp) -> bool:
    return row.created is None or row.created.floor().instant == second.instant
