"""Up to where somebody has seen what changed: from when on something is news to them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, localdate, now

from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.models import Membership
from orders.models import Look, SavedView
from orders.models.mirror_state import state_of

FIRST = timedelta(days=1)
"""How far back it goes for somebody who never said that they had seen anything."""

_LATE = timedelta(days=1)  # by how much a new order may come here later than the changes that had been read
_OPEN = timedelta(hours=1)  # within which a row is committed that was seen at Glu
_FURTHEST = timedelta(days=366)
_KEPT = 2
_MOST = 2**63 - 1


@dataclass(frozen=True)
class Since:
    """From where on something is news: what was seen after `at` (aware), of a `look` or when somebody `joined`.

    What was committed late counts by its primary key, above `order_mark` or `change_mark`. What was seen after
    `read_after` is read, and told what was seen after `told_after`. A new order was placed from `placed_from` on.
    """

    at: datetime
    read_after: datetime
    told_after: datetime
    placed_from: datetime
    order_mark: int = 0
    change_mark: int = 0
    look: Look | None = None
    joined: bool = False


@dataclass(frozen=True)
class Seen:
    """Up to where somebody has seen it: the highest primary keys, and when they opened it (aware)."""

    at: datetime
    order_mark: int
    change_mark: int

    def __str__(self) -> str:
        return f"{int(self.at.timestamp() * 1_000_000)}-{self.order_mark}-{self.change_mark}"


def read_seen(text: str) -> Seen | None:
    """A Seen as a form or an address has it; None for anything else, and for a time to come."""
    try:
        micros, order, change = map(int, text.split("-"))
        at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        return None
    is_one = min(micros, order, change) >= 0 and max(order, change) <= _MOST and at <= now()
    return Seen(at, order, change) if is_one else None


def read_instant(text: str) -> datetime | None:
    """An instant of the last year with its offset, as an address has it, in UTC: not every offset can be asked with.

    None for anything else.
    """
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or is_naive(found):
        return None
    return found.astimezone(UTC) if timedelta(0) <= now() - found <= _FURTHEST else None


def named_days(zone: ZoneInfo) -> dict[str, date]:
    """The days of a zone from which on it is often asked what changed, as an address names them: those before today."""
    today = localdate(timezone=zone)
    yesterday, monday = today - timedelta(days=1), today - timedelta(days=today.weekday() or 7)
    return {"yesterday": yesterday, **({"monday": monday} if monday < yesterday else {})}


def since_instant(at: datetime) -> Since:
    """What is news since an instant (aware)."""
    return Since(at, read_after=at - _OPEN, told_after=at, placed_from=at - _LATE)


def since_look(membership: Membership, view: SavedView | None = None) -> Since:
    """What is news to somebody: since their last look, else since FIRST ago or since they joined."""
    look = _looks(membership, view).first()
    if look is None:
        begins = now() - FIRST
        since = since_instant(max(begins, membership.created_at))
        return replace(since, joined=since.at > begins)
    read_after = look.looked_at - _OPEN
    return Since(look.looked_at, read_after, read_after, look.placed_from, look.order_mark, look.change_mark, look)


def look_at(membership: Membership, seen: Seen, view: SavedView | None = None) -> None:
    """Keep that somebody has seen everything up to there. What they saw later in another window stays seen."""
    organisation = membership.organisation
    state = state_of(organisation)
    stamp = Stamp.parse(state.watermark) if state and state.watermark else None
    read_up_to = min(seen.at, stamp.instant) if stamp else seen.at
    organisation.looks.create(
        user=membership.user,
        view=view,
        looked_at=seen.at,
        order_mark=seen.order_mark,
        change_mark=seen.change_mark,
        placed_from=read_up_to - _LATE,
    )
    mine = _looks(membership, view)
    mine.exclude(pk__in=list(mine.values_list("pk", flat=True)[:_KEPT])).delete()


def take_back(membership: Membership, pk: int) -> bool:
    """Take a look back, as if it had not been: the one before counts again. False where it was taken back already."""
    deleted, _ = membership.organisation.looks.filter(user=membership.user, pk=pk).delete()
    return bool(deleted)


def _looks(membership: Membership, view: SavedView | None) -> QuerySet[Look]:
    """Somebody's looks, the newest first; those from before they joined are of another time."""
    mine = membership.organisation.looks.filter(user=membership.user_id, looked_at__gte=membership.created_at)
    return mine.filter(view=view) if view else mine.filter(view=None)
