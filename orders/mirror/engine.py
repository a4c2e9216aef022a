"""What is due, in which order it is done, and what a failure means for the organisation."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext_noop

from glu_admin.glu.errors import (
    GluError,
    Interrupted,
    KeyRefused,
    NotFound,
    Refused,
    TooManyRequests,
    Unreachable,
    Unreadable,
)
from glu_admin.glu.walk.steps import WalkError
from glu_admin.keys.lifecycle import mark_foreign, mark_refused
from glu_admin.keys.recognition import OtherOrganisationError
from glu_admin.tenancy.models import Organisation
from orders.mirror.check import check_next, wanted_checks
from orders.mirror.gone import ask_missing, due_missing
from orders.mirror.identity import pin_identity
from orders.mirror.lines import LineStream
from orders.mirror.passes import connect, open_run, unfinished, waiting_passes
from orders.mirror.reading import read_run
from orders.mirror.refresh import refresh_lines, retry_set_aside
from orders.mirror.rhythm import (
    POLL,
    RECENT,
    REFRESH,
    TRAILING,
    TRANSACTIONS,
    TRANSACTIONS_RETRY,
    WHOLE,
    failure_wait,
    lines_may_be_asked,
    may_ask,
    slowed_wait,
)
from orders.mirror.run_ends import fail_run, postpone_run
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState

MirrorFailure = (GluError, WalkError, OtherOrganisationError)
"""What can end a slice early; each has `words` fit to show."""

_TRIES = 2  # that a run may fail one after the other before it begins anew
_EVERYTHING = (KeyRefused, TooManyRequests, OtherOrganisationError, Interrupted)

logger = logging.getLogger(__name__)


def run_slice(session: Session, stop: Callable[[], bool]) -> bool:
    """Work on what is due until nothing is or `stop()` says so; true when work is left.

    Raises nothing that Glu can cause: a failure is written to the organisation's state, which then waits.
    """
    run: MirrorRun | None = None
    looked = False
    try:
        begin(session)
        stream = LineStream(session)
        while not stop():
            run = _next_run(session)
            if check_next(session):
                continue
            if run is not None:
                _read_for_a_while(session, run, stream, stop)
                looked = True
            else:
                worked = stream.work()  # a chunk and a chunk: lines may be due all the time
                if not (ask_missing(session) or worked):
                    break
        stream.finish()
        if looked:
            note_success(session)
    except MirrorFailure as error:
        note_failure(session, error, run)
        return False
    finally:
        note_pace(session)
    return is_due(session.organisation)


def begin(session: Session, *, by_hand: bool = False) -> None:
    """Make sure whose data this is, and connect if that was not done yet. Raises MirrorFailure."""
    pin_identity(session, always=by_hand)
    if session.state().watermark is None and not connect(session):
        raise Unreachable(gettext_noop("Glu named no time to begin from."))


def _read_for_a_while(session: Session, run: MirrorRun, stream: LineStream, stop: Callable[[], bool]) -> None:
    """Read a run until it is complete, a person waits, or something more urgent is due."""
    poll = run.kind == MirrorRun.Pass.CHANGES
    for _ in read_run(session, run, stream):
        if run.state == MirrorRun.State.COMPLETE:
            break
        if stop() or wanted_checks(session.organisation).exists():
            return
        if not poll and changes_due(session.state()) and poll_may_run(session.organisation):
            return
    finish_run(session, run)


def finish_run(session: Session, run: MirrorRun) -> None:
    """Do what follows a complete run of a pass."""
    if run.kind == MirrorRun.Pass.RECONCILE:
        retry_set_aside(session)


def _next_run(session: Session) -> MirrorRun | None:
    """The most urgent pass that is due, begun or gone on with."""
    state = session.state()
    kind = next_pass(session.organisation, state)
    if kind is None:
        if state.history_complete_at is not None and REFRESH.has_come(state.refresh_due_at):
            refresh_lines(session)
        return None
    reach = MirrorRun.Reach.WHOLE if WHOLE.has_come(state.whole_due_at) else MirrorRun.Reach.RECENT
    return open_run(session, kind, reach=reach)


def next_pass(organisation: Organisation, state: MirrorState) -> MirrorRun.Pass | None:
    """The most urgent pass that is due now; None when there is none, though lines may be due.

    A pass that failed lately is left out until its wait is over.
    """
    whole = state.history_complete_at is not None
    recent_or_whole = RECENT.has_come(state.recent_due_at) or WHOLE.has_come(state.whole_due_at)
    due = {
        MirrorRun.Pass.CHANGES: changes_due(state),
        MirrorRun.Pass.RANGE: unfinished(organisation, MirrorRun.Pass.RANGE) is not None,
        MirrorRun.Pass.HISTORY: not whole,
        MirrorRun.Pass.TRAILING: whole and TRAILING.has_come(state.trailing_due_at),
        MirrorRun.Pass.TRANSACTIONS: whole and TRANSACTIONS.has_come(state.transactions_due_at),
        MirrorRun.Pass.RECONCILE: whole and recent_or_whole,
    }
    wanted = [kind for kind, is_now in due.items() if is_now]
    waiting = waiting_passes(organisation) - {MirrorRun.Pass.RANGE} if wanted else set()
    return next((kind for kind in wanted if kind not in waiting), None)


def changes_due(state: MirrorState) -> bool:
    """Whether the next poll for changes has come."""
    return POLL.has_come(state.next_due_at)


def poll_may_run(organisation: Organisation) -> bool:
    """Whether no poll failed so lately that the next one waits."""
    return MirrorRun.Pass.CHANGES not in waiting_passes(organisation)


def is_due(organisation: Organisation) -> bool:
    """Whether there is anything to do for an organisation now; the rows alone decide."""
    moment = now()
    state = MirrorState.across_organisations.filter(organisation=organisation).first()
    if state is None:
        return True
    if not may_ask(state):
        return False
    return (
        next_pass(organisation, state) is not None
        or (state.history_complete_at is not None and REFRESH.has_come(state.refresh_due_at))
        or wanted_checks(organisation).exists()
        or (lines_may_be_asked(state) and organisation.orders.filter(lines_due_at__lte=moment, gone_at=None).exists())
        or due_missing(organisation).exists()
    )


def is_bulk(organisation: Organisation, state: MirrorState) -> bool:
    """Whether what is due takes long, so that it must not stand in the way of other organisations' polls."""
    if state.history_complete_at is None:
        return True
    many = organisation.orders.filter(lines_due_at__lte=now(), gone_at=None)[settings.MIRROR_LINE_CHUNK :][:1]
    return next_pass(organisation, state) in (MirrorRun.Pass.RECONCILE, MirrorRun.Pass.TRANSACTIONS) or many.exists()


def note_success(session: Session) -> None:
    """Forget the last failure, unless a pass still waits because of it."""
    if waiting_passes(session.organisation) - {MirrorRun.Pass.TRANSACTIONS, MirrorRun.Pass.RANGE}:
        return
    with session.writing() as state:
        if state.last_error or state.failures:
            state.last_error, state.last_error_kind, state.failures, state.wait_until = "", "", 0, None


def note_failure(session: Session, error: Exception, run: MirrorRun | None) -> None:
    """Write what happened in words, and when to try again; a refused key pauses the organisation.

    A poll that does not reach Glu, a refused key, another organisation's data and a pause Glu asks for stop everything;
    any other failure only the pass that met it.
    """
    words = str(getattr(error, "words", gettext_noop("Something went wrong.")))
    if run is not None and run.state != MirrorRun.State.RUNNING:
        run = None  # what came after it failed
    logger.warning("%s, %s: %s", session.organisation.slug, run.kind if run else "mirror", words)
    of_transactions = run is not None and run.kind == MirrorRun.Pass.TRANSACTIONS and not isinstance(error, _EVERYTHING)
    if run is not None and of_transactions and isinstance(error, (NotFound, Refused)):
        _no_transactions(session, run, words)
        return
    if isinstance(error, Refused) and not isinstance(error, KeyRefused):
        words = gettext_noop("Glu refused one question, though it answers others with this key.")
        error = Unreadable(words)
    if run is not None and _is_hopeless(run, error):
        fail_run(session, run, words)
    if isinstance(error, KeyRefused):
        mark_refused(session.organisation, session.glu.client.key_id, words)
    if isinstance(error, OtherOrganisationError):
        mark_foreign(session.organisation, session.glu.client.key_id, words)
    waits = _wait(session, error, run)
    if run is not None and waits is None:
        postpone_run(session, run, words)
    with session.writing() as state:
        if of_transactions:  # no reason for alarm: said where transactions are
            state.transactions_error = words[:300]
        else:
            state.last_error, state.last_error_kind, state.last_error_at = words[:300], _kind(error), now()
        if waits is not None:
            state.failures, state.wait_until = min(state.failures + 1, 30), now() + timedelta(seconds=waits)


def _is_hopeless(run: MirrorRun, error: Exception) -> bool:
    """Whether a run is to begin anew: what was read and checked stays read while it still gets on."""
    again = isinstance(error, WalkError) and run.failures >= _TRIES
    return again or isinstance(error, OtherOrganisationError)


def _wait(session: Session, error: Exception, run: MirrorRun | None) -> float | None:
    """For how many seconds nothing at all is asked; None when only the run's pass is to wait."""
    if isinstance(error, TooManyRequests):
        return slowed_wait(error.retry_after)
    if isinstance(error, (KeyRefused, OtherOrganisationError)):
        return 0.0  # the key itself keeps the organisation waiting, and a new one should begin at once
    lost_poll = run is not None and run.kind == MirrorRun.Pass.CHANGES and isinstance(error, Unreachable)
    if run is None or lost_poll or isinstance(error, _EVERYTHING):
        return failure_wait(session.state().failures)
    return None


def note_pace(session: Session) -> None:
    """Copy what the workers have learned of Glu's limit to the row that people see."""
    learned = session.glu.client.pace.learned()
    MirrorState.across_organisations.filter(organisation=session.organisation).update(
        learned_rate=learned.rate,
        requests_today=learned.requests_today,
        throttled_today=learned.throttled_today,
        requests_day=now().date(),
    )


def _no_transactions(session: Session, run: MirrorRun, words: str) -> None:
    """This key may not read transactions: said on the page, tried again after a long while, and no reason to stop."""
    fail_run(session, run, words)
    retry = timedelta(seconds=TRANSACTIONS_RETRY)
    with session.writing() as state:
        state.transactions_error, state.transactions_due_at = words[:300], now() + retry


def _kind(error: Exception) -> MirrorState.Failure:
    if isinstance(error, OtherOrganisationError):
        return MirrorState.Failure.WRONG_ORGANISATION
    kind = getattr(error, "kind", "")
    return MirrorState.Failure(kind) if kind in MirrorState.Failure.values else MirrorState.Failure.UNREADABLE
