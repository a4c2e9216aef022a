"""The passes over Glu: what each of them reads, and which run is begun or gone on with."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_noop

from glu_admin.glu.lists import EVERYTHING
from glu_admin.glu.stamps import Stamp
from glu_admin.glu.walk.steps import Ask
from glu_admin.tenancy.models import Organisation
from orders.mirror.gone import hold_strangers
from orders.mirror.holder import Holder
from orders.mirror.identity import recognise_page, without
from orders.mirror.rhythm import (
    POLL,
    RECENT,
    REFRESH,
    TRAILING,
    TRAILING_REACH,
    WHOLE,
    longest_failure_wait,
    trailing_reach,
)
from orders.mirror.run_ends import fail_run
from orders.mirror.session import Session
from orders.mirror.watermark import newest_change, next_watermark
from orders.mirror.windows import cut, newest_created
from orders.mirror.writing.orders import write_orders
from orders.models import MirrorRun, MirrorState, MirrorWindow


def connect(session: Session) -> bool:
    """Note Glu's clock and set the first watermark, before anything else is read; false while Glu names no time."""
    listed = session.glu.fetch(Ask(EVERYTHING))
    updated = [row.updated for row in listed.rows if row.updated and row.created and row.glu_id is not None]
    newest = max(updated, key=lambda stamp: stamp.instant, default=None)
    watermark = next_watermark(listed.server_time, newest, session.state().overlap, listed.age)
    moment = now()
    strangers = recognise_page(session, listed.rows)
    with session.writing() as state:
        hold_strangers(session.organisation, strangers, moment)
        write_orders(session.organisation, without(listed.rows, strangers), moment)
        session.pages.note(len(listed.rows))
        session.pages.save(state)
        if watermark is not None:
            state.watermark = state.connected_watermark = state.transactions_watermark = str(watermark)
            state.next_due_at, state.trailing_due_at = POLL.after(moment), TRAILING.after(moment)
            state.recent_due_at, state.whole_due_at = RECENT.after(moment), WHOLE.after(moment)
            state.refresh_due_at = REFRESH.after(moment)
    return watermark is not None


def unfinished(organisation: Organisation, kind: MirrorRun.Pass) -> MirrorRun | None:
    """The run of this pass that was left in the middle; None if there is none.

    Of several ranges it is the first that need not wait after a failure.
    """
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


def open_run(
    holder: Holder, kind: MirrorRun.Pass, *, reach: str = MirrorRun.Reach.WHOLE, anew: bool = False
) -> MirrorRun:
    """The run of this pass that was left unfinished, else a new one with its windows.

    `anew` reads everything that the pass is about, whatever was read before.
    """
    left = unfinished(holder.organisation, kind)
    if left is not None:
        if not anew and (kind != MirrorRun.Pass.RECONCILE or left.reach in (reach, MirrorRun.Reach.WHOLE)):
            if kind == MirrorRun.Pass.RANGE and not left.requests:
                _cut_range(holder, left)
            return left
        fail_run(holder, left, gettext_noop("A new reading took its place."))
    newest, state = newest_change(holder.organisation), holder.state()
    if anew and kind == MirrorRun.Pass.TRANSACTIONS:
        state.transactions_watermark = None
    windows = _windows(holder, kind, state, reach)
    with holder.writing() as state:
        run = MirrorRun.across_organisations.create(
            organisation=holder.organisation,
            kind=kind,
            reach=_reach(holder, kind, reach),
            started_at=now(),
            updated_from=windows[0].updated_from,
            newest_at_start=state.watermark if kind == MirrorRun.Pass.TRANSACTIONS else str(newest) if newest else None,
        )
        for window in windows:
            window.organisation, window.run, window.kind = holder.organisation, run, kind
        MirrorWindow.across_organisations.bulk_create(windows)
        if kind == MirrorRun.Pass.HISTORY:
            state.history_started_at = run.started_at
            state.history_newest_glu_id = state.history_oldest_glu_id = state.history_oldest_at = None
            state.history_reached_glu_id = state.history_reached_at = None
    return run


def _reach(holder: Holder, kind: MirrorRun.Pass, reach: str) -> str:
    """How far a run goes, where its pass goes not always as far."""
    if kind == MirrorRun.Pass.TRAILING:
        return MirrorRun.Reach.NIGHT if trailing_reach(holder.organisation)[1] else ""
    return reach if kind == MirrorRun.Pass.RECONCILE else ""


def _cut_range(holder: Holder, run: MirrorRun) -> None:
    """A range is read by windows, as the whole history is."""
    asked, *others = run.windows.all()
    if others:
        return
    edges = cut(holder.organisation, Stamp.parse(asked.created_from), Stamp.parse(asked.created_before))
    windows = [_window(*edge) for edge in edges]
    with holder.writing():
        asked.delete()
        for window in windows:
            window.organisation, window.run, window.kind = holder.organisation, run, MirrorRun.Pass.RANGE
        MirrorWindow.across_organisations.bulk_create(windows)


def _windows(holder: Holder, kind: MirrorRun.Pass, state: MirrorState, reach: str) -> list[MirrorWindow]:
    """What a new run reads; windows of creation newest first."""
    watermark = Stamp.parse(state.watermark)
    if kind == MirrorRun.Pass.CHANGES:
        return [MirrorWindow(updated_from=state.watermark)]
    if kind == MirrorRun.Pass.TRAILING and watermark is not None:
        back = str(watermark.plus(-trailing_reach(holder.organisation)[0]))
        # Rows without updatedAt are in no window of updates; they are met by their creation.
        return [MirrorWindow(updated_from=back), MirrorWindow(created_from=back)]
    if kind == MirrorRun.Pass.TRANSACTIONS:
        read = Stamp.parse(state.transactions_watermark) if state.transactions_complete_at else None
        if read is None:  # payments lie in time about as their orders do
            return [_window(*edges) for edges in cut(holder.organisation)]
        back = str(read.plus(-TRAILING_REACH))
        return [MirrorWindow(updated_from=back), MirrorWindow(created_from=back)]
    if kind == MirrorRun.Pass.RECONCILE:
        return [_window(*edges) for edges in cut(holder.organisation, _recent(holder, reach))]
    return [MirrorWindow()]


def _recent(holder: Holder, reach: str) -> Stamp | None:
    """From where a reconcile of the recent orders reads: so far back from the newest that is not from the future."""
    known = [newest_created(holder.organisation), Stamp.parse(holder.state().watermark)]
    newest = min(filter(None, known), key=lambda stamp: stamp.instant, default=None)
    if newest is None or reach != MirrorRun.Reach.RECENT:
        return None
    return newest.floor().plus(-int(settings.MIRROR_RECENT_REACH_SECONDS))


def _window(created_from: Stamp | None, created_before: Stamp | None) -> MirrorWindow:
    start, end = (str(bound) if bound else None for bound in (created_from, created_before))
    return MirrorWindow(created_from=start, created_before=end, next_before=end)
