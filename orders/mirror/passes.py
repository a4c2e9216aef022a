"""The passes over Glu: what each of them reads, and what its completeness proves."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils.timezone import now

from glu_admin.glu.bounds import Stamp
from glu_admin.tenancy.models import Organisation
from orders.freshness import somebody_looks
from orders.mirror.asking import Ask, Bounds
from orders.mirror.dues import failure_wait, in_turn, longest_failure_wait
from orders.mirror.gone import hold_if_too_many
from orders.mirror.quarantine import forget_unseen
from orders.mirror.session import Session
from orders.mirror.upsert import write_orders
from orders.mirror.watermark import newest_change, next_watermark
from orders.mirror.windows import cut, newest_created
from orders.models import MirrorRun, MirrorState, MirrorWindow
from orders.payload import ParsedOrder, Unusable, parse_order

TOO_MANY_MISSING = "too_many_missing"
"""The flag of a run that missed so many orders that nothing was concluded."""

WHOLE, RECENT, NIGHT = "whole", "recent", "night"

ACCUSING = (MirrorRun.Pass.RECONCILE, MirrorRun.Pass.RANGE)
"""Passes that read stretches of creation to their ends: what these do not list is missing."""

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
    """The run of this pass that was left in the middle; of the ranges the first that need not wait."""
    runs = organisation.mirror_runs.filter(kind=kind, state=MirrorRun.State.RUNNING)
    if kind == MirrorRun.Pass.RANGE:
        return runs.exclude(waiting()).order_by("pk").first()
    return runs.order_by("-pk").first()


def waiting() -> Q:
    """Runs that failed so lately that their pass is not tried again yet."""
    moment = now()
    return Q(wait_until__range=(moment, moment + timedelta(seconds=longest_failure_wait())))


def waiting_passes(organisation: Organisation) -> set[str]:
    """Passes that are not tried now, because they failed lately."""
    return set(organisation.mirror_runs.filter(waiting()).order_by().values_list("kind", flat=True))


def open_run(session: Session, kind: MirrorRun.Pass, *, reach: str = WHOLE, anew: bool = False) -> MirrorRun:
    """The run of this pass that was left unfinished, else a new one with its windows.

    `anew` reads everything that the pass is about, whatever was read before.
    """
    left = unfinished(session.organisation, kind)
    if left is not None:
        if not anew and (kind != MirrorRun.Pass.RECONCILE or left.reach in (reach, WHOLE)):
            if kind == MirrorRun.Pass.RANGE and not left.requests:
                _cut_range(session, left)
            return left
        fail_run(session, left, "A new reading took its place.")
    newest, state = newest_change(session.organisation), session.state()
    if anew and kind == MirrorRun.Pass.TRANSACTIONS:
        state.transactions_watermark = None
    windows = _windows(session, kind, state, reach)
    with session.lease.writing():
        run = MirrorRun.across_organisations.create(
            organisation=session.organisation,
            kind=kind,
            reach=_reach(session, kind, reach),
            started_at=now(),
            updated_from=windows[0].updated_from,
            newest_at_start=state.watermark if kind == MirrorRun.Pass.TRANSACTIONS else str(newest) if newest else None,
        )
        for window in windows:
            window.organisation, window.run, window.kind = session.organisation, run, kind
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


def _reach(session: Session, kind: MirrorRun.Pass, reach: str) -> str:
    """How far a run goes, where its pass goes not always as far."""
    if kind == MirrorRun.Pass.TRAILING:
        return NIGHT if _trailing_seconds(session) == settings.MIRROR_TRAILING_NIGHT_SECONDS else ""
    return reach if kind == MirrorRun.Pass.RECONCILE else ""


def _cut_range(session: Session, run: MirrorRun) -> None:
    """A range is read by windows, as the whole history is."""
    asked, *others = run.windows.all()
    if others:
        return
    edges = cut(session.organisation, Stamp.parse(asked.created_from), Stamp.parse(asked.created_before))
    windows = [_window(*edge) for edge in edges]
    with session.lease.writing():
        asked.delete()
        for window in windows:
            window.organisation, window.run, window.kind = session.organisation, run, MirrorRun.Pass.RANGE
        MirrorWindow.across_organisations.bulk_create(windows)


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
        read = Stamp.parse(state.transactions_watermark) if state.transactions_complete_at else None
        if read is None:
            return [MirrorWindow()]
        back = str(read.plus(-int(settings.MIRROR_TRAILING_REACH_SECONDS)))
        return [MirrorWindow(updated_from=back), MirrorWindow(created_from=back)]
    if kind == MirrorRun.Pass.RECONCILE:
        return [_window(*edges) for edges in cut(session.organisation, _recent(session, reach))]
    return [MirrorWindow()]


def _recent(session: Session, reach: str) -> Stamp | None:
    """From where a reconcile of the recent orders reads: so far back from the newest that is not from the future."""
    known = [newest_created(session.organisation), Stamp.parse(session.state().watermark)]
    newest = min(filter(None, known), key=lambda stamp: stamp.instant, default=None)
    if newest is None or reach != RECENT:
        return None
    return newest.floor().plus(-int(settings.MIRROR_RECENT_REACH_SECONDS))


def _trailing_seconds(session: Session) -> int:
    """Two hours as a rule, three days once a night."""
    runs = session.organisation.mirror_runs.filter(kind=MirrorRun.Pass.TRAILING, state=MirrorRun.State.COMPLETE)
    night = timedelta(seconds=settings.MIRROR_TRAILING_NIGHT_EVERY_SECONDS)
    if runs.filter(reach=NIGHT, started_at__gt=now() - night).exists():
        return int(settings.MIRROR_TRAILING_REACH_SECONDS)
    return int(settings.MIRROR_TRAILING_NIGHT_SECONDS)


def _window(created_from: Stamp | None, created_before: Stamp | None) -> MirrorWindow:
    start, end = (str(bound) if bound else None for bound in (created_from, created_before))
    return MirrorWindow(created_from=start, created_before=end, next_before=end)


def fail_run(session: Session, run: MirrorRun, words: str) -> None:
    """End a run that proved nothing; its open windows stay on record as gaps, and the next run begins anew.

    Whom its closed windows accused is asked for by id, unless these are too many.
    """
    with session.lease.writing():
        run.state, run.error, run.finished_at, run.wait_until = MirrorRun.State.FAILED, words[:300], now(), None
        if run.kind in ACCUSING:
            hold_if_too_many(session.organisation, run)
        run.save()
        _forget_old_runs(session.organisation, run, now())


def postpone_run(session: Session, run: MirrorRun, words: str) -> None:
    """Let a pass that failed wait, ever longer while it goes on failing; other passes go on."""
    fails = session.organisation.mirror_runs.filter(kind=run.kind, state=MirrorRun.State.FAILED).exclude(pk=run.pk)
    complete = session.organisation.mirror_runs.filter(kind=run.kind, state=MirrorRun.State.COMPLETE)
    last = complete.order_by("-pk").values_list("pk", flat=True).first() or 0
    with session.lease.writing():
        run.error = words[:300]
        run.wait_until = now() + timedelta(seconds=failure_wait(run.failures + fails.filter(pk__gt=last).count()))
        run.failures += 1
        if run.kind in ACCUSING:
            hold_if_too_many(session.organisation, run)
        run.save()


def complete_run(session: Session, run: MirrorRun) -> None:
    """Mark a run complete whose windows all are, and in the same transaction move what its completeness proves."""
    moment, state = now(), session.state()
    run.state, run.finished_at, run.error, run.wait_until = MirrorRun.State.COMPLETE, moment, "", None
    if run.kind in ACCUSING and hold_if_too_many(session.organisation, run):
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
        # Transactions have no reconcile of their own: they are read from the beginning as often as the orders are.
        session.update_state(transactions_watermark=None, transactions_due_at=moment)
    elif run.kind == MirrorRun.Pass.TRAILING:
        _doubt_early_lines(session.organisation, run, moment)
    run.save()
    session.organisation.mirror_runs.filter(kind=run.kind, wait_until__isnull=False).update(wait_until=None)
    if run.kind == MirrorRun.Pass.HISTORY or run.reach == WHOLE:
        forget_unseen(session.organisation, run.started_at)
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


def _doubt_early_lines(organisation: Organisation, run: MirrorRun, moment: datetime) -> None:
    """Make due once more the lines that were read right after their order had changed.

    A replica that lags may have given the lines from before, and nothing would tell: lines have no time of change.
    """
    back = Stamp.parse(run.updated_from)
    if back is None:
        return
    settled = timedelta(seconds=settings.MIRROR_TRAILING_EVERY_SECONDS)
    lately = Q(updated_at__gte=back.instant) | Q(updated_at=None, created_at__gte=back.instant)
    early = Q(copied_at__lt=moment - settled, lines_copied_at__lt=F("copied_at") + settled)
    organisation.orders.filter(lately & early, lines_due_at=None, gone_at=None).update(lines_due_at=moment)


def _complete_transactions(session: Session, run: MirrorRun, state: MirrorState, moment: datetime) -> None:
    session.update_state(
        transactions_complete_at=state.transactions_complete_at or moment,
        # Null means that everything is to be read, which this run may not have done.
        transactions_watermark=run.newest_at_start if state.transactions_watermark or not run.updated_from else None,
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
    """Polls are worth nothing after days, proofs and what was flagged after months; the last of each pass stays."""
    polls = (MirrorRun.Pass.CHANGES, MirrorRun.Pass.TRAILING, MirrorRun.Pass.TRANSACTIONS)
    runs = organisation.mirror_runs.filter(kind=run.kind)
    whole = runs.filter(reach=WHOLE, state=MirrorRun.State.COMPLETE).order_by("-pk").values_list("pk", flat=True)
    old = runs.filter(started_at__lt=moment - _KEEP_PROOFS)
    if run.kind == MirrorRun.Pass.HISTORY:
        old = old.filter(state=MirrorRun.State.FAILED)
    if run.kind in polls:
        old |= runs.filter(started_at__lt=moment - _KEEP_RUNS, flags="")
    old.exclude(pk__in=[run.pk, *whole[:1]]).exclude(state=MirrorRun.State.RUNNING).delete()


def usable(row: object) -> ParsedOrder | None:
    """A row as an order, or None when it cannot be placed."""
    try:
        return parse_order(row)
    except Unusable:
        return None
