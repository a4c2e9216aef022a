"""Reads a run: its windows side by side, one answer a step, each written and checkpointed in one transaction."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.timezone import now

from glu_admin.glu.lists import Bounds, Listed
from glu_admin.glu.stamps import Stamp
from glu_admin.glu.walk.seek import walk
from glu_admin.glu.walk.steps import Step, Walking
from orders.mirror.gone import acquit, hold_strangers, suspect
from orders.mirror.history_progress import HistoryProgress
from orders.mirror.identity import prove, recognise_page, recognise_transactions, without
from orders.mirror.lines import LineStream
from orders.mirror.older_versions import settle_older
from orders.mirror.run_ends import complete_run
from orders.mirror.session import Session
from orders.mirror.statistics import analyze
from orders.mirror.windows import inside
from orders.mirror.writing.bulk import save
from orders.mirror.writing.orders import BECAME, Written, write_orders
from orders.mirror.writing.transactions import write_transactions
from orders.models import MirrorRun, MirrorWindow
from orders.models.mirror_run import flagged

_SETTLED_AT_ONCE = 10
# Passes whose empty answer says something of the orders that are here.
_BELIEVED = (MirrorRun.Pass.CHANGES, MirrorRun.Pass.RECONCILE, MirrorRun.Pass.RANGE)
# The others are read in one window, each page of which says where the next begins.
_SIDE_BY_SIDE = (MirrorRun.Pass.RECONCILE, MirrorRun.Pass.RANGE, MirrorRun.Pass.TRAILING, MirrorRun.Pass.TRANSACTIONS)

# The columns that an answer moves, whatever the pass; others are written where they are set.
_NOTED_OF_RUN = (*BECAME, "late", "requests", "rows", "server_started_at", "read_as_of", "error", "failures")
_NOTED_OF_WINDOW = ("next_before", "requests", "rows", "flags", "started_at")


@dataclass
class _Reader:
    """One window while it is read."""

    window: MirrorWindow
    walking: Walking
    seen: set[int] = field(default_factory=set)
    older: set[int] = field(default_factory=set)
    recognised: bool = False
    """Whether an order of it was known, or Glu was asked whose its answers are."""
    asked: int | None = None
    """When its latest question was asked, as proofs count."""


def read_run(session: Session, run: MirrorRun, stream: LineStream) -> Iterator[MirrorRun]:
    """Read the run's open windows to their ends, newest first; lines that are due are read by `stream` meanwhile.

    Yields the run wherever it may be left; stop iterating to pause, and call again to go on. The run is COMPLETE after
    the last step. Raises GluError, WalkError, OtherOrganisationError, LeaseLostError; what was written stays.
    """
    reading = _Reading(session, run, stream)
    while True:
        reading.ask()
        if not reading.flying:
            break
        stream.ask()
        session.glu.finished.hand_over()
        while reading.arrived:  # first: the next question is asked with what they say
            yield from reading.take(reading.arrived.popleft())
            if run.state == MirrorRun.State.COMPLETE:
                return
        stream.keep_up(beside_lists=True)
    if run.state != MirrorRun.State.COMPLETE:
        with session.writing() as state:
            complete_run(session, run, state)
        yield run


class _Reading:
    """The windows of one run under way."""

    def __init__(self, session: Session, run: MirrorRun, stream: LineStream) -> None:
        self.session, self.run, self.stream = session, run, stream
        self.kind = MirrorRun.Pass(run.kind)
        state = session.state()
        self.history_complete = state.history_complete_at is not None
        self.watermark = Stamp.parse(state.watermark)
        self.signal_from = Stamp.parse(state.connected_watermark)
        self.polled_up_to = session.polled_up_to()
        self.missing = session.organisation.missing_orders.exists()
        self.side_by_side = settings.MIRROR_WINDOWS if self.kind in _SIDE_BY_SIDE else 1
        self.asked = session.glu.client.requests
        self.flying: dict[Future[Listed], _Reader] = {}
        self.arrived = deque[Future[Listed]]()
        self.progress = HistoryProgress(session, run) if self.kind == MirrorRun.Pass.HISTORY else None
        windows = run.windows.filter(state=MirrorWindow.State.OPEN).order_by("pk")
        self.waiting = deque(self._reader(window) for window in windows)

    def ask(self) -> None:
        """Begin more windows while there is room."""
        while self.waiting and len(self.flying) < self.side_by_side:
            reader = self.waiting.popleft()
            self._fly(reader, next(reader.walking))

    def take(self, future: Future[Listed]) -> Iterator[MirrorRun]:
        """Go on with the window whose answer came: ask what its walk asks next, and write its steps."""
        reader = self.flying.pop(future)
        listed, asked = future.result(), reader.asked
        if listed.age:  # it may be from before the key came to open another organisation
            asked = None
        # A clock that was set back makes no answer older.
        made_at = max(now(), self.run.started_at) - timedelta(seconds=listed.age)
        if made_at < self.run.up_to:  # a cache on the way had kept it
            self.run.read_as_of = made_at
        item = reader.walking.send(listed)
        while isinstance(item, Step):
            step, ahead = item, self._goes_on(item)
            if ahead:  # Glu answers while this one is written
                self._fly(reader, next(reader.walking))
            if step.complete:
                yield from self._settle(reader)
            quiet = self._write(reader, step, asked)
            if step.seam:  # left inside a crowded second, it would be begun anew each time and never come to its end
                yield self.run
            if ahead or quiet:
                return
            try:
                item = next(reader.walking)
            except StopIteration:
                return
        self._fly(reader, item)

    def _goes_on(self, step: Step) -> bool:
        """Whether the walk asks on whatever comes of writing this step; a poll may end with each."""
        return step.seam and not step.complete and self.kind != MirrorRun.Pass.CHANGES

    def _settle(self, reader: _Reader) -> Iterator[MirrorRun]:
        """Settle what came older than ours, some at a time: it costs two requests each."""
        waiting = sorted(reader.older)
        for start in range(0, len(waiting), _SETTLED_AT_ONCE):
            some = waiting[start : start + _SETTLED_AT_ONCE]
            reader.older -= set(some) - settle_older(self.session, some)
            reader.window.older = ",".join(map(str, reader.older))
            with self.session.writing():
                save(reader.window, "older")
            yield self.run

    def _reader(self, window: MirrorWindow) -> _Reader:
        start = Stamp.parse(window.created_from)
        bounds = Bounds(
            created_before=Stamp.parse(window.next_before),
            # A second wider below, for a server whose lower bound is exclusive.
            created_from=start.plus(-1) if start else None,
            updated_from=Stamp.parse(window.updated_from),
        )
        return _Reader(window, walk(bounds, start), _ids(window.seen), _ids(window.older))

    def _fly(self, reader: _Reader, item: Any) -> None:
        reader.asked = self.session.glu.proofs.asking()
        future = self.session.glu.ask_list(self.kind, item)
        self.flying[future] = reader
        self.session.glu.finished.bring(future, self.arrived.append)

    def _write(self, reader: _Reader, step: Step, asked: int | None) -> bool:
        """One answer, asked for at the moment `asked`, in one transaction; true when it ends a poll early."""
        session, run, moment = self.session, self.run, now()
        strangers = self._recognise(reader, step, asked)
        step = replace(step, rows=without(step.rows, strangers))
        with session.writing() as state:
            hold_strangers(session.organisation, strangers, moment)
            written = self._write_rows(step, moment)
            quiet = self.kind == MirrorRun.Pass.CHANGES and self._is_quiet(step, written)
            if self.kind != MirrorRun.Pass.TRANSACTIONS:
                self._learn(step)
                session.pages.save(state)
                if self.missing:
                    acquit(session.organisation, list(written.places))
            if self.progress is not None:
                self.progress.note(step, session.pages.longest, state)
            self._checkpoint(reader, step, written, moment)
            if step.complete or quiet:
                self._close(reader, moment)
                if not run.windows.filter(state=MirrorWindow.State.OPEN).exists():
                    complete_run(session, run, state)
        if written.created or written.changed:
            self.stream.more()
        # While there is little here each page changes much, and what was planned for few rows is slow for many.
        if self.kind == MirrorRun.Pass.HISTORY and (run.rows <= 4 * session.pages.longest or step.complete):
            analyze()
        return quiet

    def _recognise(self, reader: _Reader, step: Step, asked: int | None) -> set[int]:
        """Make sure that an answer is this organisation's before it is written, or believed that it holds nothing.

        Gives the ids under which something else is here. Raises OtherOrganisationError, GluError.
        """
        session = self.session
        if self.kind == MirrorRun.Pass.TRANSACTIONS:
            recognise_transactions(session, step.rows, asked)
            return set()
        strangers = set[int]()
        if step.rows:
            strangers = recognise_page(session, step.rows, asked)
            reader.recognised = True
        elif (
            step.complete and not reader.recognised and self.kind in _BELIEVED and session.organisation.orders.exists()
        ):
            prove(session)
        return strangers

    def _write_rows(self, step: Step, moment: datetime) -> Written:
        if self.kind == MirrorRun.Pass.TRANSACTIONS:
            return write_transactions(self.session.organisation, step.rows, moment, self.signal_from)
        return write_orders(self.session.organisation, step.rows, moment, polled_up_to=self.polled_up_to)

    def _is_quiet(self, step: Step, written: Written) -> bool:
        """A poll may end after one answer shorter than a page that holds nothing new: the overlap's rows again."""
        first = self.run.requests == 0
        short = self.session.pages.may_be_last(len(step.rows))
        return first and bool(step.rows) and short and written.unchanged == len(step.rows)

    def _learn(self, step: Step) -> None:
        pages = self.session.pages
        pages.note(len(step.rows))
        if step.followed:
            pages.note_followed(step.followed)

    def _checkpoint(self, reader: _Reader, step: Step, written: Written, moment: datetime) -> None:
        run, window = self.run, reader.window
        requests, self.asked = self.session.glu.client.requests - self.asked, self.session.glu.client.requests
        run.server_started_at = run.server_started_at or step.server_time
        flags = set(step.flags)
        if self.kind in MirrorRun.ACCUSING and written.older:
            reader.older |= set(written.older)
            flags.add(MirrorRun.Flag.OLDER_ROWS)
        if self.kind == MirrorRun.Pass.TRANSACTIONS and written.set_aside:
            flags.add(MirrorRun.Flag.UNUSABLE_TRANSACTIONS)
        run.failures, run.error = 0, ""
        for record in (run, window):
            record.requests += requests
            record.rows += len(step.rows)
        window.flags = flagged(window.flags, *flags)
        written.add_to(run)
        run.late += self._late(written)
        save(run, *_NOTED_OF_RUN)
        window.next_before = str(step.next_before) if step.next_before else None
        window.started_at = window.started_at or moment
        if self.kind in MirrorRun.ACCUSING:
            reader.seen |= set(written.places)
            window.seen = ",".join(map(str, reader.seen))
            window.older = ",".join(map(str, reader.older))
            save(window, "seen", "older")
        save(window, *_NOTED_OF_WINDOW)

    def _late(self, written: Written) -> int:
        """How many rows changed so long ago, by Glu's clock, that a poll should have brought them."""
        if self.watermark is None or not self.history_complete or self.kind == MirrorRun.Pass.CHANGES:
            return 0
        if self.kind in (MirrorRun.Pass.HISTORY, MirrorRun.Pass.TRANSACTIONS):
            return 0
        return sum(stamp < self.watermark.instant for stamp in written.stamps)

    def _close(self, reader: _Reader, moment: datetime) -> None:
        """The window was read to its end; only now may it accuse."""
        window = reader.window
        window.state, window.completed_at = MirrorWindow.State.COMPLETE, moment
        if self.kind in MirrorRun.ACCUSING:
            here = inside(self.session.organisation, window)
            here = here.filter(first_copied_at__lt=self.run.read_as_of or window.started_at or moment)
            absent = [pk for pk, glu_id in here.values_list("pk", "glu_id") if glu_id not in reader.seen]
            self.run.missing += len(absent)
            suspect(self.session.organisation, absent, moment, run=self.run)
            self.missing |= bool(absent)
            held = self.session.organisation.missing_orders.filter(held=True).values_list("order", flat=True)
            if not set(absent).isdisjoint(held):  # an earlier run missed these too, and nobody has decided yet
                window.flags = flagged(window.flags, MirrorRun.Flag.TOO_MANY_MISSING)
        flags = set(window.flags.split()) - (set() if reader.older else {MirrorRun.Flag.OLDER_ROWS})
        window.flags, window.seen, window.older = " ".join(sorted(flags)), "", ""
        save(window, "state", "completed_at", "flags", "seen", "older")
        self.run.flags = flagged(self.run.flags, *flags)
        save(self.run, "flags", "missing")


def _ids(text: str) -> set[int]:
    return {int(glu_id) for glu_id in text.split(",") if glu_id}
