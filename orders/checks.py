"""What a person may ask of the mirror: read this order, or this range of days, again now. Rows say what is wanted."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.timezone import now

from glu_admin.hints import hint
from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, Order, OrderChange
from orders.payload import time_text

_MOST_RANGES = 3


@dataclass(frozen=True)
class CheckState:
    """What an order's page says of its last check: waiting, or done with what it found."""

    waiting: bool
    done_at: datetime | None
    words: str
    changes: list[OrderChange]


class TooManyRanges(Exception):
    """So many ranges are being read already that another would only wait."""


def want_check(organisation: Organisation, order: Order) -> None:
    """Have an order and its lines read again within seconds; asked for twice it is read once."""
    wanted = organisation.orders.filter(pk=order.pk, check_wanted_at=None).update(check_wanted_at=now())
    if wanted:
        hint("orders.mirror_organisation", organisation.pk)


def check_state(organisation: Organisation, order: Order) -> CheckState:
    """Where the check of an order stands."""
    changes = []
    if order.checked_at is not None:
        changes = list(organisation.order_changes.filter(order=order, seen_new_at=order.checked_at))
    return CheckState(order.check_wanted_at is not None, order.checked_at, order.check_words, changes)


def want_range(organisation: Organisation, first: date | None, last: date | None) -> MirrorRun:
    """Have all orders created on these days (both included, the organisation's zone) read again.

    The same range asked for while it is being read is read once. Raises TooManyRanges.
    """
    start = time_text(_midnight(organisation, first)) if first else None
    end = time_text(_midnight(organisation, last + timedelta(days=1))) if last else None
    running = organisation.mirror_runs.filter(kind=MirrorRun.Pass.RANGE, state=MirrorRun.State.RUNNING)
    same = running.filter(windows__created_from=start, windows__created_before=end).first()
    if same is not None:
        return same
    if running.count() >= _MOST_RANGES:
        raise TooManyRanges
    with transaction.atomic():
        words = f"{first or ''}..{last or ''}"
        run = organisation.mirror_runs.create(kind=MirrorRun.Pass.RANGE, reach=words, started_at=now())
        run.windows.create(
            organisation=organisation,
            kind=MirrorRun.Pass.RANGE,
            created_from=start,
            created_before=end,
            next_before=end,
        )
    hint("orders.mirror_organisation", organisation.pk, queue="changes")
    return run


def last_range(organisation: Organisation, first: date | None, last: date | None) -> MirrorRun | None:
    """The newest reading of exactly these days."""
    runs = organisation.mirror_runs.filter(kind=MirrorRun.Pass.RANGE, reach=f"{first or ''}..{last or ''}")
    return runs.order_by("-pk").first()


def decide_missing(organisation: Organisation, *, ask: bool) -> None:
    """Orders held back because too many were missing at once: ask for each of them by id, or let them be."""
    held = organisation.missing_orders.filter(held=True)
    if ask:
        held.update(held=False, due_at=now())
        hint("orders.mirror_organisation", organisation.pk, queue="changes")
    else:
        held.delete()


def _midnight(organisation: Organisation, day: date) -> datetime:
    return datetime.combine(day, time(), organisation.zone)
