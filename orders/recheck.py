"""What a person may ask of the mirror: to read an order or some days again now, and to poll sooner while one reads."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils.timezone import now

from glu_admin.hints import hint
from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start
from glu_admin.tenancy.told import told
from glu_admin.tuning import tuned
from orders.models import CheckOutcome, MirrorRun, Order, OrderChange

_MOST_RANGES = 3
_VISIT_SECONDS = tuned("MIRROR_LOOKING_SECONDS", 180)  # so long a page that was asked for makes polls come sooner
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class CheckState:
    """What an order's page says of its last check: waiting, or done with what it found."""

    waiting: bool
    done_at: datetime | None
    outcome: str | None
    words: str
    changes: list[OrderChange]

    @property
    def identical(self) -> bool:
        """Whether the check found the copy to be the same as Glu's."""
        return self.outcome == CheckOutcome.IDENTICAL

    @property
    def not_returned(self) -> bool:
        """Whether Glu answered that there is no such order."""
        return self.outcome == CheckOutcome.NOT_RETURNED


@dataclass(frozen=True)
class RangeState:
    """What the list of some days says of the last time that they were read again."""

    run: MirrorRun

    @property
    def running(self) -> bool:
        """Whether the days are still being read, or wait to be."""
        return self.run.state == MirrorRun.State.RUNNING

    @property
    def waiting(self) -> bool:
        """Whether nothing of the days has been read so far."""
        return self.running and self.run.requests == 0

    @property
    def failed(self) -> bool:
        """Whether the reading ended without proving anything."""
        return self.run.state == MirrorRun.State.FAILED


class TooManyRanges(Exception):
    """So many ranges are being read already that another would only wait."""


def note_visit(organisation: Organisation) -> None:
    """Somebody has an organisation's pages open: its polls come sooner for a while."""
    try:
        cache.set(f"visited-{organisation.pk}", 1, _VISIT_SECONDS)
    except Exception:  # a cache that is away must not hold up a page
        return


def is_visited(organisation: Organisation) -> bool:
    """Whether a page of the organisation was asked for in the last minutes."""
    try:
        return bool(cache.get(f"visited-{organisation.pk}"))
    except Exception:  # a cache that is away must not hold up the mirror
        return False


def want_check(organisation: Organisation, order: Order) -> None:
    """Have an order and its lines read again within seconds; asked for twice it is read once."""
    wanted = organisation.orders.filter(pk=order.pk, check_wanted_at=None).update(check_wanted_at=now())
    if wanted:
        hint("orders.mirror_now", organisation.pk)


def check_state(organisation: Organisation, order: Order) -> CheckState:
    """Where the check of an order stands."""
    changes = []
    if order.check_done_at is not None:
        changes = list(organisation.order_changes.filter(order=order, seen_new_at=order.check_done_at))
    return CheckState(
        order.check_wanted_at is not None, order.check_done_at, order.check_outcome, told(order.check_words), changes
    )


def want_range(organisation: Organisation, first: date | None, last: date | None) -> MirrorRun:
    """Have all orders created on these days (both included, the organisation's zone) read again.

    The same range asked for while it is being read is read once. Raises TooManyRanges.
    """
    # An hour wider, and in the zone's own digits: a Glu that drops the offset of a time reads them as another hour.
    start = (day_start(first, organisation.zone) - _HOUR).isoformat() if first else None
    end = (day_start(last + timedelta(days=1), organisation.zone) + _HOUR).isoformat() if last else None
    with transaction.atomic():
        # One at a time for an organisation, so that many who ask at once are counted one after the other.
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        running = organisation.mirror_runs.filter(kind=MirrorRun.Pass.RANGE, state=MirrorRun.State.RUNNING)
        same = running.filter(reach=reach_of(first, last)).first()
        if same is not None:
            return same
        if running.count() >= _MOST_RANGES:
            raise TooManyRanges
        run = organisation.mirror_runs.create(kind=MirrorRun.Pass.RANGE, reach=reach_of(first, last), started_at=now())
        run.windows.create(
            organisation=organisation,
            kind=MirrorRun.Pass.RANGE,
            created_from=start,
            created_before=end,
            next_before=end,
        )
    hint("orders.mirror_now", organisation.pk, queue="changes")
    return run


def range_state(organisation: Organisation, first: date | None, last: date | None) -> RangeState | None:
    """How the newest reading that was asked for of exactly these days goes, or went; None when there was none."""
    runs = organisation.mirror_runs.filter(kind=MirrorRun.Pass.RANGE, reach=reach_of(first, last))
    run = runs.order_by("-pk").first()
    return RangeState(run) if run else None


def decide_missing(organisation: Organisation, *, ask: bool) -> None:
    """Decide about orders held back because too many were missing at once.

    With `ask` Glu is asked for each of them by id; without it they stay as they are.
    """
    held = organisation.missing_orders.filter(held=True, foreign=False)
    if ask:
        held.update(held=False, decided=True, due_at=now())
        hint("orders.mirror_now", organisation.pk, queue="changes")
    else:
        held.delete()


def reach_of(first: date | None, last: date | None) -> str:
    """Some days (null is open) as the run has them that reads them again."""
    return f"{first or ''}..{last or ''}"
