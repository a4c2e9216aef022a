"""The passes over Glu: what changed since the watermark, and everything there is. Both are one walk that can stop."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils.timezone import now

from glu_admin.glu.bounds import Stamp
from orders.glu_orders import Listed
from orders.mirror.reach import find_oldest
from orders.mirror.session import Session
from orders.mirror.statistics import analyze
from orders.mirror.upsert import Written, write_orders
from orders.mirror.walk import Bounds, Step, walk
from orders.mirror.watermark import newest_change, next_watermark
from orders.models import MirrorRun, MirrorState, MirrorWindow
from orders.payload import ParsedOrder, Unusable, parse_order

_KEEP_RUNS = timedelta(days=2)


def connect(session: Session) -> bool:
    """Note Glu's clock and set the first watermark, before anything else is read; false while Glu names no time."""
    listed = session.fetch(page=1, created_before=None, created_from=None, updated_from=None)
    updated = [order.updated for row in listed.rows if (order := _usable(row)) and order.updated]
    newest = max(updated, key=lambda stamp: stamp.instant, default=None)
    watermark = next_watermark(listed.server_time, newest)
    with session.lease.writing():
        write_orders(session.organisation, listed.rows, now())
        _learn_page_size(session, listed)
        if watermark is not None:
            session.update_state(watermark=str(watermark))
    return watermark is not None


def open_run(session: Session, kind: MirrorRun.Pass) -> MirrorRun:
    """The run of this pass that was left unfinished, else a new one with its window."""
    run = session.organisation.mirror_runs.filter(kind=kind, state=MirrorRun.State.RUNNING).order_by("-pk").first()
    if run is not None:
        return run
    newest = newest_change(session.organisation)
    with session.lease.writing():
        run = MirrorRun.across_organisations.create(
            organisation=session.organisation,
            kind=kind,
            started_at=now(),
            updated_from=session.state().watermark if kind == MirrorRun.Pass.CHANGES else None,
            newest_at_start=str(newest) if newest else None,
        )
        MirrorWindow.across_organisations.create(organisation=session.organisation, run=run, kind=kind)
        if kind == MirrorRun.Pass.HISTORY:
            session.update_state(
                history_started_at=run.started_at,
                history_newest_glu_id=None,
                history_oldest_glu_id=None,
                history_reached_glu_id=None,
                history_reached_at=None,
            )
    return run


def read_pass(session: Session, run: MirrorRun) -> Iterator[MirrorRun]:
    """Walk the run's window, one answer a step, each written and checkpointed in one transaction.

    Yields the run after every step; stop iterating to pause, and call again to go on. The run is COMPLETE after the
    last step. Raises GluError, WalkError, OtherOrganisationError, LeaseLostError; what was written stays.
    """
    window = run.windows.get()
    bounds = Bounds(
        created_before=Stamp.parse(window.next_before),
        created_from=Stamp.parse(window.created_from),
        updated_from=Stamp.parse(run.updated_from),
    )
    page_size = session.state().page_size
    asked = session.client.requests
    for step in walk(session.fetch, bounds):
        if run.kind == MirrorRun.Pass.HISTORY:
            _measure_reach(session, run, step, page_size)
        with session.lease.writing():
            written = write_orders(session.organisation, step.rows, now())
            quiet = run.kind == MirrorRun.Pass.CHANGES and _is_quiet(run, step, written, page_size)
            page_size = max(page_size, _learn_page_size(session, Listed(step.rows, None)))
            _checkpoint(run, window, step, written, session.client.requests - asked)
            asked = session.client.requests
            if step.complete or quiet:
                _complete(session, run, window)
        if run.kind == MirrorRun.Pass.HISTORY and (run.rows <= 4 * page_size or step.complete):
            analyze()
        yield run
        if quiet:
            return


def fail_run(session: Session, run: MirrorRun, words: str) -> None:
    """End a run that proved nothing; the next one begins anew."""
    with session.lease.writing():
        run.state, run.error, run.finished_at = MirrorRun.State.FAILED, words[:300], now()
        run.save(update_fields=["state", "error", "finished_at"])


def _is_quiet(run: MirrorRun, step: Step, written: Written, page_size: int) -> bool:
    """A poll may end after one answer that is shorter than a page and holds nothing new: the overlap's rows again."""
    first = run.requests == 0
    return first and 0 < len(step.rows) < page_size and written.unchanged == len(step.rows)


def _checkpoint(run: MirrorRun, window: MirrorWindow, step: Step, written: Written, requests: int) -> None:
    run.server_started_at = run.server_started_at or step.server_time
    run.requests += requests
    run.rows += len(step.rows)
    run.created += written.created
    run.changed += written.changed
    run.unchanged += written.unchanged
    run.stale += written.stale
    run.set_aside += written.set_aside
    run.flags = " ".join(sorted({*run.flags.split(), *step.flags}))
    run.save()
    window.next_before = str(step.next_before) if step.next_before else None
    window.requests += requests
    window.rows += len(step.rows)
    window.save()


def _complete(session: Session, run: MirrorRun, window: MirrorWindow) -> None:
    """Mark the run complete, and in the same transaction move what its completeness proves."""
    moment = now()
    run.state, run.finished_at = MirrorRun.State.COMPLETE, moment
    run.save()
    window.state, window.completed_at = MirrorWindow.State.COMPLETE, moment
    window.save()
    if run.kind == MirrorRun.Pass.HISTORY:
        session.update_state(history_complete_at=moment)
        return
    watermark = next_watermark(run.server_started_at, Stamp.parse(run.newest_at_start))
    due = moment + timedelta(seconds=settings.MIRROR_POLL_SECONDS)
    if watermark is not None:
        session.update_state(watermark=str(watermark), next_due_at=due)
    else:
        session.update_state(next_due_at=due)
    old = session.organisation.mirror_runs.filter(kind=MirrorRun.Pass.CHANGES, started_at__lt=moment - _KEEP_RUNS)
    old.exclude(pk=run.pk).delete()


def _measure_reach(session: Session, run: MirrorRun, step: Step, page_size: int) -> None:
    """Note how far the first copy has come; with its first answer, also find out how far it has to go."""
    orders = [order for row in step.rows if (order := _usable(row))]
    if not orders:
        return
    last = orders[-1]
    fields: dict[str, object] = {
        "history_reached_glu_id": last.glu_id,
        "history_reached_at": last.columns["created_at"],
    }
    if run.requests == 0 and session.state().history_newest_glu_id is None:
        oldest = find_oldest(session.fetch, orders[0].created, page_size or len(step.rows))
        fields["history_newest_glu_id"] = orders[0].glu_id
        fields["history_oldest_glu_id"] = oldest.glu_id if oldest else None
    with session.lease.writing():
        session.update_state(**fields)


def _learn_page_size(session: Session, listed: Listed) -> int:
    """The longest page ever seen; only a page shorter than that may be taken for the last of a quiet poll."""
    MirrorState.across_organisations.filter(organisation=session.organisation, page_size__lt=len(listed.rows)).update(
        page_size=len(listed.rows)
    )
    return len(listed.rows)


def _usable(row: object) -> ParsedOrder | None:
    try:
        return parse_order(row)
    except Unusable:
        return None
