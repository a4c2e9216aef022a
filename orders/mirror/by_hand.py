"""One attempt by hand, in the foreground: whatever waits after a failure is asked for again, and nothing is put off."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.utils.timezone import now
from django.utils.translation import gettext_noop

from glu_admin.glu.errors import NotFound, Refused, Unreachable, Unreadable
from glu_admin.glu.walk.steps import WalkError
from glu_admin.tenancy.models import Organisation
from orders.mirror.counting import count_where_due
from orders.mirror.engine import MirrorFailure, begin, note_failure, note_pace, note_success
from orders.mirror.gone import ask_missing
from orders.mirror.lines import LineStream, due_lines
from orders.mirror.passes import open_run, unfinished
from orders.mirror.reading import read_run
from orders.mirror.refresh import all_lines_due, retry_set_aside
from orders.mirror.run_ends import fail_run
from orders.mirror.session import Session
from orders.models import MirrorRun, SetAside

Progress = Callable[[str, str, int | None, int], AbstractContextManager[Callable[[int], None]]]
"""Shows how something gets on: its name, what is counted, how much there is if that is known, how much is done."""

_MOST_ROUNDS = 5
_OF_ONE_PASS = (NotFound, Unreachable, Unreadable, WalkError)
Pass = MirrorRun.Pass


class ByHand:
    """An attempt to make the copy complete, or one pass of it. What failed in it holds up nothing else.

    Everything raises what `run_slice` would have noted, and notes it: a key that Glu refuses, another organisation's
    data, a pause that Glu asks for, a Glu that is away; and LeaseLostError.
    """

    def __init__(self, session: Session, progress: Progress) -> None:
        self.session, self._progress = session, progress
        self.runs: list[MirrorRun] = []
        """The runs of this attempt, the one under way last."""
        self.failed: list[str] = []
        """What did not come to its end, in words."""
        self.left_out = ""
        """Why transactions are left out where this key may not read them, in words."""
        self._away = False
        self._lines_read = 0

    def run(self, kind: MirrorRun.Pass | None = None) -> None:
        """Read all that a complete copy needs, or one pass of it."""
        try:
            if kind is None:
                self.everything()
            else:
                self.only(kind)
        except MirrorFailure as error:
            self._note(error)
            raise
        finally:
            note_pace(self.session)

    def everything(self) -> None:
        """All that a complete copy needs: history, what changed, late rows, transactions, lines, what was set aside."""
        stream = self._begin()
        if self.session.state().history_complete_at is None:
            self._read(Pass.HISTORY, stream)
        self._read(Pass.TRAILING, stream)
        self._read(Pass.TRANSACTIONS, stream, anew=False)
        retry_set_aside(self.session)
        self._changes_and_lines(stream)
        self._end(stream)

    def only(self, kind: MirrorRun.Pass) -> None:
        """One pass from its beginning, with every line that is due; a first copy goes on where it was left.

        A reconcile is the most thorough: every window of the history, every transaction, every line to its end.
        """
        stream = self._begin(to_the_end=kind == Pass.RECONCILE)
        if kind != Pass.CHANGES:
            self._read(kind, stream)
        if kind == Pass.RECONCILE:
            retry_set_aside(self.session)
            self._read(Pass.TRANSACTIONS, stream)
            with self.session.writing():
                all_lines_due(self.session.organisation)
        if kind in (Pass.CHANGES, Pass.RECONCILE):
            self._changes_and_lines(stream)
        else:
            self._lines(stream)
        self._end(stream)

    def _begin(self, *, to_the_end: bool = False) -> LineStream:
        begin(self.session, by_hand=True)
        with self.session.writing() as state:
            state.lines_wait_until = None
            ask_again(self.session.organisation)
        return LineStream(self.session, to_the_end=to_the_end)

    def _end(self, stream: LineStream) -> None:
        while ask_missing(self.session):
            pass
        stream.finish()
        count_where_due(self.session.organisation, self.session.lease)
        if not self.failed:
            note_success(self.session)

    def _changes_and_lines(self, stream: LineStream) -> None:
        # An order may change while its lines are read; changes then names it, and its lines are read again.
        for _ in range(_MOST_ROUNDS):
            self._read(Pass.CHANGES, stream)
            if not self._lines(stream):
                return

    def _read(self, kind: MirrorRun.Pass, stream: LineStream, *, anew: bool = True) -> None:
        """Read a pass to its end; where it fails that is noted, and the others go on."""
        try:
            self._read_to_its_end(kind, stream, anew=anew)
        except Refused as error:
            if kind != Pass.TRANSACTIONS:
                raise
            self._note(error)
            self.left_out = error.words
        except _OF_ONE_PASS as error:
            self._note(error)
            if kind == Pass.TRANSACTIONS and isinstance(error, NotFound):
                self.left_out = error.words
                return
            if self._away and isinstance(error, Unreachable):
                raise
            self._away = isinstance(error, Unreachable)
            if (words := f"{kind.label} failed: {error.words.rstrip('.')}") not in self.failed:
                self.failed.append(words)
        else:
            self._away = False

    def _read_to_its_end(self, kind: MirrorRun.Pass, stream: LineStream, *, anew: bool) -> None:
        state, left = self.session.state(), unfinished(self.session.organisation, kind)
        complete_at = {Pass.HISTORY: state.history_complete_at, Pass.TRANSACTIONS: state.transactions_complete_at}
        # The first time it may take hours, so it goes on where it was left.
        goes_on = complete_at.get(kind, True) is None
        if left is not None and not goes_on:
            fail_run(self.session, left, gettext_noop("A new reading took its place."))
        run = open_run(self.session, kind, anew=anew and not goes_on)
        self.runs.append(run)
        with self._progress(str(kind.label), " rows", None, run.rows) as show:
            for at in read_run(self.session, run, stream):
                show(at.rows)

    def _note(self, error: Exception) -> None:
        note_failure(self.session, error, self.runs[-1] if self.runs else None)

    def _lines(self, stream: LineStream) -> int:
        """Read the lines of every order that is due; how many orders that were since this was last asked."""
        before = self._lines_read
        due = due_lines(self.session).count()
        if due:
            with self._progress("Lines", " orders", due, 0) as show:
                start = stream.count
                while stream.work():
                    show(stream.count - start)
        self._lines_read = stream.count
        return stream.count - before


def list_everything(session: Session) -> None:
    """Read every window of the history, so that what Glu does not list is known. Raises as `ByHand` does."""
    run: MirrorRun | None = None
    try:
        begin(session, by_hand=True)
        run = open_run(session, Pass.RECONCILE, anew=True)
        stream = LineStream(session)
        for _ in read_run(session, run, stream):
            pass
        stream.finish()
    except MirrorFailure as error:
        note_failure(session, error, run)
        raise


def ask_again(organisation: Organisation) -> None:
    """End every wait after a failure, and give lines all their tries again; the caller holds the lease.

    Lines that could not be placed are asked for again too.
    """
    moment = now()
    aside = organisation.set_aside.filter(kind=SetAside.Kind.LINE).values("order_glu_id")
    organisation.orders.filter(glu_id__in=aside, lines_due_at=None, gone_at=None).update(lines_due_at=moment)
    waiting = organisation.orders.filter(lines_due_at__isnull=False, gone_at=None)
    waiting.filter(lines_due_at__gt=moment).update(lines_due_at=moment)
    waiting.filter(lines_attempts__gt=0).update(lines_attempts=0)
    organisation.missing_orders.filter(held=False, due_at__gt=moment).update(due_at=moment)
    organisation.mirror_runs.filter(wait_until__isnull=False).update(wait_until=None)
