"""The passes against the sandbox: complete, idempotent, cheap when nothing is new, resumable at any answer."""

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils.timezone import now

from glu_admin.glu.errors import Unreachable
from glu_admin.glu.lists import Bounds
from glu_admin.glu.walk.steps import Ask
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.engine import is_due, note_failure, run_slice
from orders.mirror.lease import Lease, LeaseLostError, take_lease
from orders.mirror.lines import LineStream
from orders.mirror.passes import connect, open_run
from orders.mirror.reading import read_run
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState
from tests.orders.mirroring import by_id, mirror_everything, mirrored
from tests.scripted import Question, ScriptedGlu

HISTORY, CHANGES = MirrorRun.Pass.HISTORY, MirrorRun.Pass.CHANGES


def read_to_its_end(session: Session, run: MirrorRun) -> None:
    stream = LineStream(session)
    for _ in read_run(session, run, stream):
        pass
    stream.finish()


def test_the_mirror_equals_the_truth(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    assert by_id(mirrored(session.organisation)) == by_id(sandbox.truth("hotel"))
    assert session.state().last_error == ""


def test_changes_at_glu_arrive(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    for _ in range(40):
        sandbox.world.step("hotel")
    mirror_everything(session)
    assert by_id(mirrored(session.organisation)) == by_id(sandbox.truth("hotel"))


def test_nothing_new_costs_one_request_and_writes_no_order(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    before = dict(session.organisation.orders.values_list("pk", "copied_at"))
    session.glu.client.requests = 0
    mirror_everything(session)
    assert session.glu.client.requests == 1
    assert dict(session.organisation.orders.values_list("pk", "copied_at")) == before


def test_reading_everything_again_changes_nothing(session: Session) -> None:
    mirror_everything(session)
    run = open_run(session, HISTORY)
    read_to_its_end(session, run)
    assert (run.created, run.changed, run.unchanged) == (0, 0, run.rows)
    assert not session.organisation.orders.filter(lines_due_at__isnull=False).exists()


@pytest.mark.parametrize("stop_after", [1, 2, 4])
def test_a_run_goes_on_where_it_stopped(session: Session, sandbox: RunningSandbox, stop_after: int) -> None:
    """Stopped after any answer, another holder of the lease finishes; at most one page is read twice."""
    connect(session)
    for count, _ in enumerate(read_run(session, open_run(session, HISTORY), LineStream(session)), 1):
        if count == stop_after:
            break
    session.lease.release()
    lease = take_lease(session.organisation)
    assert lease is not None
    other = Session(session.organisation, session.glu.client, lease)
    run = open_run(other, HISTORY)
    requests = run.requests
    read_to_its_end(other, run)
    assert run.state == MirrorRun.State.COMPLETE
    assert run.requests > requests
    assert session.organisation.orders.count() == 130
    mirror_everything(other)
    assert by_id(mirrored(session.organisation)) == by_id(sandbox.truth("hotel"))


def test_a_failure_in_the_middle_loses_nothing(
    session: Session, sandbox: RunningSandbox, scripted: ScriptedGlu
) -> None:
    def fail(question: Question) -> None:
        if question.number in (3, 9, 40):
            raise Unreachable("Glu could not be reached.")

    scripted.before = fail
    for _ in range(4):
        _wait_no_longer(session)
        if not run_slice(session, lambda: False) and session.state().last_error:
            assert session.state().last_error_kind == "unreachable"
    _wait_no_longer(session)
    mirror_everything(session)
    assert session.state().last_error == ""
    assert by_id(mirrored(session.organisation)) == by_id(sandbox.truth("hotel"))


def _wait_no_longer(session: Session) -> None:
    MirrorState.across_organisations.filter(organisation=session.organisation).update(wait_until=None)
    session.organisation.mirror_runs.update(wait_until=None)


def test_the_watermark_is_glus_clock_less_the_overlap(session: Session) -> None:
    connect(session)
    newest = max(str(row.updated) for row in session.glu.fetch(Ask(Bounds())).rows)
    watermark = session.state().watermark
    assert watermark is not None
    assert watermark < newest
    assert watermark.endswith("+00:00")


def test_an_order_stamped_in_the_future_does_not_push_the_watermark(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    order = dict(sandbox.truth("hotel")[0])
    lines = order.pop("lines")
    sandbox.world.put("hotel", {**order, "updatedAt": "2031-01-01T00:00:00+00:00"}, lines)
    mirror_everything(session)
    mirror_everything(session)
    assert (session.state().watermark or "") < "2031"
    assert by_id(mirrored(session.organisation)) == by_id(sandbox.truth("hotel"))


def test_progress_of_the_first_copy_is_known_while_it_runs(session: Session) -> None:
    connect(session)
    reading = read_run(session, open_run(session, HISTORY), LineStream(session))
    for _ in reading:
        state = session.state()
        ids = sorted(session.organisation.orders.values_list("glu_id", flat=True))
        assert state.history_reached_glu_id == ids[0]
        if state.history_newest_glu_id is not None:
            break
    assert state.history_newest_glu_id == ids[-1]
    assert state.history_oldest_glu_id is not None
    assert state.history_complete_at is None


def test_only_the_holder_of_the_lease_writes(session: Session) -> None:
    assert take_lease(session.organisation) is None
    session.lease.release()
    taken = take_lease(session.organisation)
    assert taken is not None
    with pytest.raises(LeaseLostError), session.lease.writing():
        pass
    with taken.writing():
        pass


def test_an_expired_lease_is_taken_over(session: Session, settings: Any) -> None:
    settings.MIRROR_LEASE_SECONDS = -1
    with session.lease.writing():
        pass
    assert isinstance(take_lease(session.organisation), Lease)


def test_workers_stand_back_for_a_command(session: Session) -> None:
    assert take_lease(session.organisation, by_hand=True) is None
    assert session.lease.wanted()
    session.lease.release()
    assert take_lease(session.organisation) is None
    assert take_lease(session.organisation, by_hand=True) is not None


def test_a_pass_that_is_stopped_at_every_chance_gets_through_a_crowded_second(
    session: Session, sandbox: RunningSandbox
) -> None:
    """It is not left inside the second: gone on with, it would begin that second anew each time, for ever."""
    sandbox.world.crowd("hotel", 100)
    for _ in range(60):
        chances = iter([False])
        run_slice(session, lambda chances=chances: next(chances, True))  # type: ignore[misc]
        if session.state().history_complete_at is not None:
            break
    assert session.state().history_complete_at is not None
    assert session.organisation.orders.count() == 230


@pytest.mark.parametrize("days", [2, 700])
def test_a_clock_that_is_set_back_does_not_keep_the_mirror_still(
    session: Session, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    began = time.time() - time.monotonic()
    monkeypatch.setattr(sandbox.world, "_clock", lambda: began + time.monotonic())  # Glu's goes on as it was
    with time_machine.travel(now() + timedelta(days=days)):
        mirror_everything(session)
        order = session.organisation.orders.get(glu_id=sandbox.truth("hotel")[40]["id"])
        session.organisation.orders.filter(pk=order.pk).update(lines_due_at=now())
        note_failure(session, Unreachable("It was away."), None)
        MirrorState.across_organisations.filter(organisation=session.organisation).update(
            hinted_at=now(), lease_wanted_until=now()
        )
        take_lease(session.organisation, by_hand=True)
    sandbox.world.churn("hotel")
    assert is_due(session.organisation)
    lease = take_lease(session.organisation)
    assert lease is not None
    assert not lease.wanted()
    later = Session(session.organisation, session.glu.client, lease)
    while run_slice(later, lambda: False):
        pass
    assert later.state().last_error == ""
    assert not session.organisation.orders.exclude(lines_due_at=None).exists()
    assert by_id(mirrored(session.organisation)) == by_id(sandbox.truth("hotel"))
