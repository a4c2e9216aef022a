"""How a run ends: complete, with what that proves; failed; or left to wait for another try."""

import math
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils.timezone import now

from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.models import Organisation
from glu_admin.tuning import tuned
from orders.mirror.gone import hold_if_too_many
from orders.mirror.holder import Holder
from orders.mirror.retention import forget_old_runs
from orders.mirror.rhythm import RECENT, TRAILING, TRAILING_REACH, TRANSACTIONS, WHOLE, failure_wait, poll_interval
from orders.mirror.session import Session
from orders.mirror.watermark import next_watermark
from orders.mirror.writing.bulk import save
from orders.mirror.writing.set_aside import forget_unseen
from orders.models import MirrorRun, MirrorState
from orders.models.mirror_run import flagged
from orders.recheck import is_visited

# Passes that bring what is newest; what a cache kept from others is not.
_LATEST = (MirrorRun.Pass.CHANGES, MirrorRun.Pass.TRANSACTIONS)
# The columns that say that a run has ended.
_ENDED = ("state", "finished_at", "error", "wait_until")
# How old what they bring may come from a cache before that is flagged; its age is taken off in any case.
_CACHE_AGE_MAX = timedelta(seconds=tuned("MIRROR_CACHE_AGE_MAX_SECONDS", 60))


def fail_run(holder: Holder, run: MirrorRun, words: str) -> None:
    """End a run that proved nothing; its open windows stay on record as gaps, and the next run begins anew.

    Whom its closed windows accused is asked for by id, unless these are too many.
    """
    with holder.writing():
        run.state, run.error, run.finished_at, run.wait_until = MirrorRun.State.FAILED, words[:300], now(), None
        if run.kind in MirrorRun.ACCUSING:
            hold_if_too_many(holder.organisation, run)
        save(run, *_ENDED)
        forget_old_runs(holder.organisation, run, now())


def postpone_run(holder: Holder, run: MirrorRun, words: str) -> None:
    """Let a pass that failed wait, ever longer while it goes on failing; other passes go on."""
    fails = holder.organisation.mirror_runs.filter(kind=run.kind, state=MirrorRun.State.FAILED).exclude(pk=run.pk)
    complete = holder.organisation.mirror_runs.filter(kind=run.kind, state=MirrorRun.State.COMPLETE)
    last = complete.order_by("-pk").values_list("pk", flat=True).first() or 0
    with holder.writing():
        run.error = words[:300]
        run.wait_until = now() + timedelta(seconds=failure_wait(run.failures + fails.filter(pk__gt=last).count()))
        run.failures += 1
        if run.kind in MirrorRun.ACCUSING:
            hold_if_too_many(holder.organisation, run)
        save(run, "error", "wait_until", "failures")


def complete_run(session: Session, run: MirrorRun, state: MirrorState) -> None:
    """Mark a run complete whose windows all are, and in the same transaction, on its state, what that proves."""
    moment = now()
    run.state, run.finished_at, run.error, run.wait_until = MirrorRun.State.COMPLETE, moment, "", None
    if run.kind in MirrorRun.ACCUSING and hold_if_too_many(session.organisation, run):
        run.flags = flagged(run.flags, MirrorRun.Flag.TOO_MANY_MISSING)
    if run.kind in _LATEST and run.cache_age > _CACHE_AGE_MAX:
        run.flags = flagged(run.flags, MirrorRun.Flag.FROM_CACHE)
    if run.late:
        # Rows came later than polls read back: from now on they read back further.
        state.overlap_seconds = min(2 * state.overlap, TRAILING_REACH)
    if run.kind == MirrorRun.Pass.HISTORY:
        state.history_complete_at = state.next_due_at = moment
    elif run.kind == MirrorRun.Pass.CHANGES:
        _complete_changes(session.organisation, run, state, moment)
    elif run.kind == MirrorRun.Pass.TRANSACTIONS:
        _complete_transactions(run, state, moment)
    elif run.kind == MirrorRun.Pass.RECONCILE:
        state.recent_due_at = RECENT.after(moment)
        if run.reach == MirrorRun.Reach.WHOLE:
            state.whole_due_at = WHOLE.after(moment)
            session.pages.forget()
            session.pages.save(state)
            # Transactions have no reconcile of their own: they are read from the beginning as often as the orders are.
            state.transactions_watermark, state.transactions_due_at = None, moment
    elif run.kind == MirrorRun.Pass.TRAILING:
        state.trailing_due_at = TRAILING.after(moment)
        _doubt_early_lines(session.organisation, run, moment)
    save(run, *_ENDED, "flags")
    # An older run that failed and waits would keep its pass waiting.
    session.organisation.mirror_runs.filter(kind=run.kind, wait_until__isnull=False).update(wait_until=None)
    if run.kind == MirrorRun.Pass.HISTORY or run.reach == MirrorRun.Reach.WHOLE:
        forget_unseen(session.organisation, run.started_at)
    forget_old_runs(session.organisation, run, moment)


def _complete_changes(organisation: Organisation, run: MirrorRun, state: MirrorState, moment: datetime) -> None:
    age = math.ceil(run.cache_age.total_seconds())
    watermark = next_watermark(run.server_started_at, Stamp.parse(run.newest_at_start), state.overlap, age)
    if watermark is not None:
        state.watermark = str(watermark)
    moved, visited = bool(run.created or run.changed), is_visited(organisation)
    state.poll_seconds = poll_interval(state.poll_seconds, moved=moved, visited=visited)
    state.next_due_at = moment + timedelta(seconds=state.poll_seconds)


def _doubt_early_lines(organisation: Organisation, run: MirrorRun, moment: datetime) -> None:
    """Make due once more the lines that were read right after their order had changed.

    A replica that lags may have given the lines from before, and nothing would tell: lines have no time of change.
    """
    back = Stamp.parse(run.updated_from)
    if back is None:
        return
    settled = TRAILING.every
    lately = Q(updated_at__gte=back.instant) | Q(updated_at=None, created_at__gte=back.instant)
    early = Q(copied_at__lt=moment - settled, lines_copied_at__lt=F("copied_at") + settled)
    organisation.orders.filter(lately & early, lines_due_at=None, gone_at=None).update(lines_due_at=moment)


def _complete_transactions(run: MirrorRun, state: MirrorState, moment: datetime) -> None:
    state.transactions_due_at = TRANSACTIONS.after(moment)
    state.transactions_complete_at = state.transactions_complete_at or moment
    # Null means that everything is to be read, which this run may not have done.
    if state.transactions_watermark or not run.updated_from:
        state.transactions_watermark = run.newest_at_start
    state.transactions_error = ""
