"""The passes over Glu: what each of them reads, and what its completeness proves."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import now

from glu_admin.glu.bounds import Stamp
from glu_admin.tenancy.models import Organisation
from orders.freshness import somebody_looks
from orders.mirror.dues import in_turn
from orders.mirror.gone import hold_if_too_many
from orders.mirror.session import Session
from orders.mirror.upsert import write_orders
from orders.mirror.walk import Ask, Bounds
from orders.mirror.watermark import newest_change, next_watermark
from orders.mirror.windows import cut
from orders.models import MirrorRun, MirrorState, MirrorWindow
from orders.payload import ParsedOrder, Unusable, parse_order

TOO_MANY_MISSING = "too_many_missing"
"""The flag of a run that missed so many orders that nothing was concluded."""

WHOLE, RECENT = "whole", "recent"

_DUE_AFTER_CONNECTING = ("next_due_at", "trailing_due_at", "recent_due_at", "whole_due_at", "refresh_due_at")
_KEEP_RUNS = timedelta(days=2)
_KEEP_PROOFS = timedelta(days=60)


def connect(session: Session) -> bool:
    """Note Glu's clock and set the first watermark, before anything else is read; false while Glu names no time."""
    listed = session.fetch(Ask(Bounds()))
    updated = [order.updated for row in listed.rows if (order := usable(row)) and order.updated]
    newest = max(updated, key=lambda stamp: stamp.instant, default=None)
    watermark = next_watermark(listed.server_time, newest, overlap(session.state()))
    moment = now()
    with session.lease.writing():
        write_orders(session.organisation, listed.rows, moment)
        session.pages.note(len(listed.rows))
        session.pages.save(session.organisation)
        if watermark is not None:
            text = str(watermark)
            session.update_state(
                watermark=text,
                connected_watermark=text,
                transactions_watermark=text,
                **{name: in_turn(name, moment) for name in _DUE_AFTER_CONNECTING},
            )
    return watermark is not None


def overlap(state: MirrorState) -> int:
    """How far a poll reads back behind the last one, in seconds; late rows have widened it."""
    return max(state.overlap_seconds or 0, int(settings.MIRROR_OVERLAP_SECONDS))


def unfinished(organisation: Organisation, kind: MirrorRun.Pass) -> MirrorRun | None:
    """The run of this pass that was left in the middle."""
    runs = organisation.mirror_runs.filter(kind=kind, state=MirrorRun.State.RUNNING)
    return runs.order_by("pk").first() if kind == MirrorRun.Pass.RANGE else runs.order_by("-pk").first()


def open_run(session: Session, kind: MirrorRun.Pass, *, reach: str = WHOLE) -> MirrorRun:
    """The run of this pass that was left unfinished, else a new one with its windows."""
    left = unfinished(session.organisation, kind)
    if left is not None:
        if kind != MirrorRun.Pass.RECONCILE or left.reach in (reach, WHOLE):
            return left
        fail_run(session, left, "A reading of the whole history took its place.")
    newest, state = newest_change(session.organisation), session.state()
    windows = _windows(session, kind, state, reach)
    with session.lease.writing():
        generation = state.generation + 1
        session.update_state(generation=generation)
        run = MirrorRun.across_organisations.create(
            organisation=session.organisation,
            kind=kind,
            reach=reach if kind == MirrorRun.Pass.RECONCILE else "",
            started_at=now(),
            updated_from=windows[0].updated_from,
            newest_at_start=state.watermark if kind == MirrorRun.Pass.TRANSACTIONS else str(newest) if newest else None,
        )
        for window in windows:
            window.organisation, window.run, window.kind = session.organisation, run, kind
            window.generation = generation
        MirrorWindow.across_organisations.bulk_create(windows)
        if kind == MirrorRun.Pass.HISTORY:
            session.update_state(
                history_started_at=run.started_at,
                history_newest_glu_id=None,
                history_oldest_glu_id=None,
                history_reached_glu_id=None,
                history_reached_at=None,
            )
    return run


def _windows(session: Session, kind: MirrorRun.Pass, state: MirrorState, reach: str) -> list[MirrorWindow]:
    """What a new run reads; windows of creation newest first."""
    watermark = Stamp.parse(state.watermark)
    if kind == MirrorRun.Pass.CHANGES:
        return [MirrorWindow(updated_from=state.watermark)]
    if kind == MirrorRun.Pass.TRAILING and watermark is not None:
        back = str(watermark.plus(-_trailing_seconds(session)))
        # Rows without updatedAt are in no window of updates; they are met by their creation.
        return [MirrorWindow(updated_from=back), MirrorWindow(created_from=back)]
    if kind == MirrorRun.Pass.TRANSACTIONS:
        return [MirrorWindow(updated_from=state.transactions_watermark if state.transactions_complete_at else None)]
    if kind == MirrorRun.Pass.RECONCILE:
        since = timedelta(seconds=settings.MIRROR_RECENT_REACH_SECONDS) if reach == RECENT else None
        return [_window(*edges) for edges in cut(session.organisation, since)]
    return [MirrorWindow()]


def _trailing_seconds(session: Session) -> int:
    """Two hours as a rule, three days once a night."""
    runs = session.organisation.mirror_runs.filter(kind=MirrorRun.Pass.TRAILING, state=MirrorRun.State.COMPLETE)
    if runs.filter(reach="night", started_at__gt=now() - timedelta(hours=24)).exists():
        return int(settings.MIRROR_TRAILING_REACH_SECONDS)
    return int(settings.MIRROR_TRAILING_NIGHT_SECONDS)


def _window(created_from: Stamp | None, created_before: Stamp | None) -> MirrorWindow:
    start, end = (str(bound) if bound else None for bound in (created_from, created_before))
    return MirrorWindow(created_from=start, created_before=end, next_before=end)


def fail_run(session: Session, run: MirrorRun, words: str) -> None:
    """End a run that proved nothing; its open windows stay on record as gaps, and the next run begins anew."""
    with session.lease.writing():
        run.state, run.error, run.finished_at = MirrorRun.State.FAILED, words[:300], now()
        run.save(update_fields=["state", "error", "finished_at"])
        if run.kind == MirrorRun.Pass.CHANGES:
            return
        postponed = now() + timedelta(seconds=settings.MIRROR_ERROR_WAIT_SECONDS)
        for name in _due_columns(run):
            session.update_state(**{name: postponed})


def complete_run(session: Session, run: MirrorRun) -> None:
    """Mark a run complete whose windows all are, and in the same transaction move what its completeness proves."""
    moment, state = now(), session.state()
    run.state, run.finished_at = MirrorRun.State.COMPLETE, moment
    if run.kind in (MirrorRun.Pass.RECONCILE, MirrorRun.Pass.RANGE) and hold_if_too_many(session.organisation, run):
        run.flags = " ".join(sorted({*run.flags.split(), TOO_MANY_MISSING}))
    if run.late:
        _widen_overlap(session, state)
    if run.kind == MirrorRun.Pass.HISTORY:
        session.update_state(history_complete_at=moment, next_due_at=moment)
    elif run.kind == MirrorRun.Pass.CHANGES:
        _complete_changes(session, run, state, moment)
    elif run.kind == MirrorRun.Pass.TRANSACTIONS:
        _complete_transactions(session, run, state, moment)
    elif run.kind == MirrorRun.Pass.RECONCILE and run.reach == WHOLE:
        session.pages.forget()
        session.pages.save(session.organisation)
    elif run.kind == MirrorRun.Pass.TRAILING and _trailing_seconds(session) == settings.MIRROR_TRAILING_NIGHT_SECONDS:
        run.reach = "night"
    run.save()
    session.update_state(**{name: in_turn(name, moment) for name in _due_columns(run)})
    _forget_old_runs(session.organisation, run, moment)


def _complete_changes(session: Session, run: MirrorRun, state: MirrorState, moment: datetime) -> None:
    watermark = next_watermark(run.server_started_at, Stamp.parse(run.newest_at_start), overlap(state))
    if watermark is not None:
        session.update_state(watermark=str(watermark))
    seconds = _next_interval(session.organisation, run, state)
    session.update_state(poll_seconds=seconds, next_due_at=moment + timedelta(seconds=seconds))


def _next_interval(organisation: Organisation, run: MirrorRun, state: MirrorState) -> float:
    """Sooner while things move, ever later while nothing does; halved while somebody looks."""
    least, most = (
        settings.MIRROR_POLL_MIN_SECONDS,
        max(settings.MIRROR_POLL_MAX_SECONDS, settings.MIRROR_POLL_MIN_SECONDS),
    )
    seconds = state.poll_seconds or least
    seconds = seconds / 2 if run.created or run.changed else seconds * 1.3
    if somebody_looks(organisation):
        seconds /= 2
    return float(min(max(seconds, least), most))


def _complete_transactions(session: Session, run: MirrorRun, state: MirrorState, moment: datetime) -> None:
    session.update_state(
        transactions_complete_at=state.transactions_complete_at or moment,
        transactions_watermark=run.newest_at_start,
        transactions_error="",
    )


def _widen_overlap(session: Session, state: MirrorState) -> None:
    """Rows came later than polls look back: from now on they look back further."""
    wider = min(2 * overlap(state), settings.MIRROR_TRAILING_REACH_SECONDS)
    session.update_state(overlap_seconds=int(wider))


def _due_columns(run: MirrorRun) -> Iterable[str]:
    """The columns of the state that say when this pass comes again."""
    if run.kind == MirrorRun.Pass.RECONCILE:
        return ("recent_due_at", "whole_due_at") if run.reach == WHOLE else ("recent_due_at",)
    column = {MirrorRun.Pass.TRAILING: "trailing_due_at", MirrorRun.Pass.TRANSACTIONS: "transactions_due_at"}
    return (column[MirrorRun.Pass(run.kind)],) if run.kind in column else ()


def _forget_old_runs(organisation: Organisation, run: MirrorRun, moment: datetime) -> None:
    """Polls are worth nothing after days, proofs after months; the last of each pass stays."""
    polls = (MirrorRun.Pass.CHANGES, MirrorRun.Pass.TRAILING, MirrorRun.Pass.TRANSACTIONS)
    keep = _KEEP_RUNS if run.kind in polls else _KEEP_PROOFS
    old = organisation.mirror_runs.filter(kind=run.kind, started_at__lt=moment - keep)
    if run.kind == MirrorRun.Pass.RECONCILE:
        old = old.exclude(reach=WHOLE)
    if run.kind != MirrorRun.Pass.HISTORY:
        old.exclude(pk=run.pk).exclude(state=MirrorRun.State.RUNNING).delete()


def usable(row: object) -> ParsedOrder | None:
    """A row as an order, or None when it cannot be placed."""
    try:
        return parse_order(row)
    except Unusable:
        return None
