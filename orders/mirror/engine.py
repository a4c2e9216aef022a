"""What is due, in which order it is done, and what a failure means for the organisation."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound, Refused, TooManyRequests, Unreachable
from glu_admin.keys.lifecycle import mark_refused
from glu_admin.tenancy.models import Organisation
from orders.mirror.lines import read_due_lines
from orders.mirror.passes import connect, fail_run, open_run, read_pass
from orders.mirror.session import Session
from orders.mirror.upsert import OtherOrganisationError
from orders.mirror.walk import WalkError
from orders.models import MirrorRun, MirrorState

_LONGEST_FAILURE_WAIT = 3600

MirrorFailure = (GluError, WalkError, OtherOrganisationError)
"""What can end a slice early; each has `words` fit to show."""


def run_slice(session: Session, stop: Callable[[], bool]) -> bool:
    """Work on what is due until nothing is or `stop()` says so; true when work is left.

    Raises nothing that Glu can cause: a failure is written to the organisation's state, which then waits.
    """
    run: MirrorRun | None = None
    try:
        if session.state().watermark is None and not connect(session):
            raise Unreachable("Glu named no time to begin from.")
        while not stop():
            run = None
            if changes_due(session.state()):
                run = open_run(session, MirrorRun.Pass.CHANGES)
            elif session.state().history_complete_at is None:
                run = open_run(session, MirrorRun.Pass.HISTORY)
            elif read_due_lines(session) == 0:
                break
            if run is not None:
                for _ in read_pass(session, run):
                    if stop() or (run.kind == MirrorRun.Pass.HISTORY and changes_due(session.state())):
                        break
        note_success(session)
    except MirrorFailure as error:
        note_failure(session, error, run)
        return False
    return is_due(session.organisation)


def changes_due(state: MirrorState) -> bool:
    """Whether the next poll for changes has come."""
    return state.next_due_at is None or state.next_due_at <= now()


def is_due(organisation: Organisation) -> bool:
    """Whether there is anything to do for an organisation now; the rows alone decide."""
    moment = now()
    state = MirrorState.across_organisations.filter(organisation=organisation).first()
    if state is None:
        return True
    if state.wait_until is not None and state.wait_until > moment:
        return False
    return (
        changes_due(state)
        or state.history_complete_at is None
        or organisation.orders.filter(lines_due_at__lte=moment).exists()
    )


def note_success(session: Session) -> None:
    """Forget the last failure."""
    with session.lease.writing():
        MirrorState.across_organisations.filter(
            ~Q(last_error="") | ~Q(failures=0), organisation=session.organisation
        ).update(last_error="", last_error_kind="", failures=0, wait_until=None)


def note_failure(session: Session, error: Exception, run: MirrorRun | None) -> None:
    """Write what happened in words, and when to try again; a refused key pauses the organisation."""
    words = str(getattr(error, "words", "Something went wrong."))
    if run is not None and isinstance(error, (WalkError, OtherOrganisationError)):
        fail_run(session, run, words)
    if isinstance(error, Refused):
        mark_refused(session.organisation, words)
    failures = session.state().failures
    wait = min(settings.MIRROR_ERROR_WAIT_SECONDS * 2**failures, _LONGEST_FAILURE_WAIT)
    if isinstance(error, TooManyRequests):
        wait = min(error.retry_after, settings.GLU_RETRY_AFTER_CAP)
    if isinstance(error, Refused):
        wait = 0  # the key itself keeps the organisation waiting, and a new one should begin at once
    with session.lease.writing():
        session.update_state(
            last_error=words[:300],
            last_error_kind=_kind(error),
            last_error_at=now(),
            failures=F("failures") + 1 if failures < 10 else failures,
            wait_until=now() + timedelta(seconds=wait),
        )


def _kind(error: Exception) -> str:
    if isinstance(error, NotFound):
        return "unreadable"
    if isinstance(error, OtherOrganisationError):
        return "wrong_organisation"
    return str(getattr(error, "kind", "unreadable"))
