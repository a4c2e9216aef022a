"""How far back an organisation's orders go, found with a dozen requests: for the progress of a first copy only."""

from dataclasses import dataclass
from typing import Any

from glu_admin.glu.bounds import Stamp
from orders.mirror.walk import Fetch
from orders.payload import Unusable, usable_id

_YEAR = 365 * 24 * 3600
_MOST_REQUESTS = 14


@dataclass(frozen=True)
class Oldest:
    """The oldest order found; an estimate, never a proof."""

    glu_id: int
    created: Stamp


def find_oldest(fetch: Fetch, newest: Stamp, page_size: int) -> Oldest | None:
    """Bisect creation times before `newest` until a short page shows the oldest order, or patience ends."""
    best: Oldest | None = None
    step, low, high = _YEAR, None, newest.floor()
    for _ in range(_MOST_REQUESTS):
        if low is None:
            bound = newest.floor().plus(-step)
            step *= 2
        else:
            half = int((high.instant - low.instant).total_seconds()) // 2
            if half < 3600:
                break
            bound = low.plus(half)
        rows = fetch(page=1, created_before=str(bound), created_from=None, updated_from=None).rows
        if not rows:
            low = bound
            continue
        found = _last(rows)
        if found is None:
            return best
        best, high = found, found.created.floor()
        if len(rows) < page_size:
            break
    return best


def _last(rows: list[Any]) -> Oldest | None:
    row = rows[-1]
    created = Stamp.parse(row.get("createdAt")) if isinstance(row, dict) else None
    try:
        return Oldest(usable_id(row), created) if created else None
    except Unusable:
        return None
