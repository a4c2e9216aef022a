"""What a reading notes of itself is in its rows at every step, and nothing else of them is written."""

from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.glu.errors import Unreachable
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.lines import LineStream
from orders.mirror.passes import open_run
from orders.mirror.reading import read_run
from orders.mirror.run_ends import fail_run, postpone_run
from orders.mirror.session import Session
from orders.models import MirrorRun
from orders.recheck import want_range
from tests.orders.mirroring import fresh, mirror_everything, silently
from tests.scripted import ScriptedGlu

KINDS = [kind for kind in MirrorRun.Pass if kind != MirrorRun.Pass.RANGE]


def columns(run: MirrorRun) -> dict[str, Any]:
    return {field.attname: getattr(run, field.attname) for field in MirrorRun._meta.concrete_fields}


def assert_written(run: MirrorRun) -> None:
    assert columns(run) == columns(MirrorRun.across_organisations.get(pk=run.pk))


@pytest.fixture
def moved(session: Session, sandbox: RunningSandbox) -> Session:
    """A complete copy of a Glu that has moved since: new, changed and deleted orders."""
    mirror_everything(session)
    for _ in range(20):
        sandbox.world.step("hotel")
    fresh(sandbox, 990001)
    silently(sandbox, 61, customerFirstName="Zebedee")
    sandbox.world.delete("hotel", sandbox.truth("hotel")[60]["id"])
    return session


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_a_run_says_of_itself_is_written_at_every_step(
    moved: Session, sandbox: RunningSandbox, kind: MirrorRun.Pass
) -> None:
    sandbox.world.shops["hotel"].faults.age_s = 900
    run = open_run(moved, kind, anew=True)
    for step in read_run(moved, run, LineStream(moved)):
        assert_written(step)
        windows = list(run.windows.all())
        assert (sum(one.requests for one in windows), sum(one.rows for one in windows)) == (run.requests, run.rows)
    assert run.state == MirrorRun.State.COMPLETE
    assert run.rows > 0
    assert run.read_as_of is not None
    assert {(one.state, one.seen, one.older) for one in run.windows.all()} == {("complete", "", "")}


def test_a_range_that_is_left_at_every_step_misses_what_is_not_there_and_nothing_else(moved: Session) -> None:
    run, steps = want_range(moved.organisation, None, None), 0
    while run.state != MirrorRun.State.COMPLETE:
        run = open_run(moved, MirrorRun.Pass.RANGE)
        assert_written(next(read_run(moved, run, LineStream(moved))))
        steps += 1
    assert (steps > 2, run.missing) == (True, 1)


@pytest.mark.parametrize("end", [postpone_run, fail_run])
def test_all_that_a_failure_says_of_a_run_is_written(
    session: Session, scripted: ScriptedGlu, end: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run(session, MirrorRun.Pass.RECONCILE)
    scripted.failing["/orders"] = Unreachable("Glu could not be reached.")
    with pytest.raises(Unreachable):
        list(read_run(session, run, LineStream(session)))
    end(session, run, "Glu could not be reached.")
    assert run.error
    assert_written(run)


def test_what_somebody_else_writes_of_a_run_meanwhile_stays(session: Session) -> None:
    run = open_run(session, MirrorRun.Pass.HISTORY)
    steps = read_run(session, run, LineStream(session))
    next(steps)
    rows = MirrorRun.across_organisations.filter(pk=run.pk)
    rows.update(flags=MirrorRun.Flag.WALK_MISSED)
    next(steps)
    assert rows.get().flags == MirrorRun.Flag.WALK_MISSED
    moment = now()
    rows.update(read_as_of=moment, rows=7)
    postpone_run(session, run, "Glu could not be reached.")
    fail_run(session, run, "Glu could not be reached.")
    assert (rows.get().read_as_of, rows.get().rows) == (moment, 7)
