"""How long orders usually keep a status, counted anew each day from the record of change."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.display.percentiles import FEWEST, percentile
from orders.models import TypicalTimes
from orders.models.typical import DISPATCH, PAYMENT, Kind, kind_left
from orders.models.waiting import BEGINNINGS, moved_at

_DAYS = 180
_MOST_READ = 50_000  # changes of a status, the newest
_MOST_KINDS = 100
_EVERY, _PATIENCE = timedelta(days=1), timedelta(hours=1)
_FIELDS = {"dispatchStatus": DISPATCH, "paymentStatus": PAYMENT}


class _Move(NamedTuple):
    """A status that ended at an instant; `paid_by` is the payment method."""

    at: datetime
    of: str
    status: str | None
    created_at: datetime
    delivery: str | None
    paid_by: str | None
    scheduled: bool


def claim_counting(organisations: QuerySet[Organisation]) -> list[int]:
    """The organisations, by key, whose typical times are to be counted now, each given away once.

    It is due again after a while, in case that comes to nothing; of one that is new nothing is known yet.
    """
    moment = now()
    rows = TypicalTimes.across_organisations
    new = organisations.filter(typical_times=None)
    rows.bulk_create([TypicalTimes(organisation=one, due_at=moment + _PATIENCE) for one in new], ignore_conflicts=True)
    due = rows.filter(organisation__in=organisations, due_at__lte=moment).values_list("pk", "organisation", "due_at")
    return [
        organisation
        for pk, organisation, due_at in due
        if rows.filter(pk=pk, due_at=due_at).update(due_at=moment + _PATIENCE)
    ]


def count_typical(organisation: Organisation) -> None:
    """Count an organisation's typical times, and keep them until tomorrow."""
    moment = now()
    lengths: dict[Kind, list[timedelta]] = defaultdict(list)
    moves, since = _moves(organisation, moment - timedelta(days=_DAYS))
    for its_own in moves.values():
        for kind, length in _lengths(its_own, since):
            lengths[kind].append(length)
    known = sorted((kind for kind in lengths if len(lengths[kind]) >= FEWEST), key=lambda kind: -len(lengths[kind]))
    kinds = []
    for kind in known[:_MOST_KINDS]:
        ordered = sorted(lengths[kind])
        kinds.append([*kind, *(round(percentile(ordered, each).total_seconds()) for each in (50, 95))])
    TypicalTimes.across_organisations.update_or_create(
        organisation=organisation, defaults={"kinds": kinds, "counted_at": moment, "due_at": moment + _EVERY}
    )


def _moves(organisation: Organisation, since: datetime) -> tuple[dict[int, list[_Move]], datetime]:
    """What is recorded of statuses that ended, by order in the order of time, and since when all of it was read."""
    moves: dict[int, list[_Move]] = defaultdict(list)
    names = ("order", "glu_updated_at", "seen_old_at", "seen_new_at", "old", "order__created_at")
    of_order = ("order__delivery_method_name", "order__payment_method", "order__scheduled_delivery_at")
    for field, of in _FIELDS.items():
        changes = organisation.order_changes.filter(field=field, seen_new_at__gte=since, line_glu_id=None)
        rows = list(changes.order_by("-seen_new_at").values_list(*names, *of_order)[:_MOST_READ])
        if len(rows) == _MOST_READ:
            since = max(since, rows[-1][3])
        for pk, stamp, seen_old_at, seen_at, old, created_at, delivery, paid_by, scheduled_at in rows:
            at = moved_at(stamp, seen_old_at or seen_at, seen_at)
            moves[pk].append(_Move(at, of, old, created_at, delivery, paid_by, scheduled_at is not None))
    for its_own in moves.values():
        its_own.sort(key=lambda move: move.at)
    return moves, since


def _lengths(moves: list[_Move], since: datetime) -> list[tuple[Kind, timedelta]]:
    """How long an order kept the statuses that it had, as far as it is known when they began.

    Its dispatch counts from its payment, where that came later: what is unpaid is not sent.
    """
    begun: dict[str, datetime] = {}
    found = []
    for move in moves:
        began = begun.get(move.of)
        if began is None and move.status in BEGINNINGS and move.created_at >= since:
            began = move.created_at
        method = move.delivery if move.of == DISPATCH else move.paid_by
        kind = kind_left(move.of, move.status, method, scheduled=move.scheduled)
        if began is not None and kind is not None:
            paid_at = begun.get(PAYMENT, began)
            counted_from = max(began, paid_at) if move.of == DISPATCH else began
            if move.at >= counted_from:
                found.append((kind, move.at - counted_from))
        begun[move.of] = move.at
    return found
