"""The one way lists are read: never page, seek.

Glu lists newest-created first, by page number, without a tie-breaker, and says nothing of totals; rows come and go
while one reads, so page numbers lose rows. The walk always asks for page 1 and moves an upper bound on `createdAt`,
which never changes. Only an empty answer proves the end.

A walk does no input or output: it yields what to ask and is sent the answer, so that many can be read side by side.
"""

from dataclasses import dataclass, field, replace

from glu_admin.glu.lists import Bounds, Row, ids
from glu_admin.glu.stamps import Stamp
from glu_admin.glu.walk.crowded_second import close_second
from glu_admin.glu.walk.steps import Step, StuckError, Walking, ask


def walk(bounds: Bounds, wanted_from: Stamp | None = None) -> Walking:
    """Read everything within `bounds`, newest first, one Step an answer; the last Step is complete and empty.

    A crowded second before `wanted_from` is left to whoever wants it, and ends the walk. Raises WalkError when an
    answer breaks the bounds or the order also when it is asked for again.
    """
    bound = bounds.created_before
    guard, before = _Guard(), list[Row]()
    while True:
        listed = yield from ask(replace(bounds, created_before=bound))
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
        followed = len(before) if set(ids(listed.rows)) - set(ids(before)) else 0
        before = listed.rows
        if bound is None or after.instant < bound.instant:
            bound = after  # that second is read again whole: the page may have ended inside it
            yield Step(listed.rows, bound, False, listed.server_time, followed=followed)
        else:
            yield Step(listed.rows, bound, False, listed.server_time, seam=False, followed=followed)
            if wanted_from and not oldest.at_or_after(wanted_from):
                yield Step([], bound, True, listed.server_time)
                return
            yield from close_second(bounds, second, bound)
            bound = second


@dataclass
class _Guard:
    """Aborts a walk that sees the same rows under the same bound again."""

    seen: set[tuple[str, frozenset[int]]] = field(default_factory=set)

    def check(self, bound: Stamp | None, rows: list[Row]) -> None:
        """Raise StuckError for an answer that came before."""
        key = (str(bound), frozenset(ids(rows)))
        if key in self.seen:
            raise StuckError("Glu gave the same rows again for the same dates.")
        self.seen.add(key)


def _oldest(rows: list[Row]) -> Stamp | None:
    stamps = [row.created for row in rows if row.created]
    return min(stamps, key=lambda stamp: stamp.instant) if stamps else None
