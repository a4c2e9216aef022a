"""A run that is complete and not flagged has compared what it says it has."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound
from glu_admin.glu.lists import read_rows
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.lines import LineStream
from orders.mirror.passes import open_run
from orders.mirror.reading import read_run
from orders.mirror.session import Session
from orders.mirror.writing.lines import LineSet, write_lines
from orders.models import MirrorRun, MirrorState
from orders.proof.proven import verified_at
from orders.recheck import decide_missing, want_range
from tests.orders.builders import RECONCILE
from tests.orders.mirroring import due, equal, fresh, last, mirror_everything, silently, slices, work
from tests.scripted import Question, ScriptedGlu


def leave_in_the_middle(session: Session, kind: MirrorRun.Pass, steps: int) -> None:
    """A worker reads so many answers of a pass and is gone."""
    run, stream = open_run(session, kind), LineStream(session)
    for number, _ in enumerate(read_run(session, run, stream)):
        if number == steps:
            break
    stream.finish()
    session.lease.release()


def test_what_a_list_shows_and_glu_does_not_have_is_suspected(
    session: Session, sandbox: RunningSandbox, broken: dict[str, GluError]
) -> None:
    mirror_everything(session)
    earlier = datetime.fromisoformat(sandbox.truth("hotel")[50]["updatedAt"]) - timedelta(hours=2)
    glu_id = silently(sandbox, 50, updatedAt=earlier.isoformat(), phoneNumber="1")
    broken[f"/orders/{glu_id}"] = NotFound("Glu has no such thing.")
    session.lease.release()
    with pytest.raises(CommandError, match="no longer listed"):
        call_command("mirror", "alder-house", "--pass", "reconcile")


def test_an_order_from_the_future_leaves_the_recent_ones_recent(session: Session, sandbox: RunningSandbox) -> None:
    fresh(sandbox, 990_001, createdAt="2031-01-01T10:00:00+00:00", updatedAt="2026-01-01T10:00:00+00:00")
    mirror_everything(session)
    edited = silently(sandbox, 3, phoneNumber="07700 900555")
    due(session, "recent_due_at")
    work(session)
    assert session.organisation.orders.get(glu_id=edited).phone_number == "07700 900555"


@pytest.mark.parametrize("arguments", [("--pass", "changes"), ()])
def test_a_poll_by_hand_is_begun_by_hand(session: Session, sandbox: RunningSandbox, arguments: Any) -> None:
    sandbox.world.shops["hotel"].faults.page_size = 5
    mirror_everything(session)
    long_ago = "2020-01-01T00:00:00+00:00"
    MirrorState.across_organisations.filter(organisation=session.organisation).update(
        watermark=long_ago, connected_watermark=long_ago
    )
    leave_in_the_middle(session, MirrorRun.Pass.CHANGES, 4)
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    silently(sandbox, 0, phoneNumber="07700 900777", updatedAt=moment)
    call_command("mirror", "alder-house", *arguments)
    assert equal(session, sandbox)


def test_a_second_history_by_hand_is_begun_by_hand(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    sandbox.world.shops["hotel"].faults.page_size = 5
    leave_in_the_middle(session, MirrorRun.Pass.HISTORY, 6)
    silently(sandbox, 0, phoneNumber="07700 900777")
    call_command("mirror", "alder-house", "--pass", "history")
    assert equal(session, sandbox)


def test_what_is_missed_again_is_flagged_again_and_verifies_nobody(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    rows = sandbox.truth("hotel")[30:50]
    for row in rows:
        sandbox.world.delete("hotel", row["id"])
    for _ in range(2):
        due(session, "whole_due_at")
        work(session)
        assert last(session, RECONCILE).flags == MirrorRun.Flag.TOO_MANY_MISSING
    decide_missing(session.organisation, ask=False)
    order = session.organisation.orders.get(glu_id=rows[5]["id"])
    assert verified_at(order, session.organisation) == order.copied_at


def test_a_range_holds_its_days_also_where_glu_writes_local_times(session: Session, sandbox: RunningSandbox) -> None:
    day = date(2026, 6, 9)
    local = "2026-06-09T{}:30:00+01:00"
    fresh(sandbox, 990_004, createdAt=local.format("23"), updatedAt=local.format("23"))
    mirror_everything(session)
    fresh(sandbox, 990_005, createdAt=local.format("00"), updatedAt=local.format("00"))
    run = want_range(session.organisation, day, day)
    work(session)
    run.refresh_from_db()
    assert session.organisation.orders.filter(glu_id=990_005).exists()
    assert (run.state, run.missing, run.flags) == (MirrorRun.State.COMPLETE, 0, "")
    for glu_id in (990_004, 990_005):
        sandbox.world.delete("hotel", glu_id)
    run = want_range(session.organisation, day, day)
    work(session)
    run.refresh_from_db()
    assert run.missing == 2


def test_a_row_without_an_id_is_forgotten_once_all_is_read_without_it(
    session: Session, sandbox: RunningSandbox, scripted: ScriptedGlu
) -> None:
    mirror_everything(session)

    def spoil(question: Question, data: Any) -> None:
        if question.path == "/orders" and data and not question.bounds("updatedAt"):
            data[0].pop("id")

    session.lease.release()
    scripted.after = spoil
    with pytest.raises(CommandError, match="set aside"):
        call_command("mirror", "alder-house", "--pass", "reconcile")
    scripted.after = None
    session.organisation.missing_orders.all().delete()
    call_command("mirror", "alder-house", "--pass", "reconcile")


def test_transactions_under_way_are_not_all_transactions(session: Session) -> None:
    mirror_everything(session)
    count = session.organisation.transactions.count()
    due(session, "transactions_due_at")
    run = open_run(session, MirrorRun.Pass.TRANSACTIONS)
    run.wait_until = now() + timedelta(minutes=5)
    run.save()
    session.organisation.transactions.all().delete()
    due(session, "whole_due_at")
    slices(session, 2)
    assert last(session, RECONCILE).state == MirrorRun.State.COMPLETE
    session.organisation.mirror_runs.update(wait_until=None)
    work(session)
    due(session, "transactions_due_at")
    work(session)
    assert session.organisation.transactions.count() == count


def test_a_line_that_moves_to_another_order_is_read_there_once_it_has_left(house: Any) -> None:
    from tests.orders.builders import order, write

    hotel = house.hotel
    write(hotel, order(1, lines=[{"id": 5, "name": "Tea"}]), order(2))
    first, second = hotel.orders.order_by("glu_id")
    moment = now()
    assert write_lines(hotel, [LineSet(second.pk, 2, read_rows([{"id": 5, "name": "Tea"}]))], moment) == 1
    second.refresh_from_db()
    assert second.lines_due_at is None
    write_lines(hotel, [LineSet(first.pk, 1, read_rows([]))], moment)
    second.refresh_from_db()
    assert second.lines_due_at is not None
