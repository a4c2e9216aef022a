"""Orders that Glu no longer lists: accused by a window read to its end, gone only after two answers of 404."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound
from glu_admin.glu.lists import Row
from glu_admin.tenancy.models import Organisation
from orders.mirror.by_id import read_each
from orders.mirror.identity import prove, recognise_page
from orders.mirror.rhythm import failure_wait, gone_confirmation
from orders.mirror.session import Session
from orders.mirror.writing.changes import record
from orders.mirror.writing.orders import write_orders
from orders.mirror.writing.set_aside import forget_lines
from orders.models import MirrorRun, MissingOrder, Order, OrderChange
from orders.models.mirror_run import flagged

logger = logging.getLogger(__name__)

_FEW = 5
_SHARE = 0.01


def suspect(
    organisation: Organisation,
    pks: list[int],
    moment: datetime,
    *,
    run: MirrorRun | None = None,
    not_found_at: datetime | None = None,
) -> None:
    """Put orders under suspicion of being gone, to be asked for by id; one that is under it already keeps its dates.

    Without `run` (some other answer of Glu's accuses them) all such orders are held back when they are too many.
    """
    MissingOrder.across_organisations.bulk_create(
        [
            MissingOrder(
                organisation=organisation,
                order_id=pk,
                run=run,
                found_at=moment,
                not_found_at=not_found_at,
                due_at=moment + gone_confirmation() if not_found_at else moment,
            )
            for pk in pks
        ],
        ignore_conflicts=True,
    )
    if run is None:
        hold_if_too_many(organisation, None)


def hold_strangers(organisation: Organisation, glu_ids: set[int], moment: datetime) -> None:
    """Hold back orders under whose ids Glu has others, so that ours came from another organisation."""
    if not glu_ids:
        return
    here = organisation.orders.filter(glu_id__in=glu_ids)
    held = {"organisation": organisation, "found_at": moment, "due_at": moment, "held": True, "foreign": True}
    MissingOrder.across_organisations.bulk_create(
        [MissingOrder(order_id=pk, **held) for pk in here.values_list("pk", flat=True)],
        update_conflicts=True,
        unique_fields=["order"],
        update_fields=["held", "foreign"],
    )
    # What Glu has under these ids is others', so that nothing more is asked.
    here.update(lines_due_at=None, lines_error="", lines_attempts=0, check_wanted_at=None)


def acquit(organisation: Organisation, glu_ids: list[int]) -> None:
    """Take the suspicion from orders that Glu listed; their lines, if they waited for that, are due again."""
    listed = organisation.missing_orders.filter(order__glu_id__in=glu_ids, foreign=False)
    waiting = list(listed.filter(order__lines_attempts__gt=0).values_list("order", flat=True))
    organisation.orders.filter(pk__in=waiting, lines_due_at__isnull=False).update(lines_due_at=now())
    listed.delete()


def hold_if_too_many(organisation: Organisation, run: MirrorRun | None) -> bool:
    """The circuit breaker: a run that misses more than a few concludes nothing until a person decides."""
    accused = organisation.missing_orders.filter(run=run, decided=False, foreign=False)
    count = accused.count()
    if count <= max(_FEW, int(organisation.orders.filter(gone_at=None).count() * _SHARE)):
        return False
    if accused.filter(held=False).update(held=True):
        logger.warning("%s: %d orders are missing at once, and are held back", organisation.slug, count)
    return True


def due_missing(organisation: Organisation) -> QuerySet[MissingOrder]:
    """The suspected orders that are to be asked for now."""
    due = organisation.missing_orders.filter(held=False, due_at__lte=now())
    # A run under way may turn out to miss too many. One that failed may never be done, and was counted then.
    return due.exclude(run__state=MirrorRun.State.RUNNING, run__failures=0).select_related("order", "run")


def ask_missing(session: Session) -> int:
    """Ask by id for one chunk of the orders whose time has come; how many had an answer.

    200 clears the order, and the run that missed it is flagged; 404 twice, the confirmation time apart, makes it gone.
    Raises GluError, as `read_each` does.
    """
    chunk = list(due_missing(session.organisation).order_by("due_at", "pk")[: settings.MIRROR_LINE_CHUNK])
    accused = {missing.order.glu_id: missing for missing in chunk}
    later = {missing.pk for missing in chunk}  # also those that are not come to, as the route is broken
    proven = False
    for glu_id, outcome in read_each(session, accused):
        missing = accused[glu_id]
        if isinstance(outcome, NotFound):
            if not proven:  # a key that opens another organisation finds none of them
                prove(session)
                proven = True
            _not_found(session, missing)
        elif isinstance(outcome, GluError):
            continue  # it proves nothing
        else:
            _still_there(session, missing, outcome)
        later.discard(missing.pk)
    if later:
        with session.writing():
            due_at = now() + timedelta(seconds=failure_wait(0))
            session.organisation.missing_orders.filter(pk__in=later).update(due_at=due_at)
    return len(chunk) - len(later)


def _still_there(session: Session, missing: MissingOrder, header: Row) -> None:
    strangers = recognise_page(session, [header])
    with session.writing():
        if strangers:
            hold_strangers(session.organisation, strangers, now())
            return
        write_orders(session.organisation, [header], now(), polled_up_to=session.polled_up_to())
        acquit(session.organisation, [missing.order.glu_id])
        if missing.run is not None:
            flag_run(session.organisation, missing.run, MirrorRun.Flag.WALK_MISSED)


def flag_run(organisation: Organisation, run: MirrorRun, flag: str) -> None:
    """Add a flag to a run."""
    fresh = organisation.mirror_runs.get(pk=run.pk)
    fresh.flags = flagged(fresh.flags, flag)
    fresh.save(update_fields=["flags"])
    run.flags = fresh.flags


def _not_found(session: Session, missing: MissingOrder) -> None:
    moment = now()
    with session.writing():
        if missing.not_found_at is None:
            session.organisation.missing_orders.filter(pk=missing.pk).update(
                not_found_at=moment, due_at=moment + gone_confirmation()
            )
            return
        sure_at = missing.not_found_at + gone_confirmation()
        if missing.not_found_at <= moment < sure_at:  # somebody could not wait: that is no second answer
            session.organisation.missing_orders.filter(pk=missing.pk).update(due_at=sure_at)
            return
        session.organisation.missing_orders.filter(pk=missing.pk).delete()
        mark_gone(session.organisation, [missing.order], moment)


def mark_gone(organisation: Organisation, orders: list[Order], moment: datetime) -> None:
    """Mark orders as gone since `moment`; the rows stay, and no more is read of them unless Glu lists them again."""
    pks = [order.pk for order in orders if order.gone_at is None]
    organisation.orders.filter(pk__in=pks).update(
        gone_at=moment, waiting_since=None, lines_due_at=None, lines_error="", lines_attempts=0
    )
    forget_lines(organisation, [order.glu_id for order in orders])
    record(
        organisation,
        [
            OrderChange(
                organisation=organisation,
                order=order,
                field=OrderChange.GONE,
                seen_old_at=order.checked_at or order.copied_at,
                seen_new_at=moment,
            )
            for order in orders
            if order.pk in pks
        ],
    )
