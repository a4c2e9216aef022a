"""How far back an organisation's orders go, found with a dozen requests: for the progress of a first copy only."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from glu_admin.glu.errors import GluError, Interrupted
from glu_admin.glu.lists import Bounds, Listed, Row
from glu_admin.glu.stamps import Stamp
from glu_admin.glu.walk.steps import Ask, Step
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState

_YEAR = 365 * 24 * 3600
_MOST_REQUESTS = 40  # a century down to a second, and more

Fetch = Callable[[Ask], Listed]


@dataclass(frozen=True)
class Placed:
    """An order with its id and its time of creation, by which it has a place among the others."""

    glu_id: int
    created: Stamp


class HistoryProgress:
    """Notes how far a first copy has come; beside it, finds out how far it has to go."""

    def __init__(self, session: Session, run: MirrorRun) -> None:
        self.session, self.run = session, run
        self._finding: Future[Placed | None] | None = None

    def note(self, step: Step, page_size: int, state: MirrorState) -> None:
        """Note where the walk stands, in Glu’s ids: they grow with creation. What is found out goes on the state."""
        first = next(filter(None, map(_placed, step.rows)), None)
        last = next(filter(None, map(_placed, reversed(step.rows))), None)
        if first is None or last is None:
            return
        MirrorState.across_organisations.filter(organisation=self.session.organisation).update(
            history_reached_glu_id=last.glu_id, history_reached_at=last.created.instant
        )
        if self._finding is not None and self._finding.done():
            self._note_found(self._finding, state)
            self._finding = None
        elif self.run.requests == 0:  # once: where Glu is so slow that a slice ends before, there is no percentage
            size = page_size or len(step.rows)
            self._finding = self.session.glu.ask_beside(lambda: find_oldest(self._fetch, first.created, size))

    def _note_found(self, finding: Future[Placed | None], state: MirrorState) -> None:
        """What was found goes into the state; where Glu failed, the walk will meet that too."""
        try:
            oldest = finding.result()
        except GluError:
            return
        newest = self.session.organisation.orders.order_by("-created_at", "-glu_id").values_list("glu_id", flat=True)
        state.history_newest_glu_id = newest.first()
        state.history_oldest_glu_id = oldest.glu_id if oldest else None
        state.history_oldest_at = oldest.created.instant if oldest else None

    def _fetch(self, ask: Ask) -> Listed:
        """In a thread, one request after the other, while the walk goes on."""
        if self.session.glu.closing.is_set():
            raise Interrupted("The slice is over.")
        return self.session.glu.fetch(ask, MirrorRun.Pass.HISTORY)


def find_oldest(fetch: Fetch, newest: Stamp, page_size: int) -> Placed | None:
    """Bisect creation times before `newest` until nothing is older than what was found; None when that is not reached.

    `page_size` is how many rows a full page has.
    """
    best: Placed | None = None
    step, low, high, below = _YEAR, None, newest.floor(), False
    for _ in range(_MOST_REQUESTS):
        if below:
            bound = high
        elif low is None:
            bound = newest.floor().plus(-step)
            step *= 2
        else:
            bound = low.plus(max(int((high.instant - low.instant).total_seconds()) // 2, 1))
        rows = fetch(Ask(Bounds(created_before=bound))).rows
        if not rows:
            low = bound
        else:
            best = _placed(rows[-1])
            if best is None or not best.created.before(bound):  # a Glu that ignores it tells nothing of what is below
                return None
            high = best.created.floor()
        if low is not None and high.instant <= low.instant:
            return best
        # A page that is not full may hold the oldest: what lies below it is asked at once.
        below = len(rows) < page_size if rows else high.instant <= bound.plus(1).instant
    return None


def _placed(row: Row) -> Placed | None:
    """A row's place among the others, unless it cannot be told."""
    return Placed(row.glu_id, row.created) if row.glu_id is not None and row.created is not None else None
