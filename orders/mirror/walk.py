"""The one way lists are read: never page, seek.

Glu lists newest-created first, by page number, without a tie-breaker, and says nothing of totals; rows come and go
while one reads, so page numbers lose rows. The walk always asks for page 1 and moves an upper bound on `createdAt`,
which never changes. Only an empty answer proves the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from glu_admin.glu.bounds import Stamp
from orders.glu_orders import Listed
from orders.payload import Unusable, usable_id

_MOST_PASSES = 10


class Fetch(Protocol):
    """One request for a list of orders; bounds are texts in Glu's own digits."""

    def __call__(
        self, *, page: int, created_before: str | None, created_from: str | None, updated_from: str | None
    ) -> Listed: ...


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
    """What a walk reads; null is open. `created_before` is exclusive, the others inclusive."""

    created_before: Stamp | None = None
    created_from: Stamp | None = None
    updated_from: Stamp | None = None


@dataclass(frozen=True)
class Step:
    """One answer: its rows, and the bound from which the walk goes on once they are written."""

    rows: list[Any]
    next_before: Stamp | None
    complete: bool
    server_time: datetime | None
    flags: tuple[str, ...] = ()


@dataclass
class _Guard:
    """Aborts a walk that sees the same rows under the same bound again."""

    seen: set[tuple[str, frozenset[int]]] = field(default_factory=set)

    def check(self, bound: Stamp | None, rows: list[Any]) -> None:
        """Raise StuckError for an answer that came before."""
        key = (str(bound), frozenset(_ids(rows)))
        if key in self.seen:
            raise StuckError("Glu gave the same orders again for the same dates.")
        self.seen.add(key)


def walk(fetch: Fetch, bounds: Bounds) -> Iterator[Step]:
    """Read every order within `bounds`, newest first, one Step an answer; the last Step is complete and empty.

    Raises WalkError when an answer breaks the bounds or the order; whatever `fetch` raises passes through.
    """
    bound = bounds.created_before
    guard = _Guard()
    while True:
        listed = _ask(fetch, bounds, before=bound)
        if not listed.rows:
            yield Step([], bound, True, listed.server_time)
            return
        guard.check(bound, listed.rows)
        oldest = _oldest(listed.rows)
        if oldest is None:
            raise StuckError("Glu sent a page on which no order has a creation time.")
        second = oldest.floor()
        after = second.plus(1)
        if bound is None or after.instant < bound.instant:
            bound = after  # that second is read again whole: the page may have ended inside it
            yield Step(listed.rows, bound, False, listed.server_time)
        else:
            yield Step(listed.rows, bound, False, listed.server_time)
            yield from _close_second(fetch, bounds, second, bound)
            bound = second


def _close_second(fetch: Fetch, bounds: Bounds, second: Stamp, bound: Stamp) -> Iterator[Step]:
    """Read a second that fills a page: page after page, until two whole passes have added nothing."""
    # One second wider below: a server whose lower bound is exclusive would otherwise answer nothing.
    narrow = Bounds(second.plus(1), second.plus(-1), bounds.updated_from)
    seen: set[int] = set()
    unmoved = 0
    for _ in range(_MOST_PASSES):
        known = len(seen)
        page = 1
        while True:
            listed = _ask(fetch, narrow, before=narrow.created_before, page=page)
            inside = [row for row in listed.rows if _is_in(row, second)]
            seen.update(_ids(inside))
            yield Step(inside, bound, False, listed.server_time)
            if len(inside) < len(listed.rows) or not listed.rows:
                break
            page += 1
        unmoved = unmoved + 1 if len(seen) == known else 0
        # One answer that went past the second held it whole; one that was followed by nothing is read once more.
        if page == 1 or (page == 2 and not listed.rows and unmoved):
            yield Step([], second, False, None)
            return
        if unmoved == 2:
            break
    yield Step([], second, False, None, ("tie_overflow",))


def _ask(fetch: Fetch, bounds: Bounds, *, before: Stamp | None, page: int = 1) -> Listed:
    listed = fetch(
        page=page,
        created_before=_text(before),
        created_from=_text(bounds.created_from),
        updated_from=_text(bounds.updated_from),
    )
    _check(listed.rows, Bounds(before, bounds.created_from, bounds.updated_from))
    return listed


def _check(rows: list[Any], bounds: Bounds) -> None:
    """Every row satisfies every bound that was sent, and creation never increases."""
    last: Stamp | None = None
    for row in rows:
        created, updated = _stamp(row, "createdAt"), _stamp(row, "updatedAt")
        if created is not None:
            if bounds.created_before and not created.before(bounds.created_before):
                raise FilterNotHonouredError("Glu listed orders outside the creation dates asked for.")
            if bounds.created_from and not created.at_or_after(bounds.created_from):
                raise FilterNotHonouredError("Glu listed orders outside the creation dates asked for.")
            if last is not None and created.instant > last.instant and created.wall > last.wall:
                raise OrderNotHonouredError("Glu did not list the newest orders first.")
            last = created
        if updated is not None and bounds.updated_from and not updated.at_or_after(bounds.updated_from):
            raise FilterNotHonouredError("Glu listed orders that had not changed since the time asked for.")


def _oldest(rows: list[Any]) -> Stamp | None:
    stamps = [stamp for row in rows if (stamp := _stamp(row, "createdAt"))]
    return min(stamps, key=lambda stamp: stamp.instant) if stamps else None


def _stamp(row: Any, name: str) -> Stamp | None:
    return Stamp.parse(row.get(name)) if isinstance(row, dict) else None


def _is_in(row: Any, second: Stamp) -> bool:
    created = _stamp(row, "createdAt")
    return created is None or created.floor().instant == second.instant


def _ids(rows: list[Any]) -> Iterator[int]:
    for row in rows:
        try:
            yield usable_id(row)
        except (Unusable, AttributeError):
            continue


def _text(stamp: Stamp | None) -> str | None:
    return None if stamp is None else str(stamp)
