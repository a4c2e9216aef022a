"""Nothing that Glu does makes a worker go round in circles, or keeps it from what else is due."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound, Refused, Unreachable, Unreadable
from glu_admin.keys.models import GluKey
from glu_admin.sandbox.server import RunningSandbox
from orders import tasks
from orders.mirror import engine
from orders.mirror.engine import begin, run_slice
from orders.mirror.gone import suspect
from orders.mirror.lines import LineStream
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState
from orders.recheck import decide_missing, want_check
from tests.conftest import GOLF_KEY, HOTEL_KEY, accepted_key
from tests.orders.builders import RECONCILE
from tests.orders.mirroring import due, fresh, last, mirror_everything, silently, slices, work
from tests.patience import HANG_SECONDS
from tests.scripted import Question, ScriptedGlu


@pytest.fixture
def oldest_first(scripted: ScriptedGlu) -> None:
    """Lists come in the wrong order, save for polls."""

    def reverse(question: Question, data: Any) -> None:
        if question.path == "/orders" and not question.bounds("updatedAt"):
            data.reverse()

    scripted.after = reverse


@pytest.fixture
def never_the_same(session: Session, sandbox: RunningSandbox, scripted: ScriptedGlu) -> None:
    """An order with money and without lines that is another whenever it is asked for."""
    fresh(sandbox, 990_002, total=500, subtotal=500, createdAt="2026-01-01T10:00:00+00:00")
    mirror_everything(session)
    count = itertools.count()

    def move(question: Question, data: Any) -> None:
        if question.path == "/orders/990002":
            data["user"] = {"avatar": f"https://pictures.example/?signature={next(count)}"}
            assert next(count) < 400, "without an end"

    scripted.after = move
    session.organisation.orders.filter(glu_id=990_002).update(lines_due_at=now())


def test_a_slice_that_can_do_nothing_is_not_followed_by_another(session: Session, oldest_first: None) -> None:
    begin(session)
    for _ in range(4):
        session.organisation.mirror_runs.update(wait_until=None)
        slices(session)
    assert last(session, MirrorRun.Pass.HISTORY).wait_until is not None
    moment = now()
    MirrorState.across_organisations.filter(organisation=session.organisation).update(
        refresh_due_at=moment - timedelta(seconds=1), next_due_at=moment + timedelta(seconds=HANG_SECONDS)
    )
    slices(session)  # some lines were due
    asked = session.glu.client.requests
    assert [run_slice(session, lambda: False) for _ in range(3)] == [False] * 3
    assert session.glu.client.requests == asked


def test_failed_histories_do_not_pile_up(session: Session, oldest_first: None, scripted: ScriptedGlu) -> None:
    begin(session)
    for _ in range(9):
        session.organisation.mirror_runs.update(wait_until=None)
        slices(session)
    assert session.organisation.mirror_runs.filter(kind=MirrorRun.Pass.HISTORY).count() >= 3
    scripted.after = None
    session.organisation.mirror_runs.update(wait_until=None, started_at=now() - timedelta(days=90))
    mirror_everything(session)
    assert session.organisation.mirror_runs.filter(kind=MirrorRun.Pass.HISTORY).count() == 1


def test_an_order_that_never_holds_still_is_tried_ever_later(session: Session, never_the_same: None) -> None:
    stream = LineStream(session)
    while stream.work():
        pass
    order = session.organisation.orders.get(glu_id=990_002)
    assert (order.lines_error, order.lines_attempts) == ("It changed while its lines were read.", 5)


def test_an_order_that_never_holds_still_is_told_by_hand(session: Session, never_the_same: None) -> None:
    session.lease.release()
    with pytest.raises(CommandError, match="the lines of 1 order could not be read"):
        call_command("mirror", "alder-house", "--pass", "reconcile")


def test_hints_do_not_multiply(
    house: Any, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    accepted_key(house.golf, GOLF_KEY)
    settings.MIRROR_SLICE_SECONDS = 0
    sent: list[int] = []

    def hint(name: str, *args: Any, queue: str, expires: float) -> None:
        assert expires == 10
        sent.append(args[0])

    monkeypatch.setattr(tasks, "hint", hint)
    for _ in range(6):  # one worker, two organisations with work left; a tick between two slices
        tasks.tick()
        assert sorted(sent) == sorted([house.hotel.pk, house.golf.pk])
        tasks.mirror_now(house.hotel.pk)
        tasks.mirror_organisation(sent.pop(0))


def test_one_order_that_is_refused_is_no_refused_key(
    session: Session, sandbox: RunningSandbox, broken: dict[str, GluError]
) -> None:
    mirror_everything(session)
    victim, other = (row["id"] for row in sandbox.truth("hotel")[40:42])
    sandbox.world.delete("hotel", victim)
    broken[f"/orders/{victim}"] = broken[f"/orders/{other}/lines"] = Refused("Glu refused the key.")
    session.organisation.orders.filter(glu_id=other).update(lines_due_at=now())
    due(session, "whole_due_at")
    slices(session, 2)
    assert GluKey.across_organisations.get(organisation=session.organisation).state == GluKey.State.ACCEPTED
    assert last(session, RECONCILE).state == MirrorRun.State.COMPLETE
    assert session.organisation.orders.get(glu_id=other).lines_error == "Glu refused the lines of this order."
    assert (session.state().last_error, session.state().wait_until) == ("", None)


@pytest.mark.parametrize("error", [Unreachable("Glu answered 500."), Unreadable("No JSON."), Refused("No.")])
def test_what_fails_where_the_organisation_may_be_asked_for_stops_nothing(
    session: Session, broken: dict[str, GluError], error: GluError
) -> None:
    broken["/organisation"] = error
    slices(session, 2)
    assert session.organisation.orders.count() == 130


def test_lines_wait_no_longer_once_their_order_is_listed_again(
    session: Session, sandbox: RunningSandbox, broken: dict[str, GluError]
) -> None:
    mirror_everything(session)
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    fresh(sandbox, 990_003, createdAt=moment, updatedAt=moment)
    broken["/orders/990003"] = broken["/orders/990003/lines"] = NotFound("Glu has no such thing.")
    due(session, "next_due_at")
    work(session)
    assert session.organisation.missing_orders.get().order.glu_id == 990_003
    broken.clear()
    due(session, "trailing_due_at")
    work(session)
    assert session.organisation.orders.get(glu_id=990_003).lines_copied_at is not None


def test_a_broken_route_by_id_is_not_asked_without_a_pause(session: Session, broken: dict[str, GluError]) -> None:
    mirror_everything(session)
    organisation = session.organisation
    picked = list(organisation.orders.all()[:60])
    suspect(organisation, [order.pk for order in picked], now())
    decide_missing(organisation, ask=True)
    broken.update({f"/orders/{order.glu_id}": Unreachable("Glu answered 500.") for order in picked})
    assert run_slice(session, lambda: False) is False


def test_a_run_that_fails_now_and_then_gets_on(
    session: Session, sandbox: RunningSandbox, scripted: ScriptedGlu, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_everything(session)
    sandbox.world.shops["hotel"].faults.page_size = 2
    monkeypatch.setattr("orders.mirror.windows.ORDERS_PER_WINDOW", 16)
    asked: list[Question] = []

    def ignore_the_days(question: Question) -> None:
        if question.path == "/orders" and question.bounds("createdAt"):
            asked.append(question)
            if len(asked) > 28:
                question.params = [param for param in question.params if not param[0].startswith("createdAt")]

    scripted.before = ignore_the_days
    due(session, "whole_due_at")
    rounds = 0
    while not rounds or last(session, RECONCILE).state == MirrorRun.State.RUNNING:
        asked.clear()
        session.organisation.mirror_runs.update(wait_until=None)
        slices(session)
        rounds += 1
    assert last(session, RECONCILE).state == MirrorRun.State.COMPLETE
    assert rounds > 5, "it failed less often than a run may that gets nowhere"


def test_many_older_rows_are_settled_with_looks_at_what_else_is_due(
    session: Session, sandbox: RunningSandbox, settings: Any
) -> None:
    settings.MIRROR_LINE_CHUNK = 10
    mirror_everything(session)
    for place, row in enumerate(sandbox.truth("hotel")[:100]):
        silently(sandbox, place, updatedAt=(datetime.fromisoformat(row["updatedAt"]) - timedelta(hours=2)).isoformat())
    due(session, "whole_due_at")
    looks = [session.glu.client.requests]

    def stop() -> bool:
        looks.append(session.glu.client.requests)
        return False

    run_slice(session, stop)
    assert max(after - before for before, after in itertools.pairwise(looks)) < 60
    assert last(session, RECONCILE).flags == ""


def test_a_slice_that_only_checked_an_order_proves_nothing_of_glu(
    session: Session, broken: dict[str, GluError]
) -> None:
    mirror_everything(session)
    order = session.organisation.orders.all()[0]
    broken["/orders"] = broken[f"/orders/{order.glu_id}"] = Unreachable("Glu could not be reached.")
    due(session, "next_due_at")
    slices(session)
    want_check(session.organisation, order)
    due(session, "wait_until")
    turns = iter([False])
    run_slice(session, lambda: next(turns, True))
    order.refresh_from_db()
    assert order.check_wanted_at is None
    assert (session.state().last_error, session.state().failures) == ("Glu could not be reached.", 1)


def test_what_was_set_aside_is_tried_though_a_poll_is_due(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror_everything(session)
    tried: list[int] = []
    monkeypatch.setattr(engine, "retry_set_aside", lambda session: tried.append(1))
    once = engine.read_run  # type: ignore[attr-defined]

    def reading(session: Session, run: MirrorRun, stream: LineStream) -> Iterator[MirrorRun]:
        for visited in once(session, run, stream):
            if run.kind == RECONCILE and run.state == MirrorRun.State.COMPLETE:
                due(session, "next_due_at")
            yield visited

    monkeypatch.setattr(engine, "read_run", reading)
    due(session, "whole_due_at")
    work(session)
    assert tried == [1]


def test_accused_orders_are_asked_for_though_their_run_does_not_get_on(
    session: Session, sandbox: RunningSandbox, scripted: ScriptedGlu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.mirror.windows.ORDERS_PER_WINDOW", 16)
    mirror_everything(session)
    sandbox.world.delete("hotel", sandbox.truth("hotel")[5]["id"])

    def fail(question: Question) -> None:
        names = dict(question.params)
        if question.path == "/orders" and "createdAt[strictly_before]" in names and "createdAt[after]" not in names:
            raise Unreachable("Glu answered with an error of its own (500).")

    scripted.before = fail
    due(session, "whole_due_at")
    slices(session, 3)
    assert last(session, RECONCILE).state == MirrorRun.State.RUNNING
    assert session.organisation.missing_orders.get().not_found_at is not None
    assert MirrorState.across_organisations.get(organisation=session.organisation).wait_until is None
