"""What fails stops nothing else: one order, one route, one pass at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound, Unreachable, Unreadable
from glu_admin.glu.lists import read_rows
from glu_admin.glu.stamps import Stamp
from glu_admin.glu.transport import Transport
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.engine import is_due
from orders.mirror.gone import suspect
from orders.mirror.lines import LineStream
from orders.mirror.passes import open_run
from orders.mirror.reading import read_run
from orders.mirror.run_ends import fail_run
from orders.mirror.session import Session
from orders.mirror.writing.transactions import write_transactions
from orders.models import MirrorRun
from orders.recheck import decide_missing, want_range
from tests.orders.builders import RECONCILE
from tests.orders.mirroring import due, equal, fresh, last, mirror_everything, silently, slices, work
from tests.scripted import Question, ScriptedGlu


def test_a_route_of_lines_that_fails_waits_while_everything_else_goes_on(
    session: Session, sandbox: RunningSandbox, broken: dict[str, GluError]
) -> None:
    broken["/lines"] = Unreachable("Glu answered with an error of its own (503).")
    mirror_everything(session)
    assert session.organisation.orders.count() == 130
    assert session.state().history_complete_at is not None
    assert session.state().wait_until is None
    assert not is_due(session.organisation)
    asked = session.glu.client.requests
    LineStream(session).work()
    assert session.glu.client.requests == asked
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    row = {name: value for name, value in sandbox.truth("hotel")[0].items() if name not in ("uuid", "lines")}
    free = {"subtotal": 0, "total": 0}
    sandbox.world.put("hotel", {**row, **free, "id": 900_001, "createdAt": moment, "updatedAt": moment}, [])
    due(session, "next_due_at")
    slices(session)
    assert session.organisation.orders.count() == 131
    broken.clear()
    due(session, "lines_wait_until")
    work(session)
    assert equal(session, sandbox)


@pytest.mark.parametrize("error", [Unreachable("Glu answered 503."), Unreadable("Glu’s answer was not JSON.")])
def test_transactions_that_fail_hold_up_no_other_pass(
    session: Session, broken: dict[str, GluError], error: GluError
) -> None:
    mirror_everything(session)
    broken["/transactions"] = error
    due(session, "transactions_due_at", "whole_due_at", "refresh_due_at")
    slices(session, 3)
    assert last(session, RECONCILE).state == MirrorRun.State.COMPLETE
    assert session.state().refresh_due_at is not None
    assert (session.state().wait_until, session.state().last_error) == (None, "")
    assert session.state().transactions_error == error.words
    broken.clear()
    session.organisation.mirror_runs.update(wait_until=None)
    work(session)
    assert session.state().transactions_error == ""


def test_a_pass_that_fails_waits_ever_longer_while_polls_go_on(
    session: Session, scripted: ScriptedGlu, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_everything(session)

    def ignore_the_days(question: Question) -> None:
        question.params = [param for param in question.params if not param[0].startswith("createdAt")]

    monkeypatch.setattr("orders.mirror.windows.ORDERS_PER_WINDOW", 16)
    scripted.before = ignore_the_days
    waits = []
    for _ in range(3):
        due(session, "whole_due_at")
        session.organisation.mirror_runs.update(wait_until=None)
        begun = now()
        slices(session, 2)
        failed = last(session, RECONCILE)
        assert session.state().last_error == failed.error != ""
        assert failed.wait_until is not None
        waits.append(round((failed.wait_until - begun).total_seconds() / 60))
    assert waits == [1, 2, 4]
    assert failed.state == MirrorRun.State.FAILED  # it is begun anew
    polls = session.organisation.mirror_runs.filter(kind=MirrorRun.Pass.CHANGES, state=MirrorRun.State.COMPLETE)
    before = polls.count()
    due(session, "next_due_at")
    slices(session)
    assert polls.count() == before + 1


def test_a_poll_that_does_not_reach_glu_stops_everything_for_a_while(
    session: Session, broken: dict[str, GluError], caplog: pytest.LogCaptureFixture
) -> None:
    mirror_everything(session)
    broken["/orders"] = Unreachable("Glu could not be reached.")
    for minutes in (1, 2, 4, 8, 15, 15):
        due(session, "next_due_at", "wait_until")
        begun = now()
        slices(session)
        wait_until = session.state().wait_until
        assert wait_until is not None
        assert round((wait_until - begun).total_seconds() / 60) == minutes
        assert not is_due(session.organisation)
    assert caplog.messages.count("alder-house, changes: Glu could not be reached.") == 6
    broken.clear()
    due(session, "next_due_at", "wait_until")
    work(session)
    assert session.state().failures == 0


def test_one_missing_order_that_cannot_be_read_holds_up_no_other(
    session: Session, sandbox: RunningSandbox, broken: dict[str, GluError], settings: Any
) -> None:
    mirror_everything(session)
    settings.MIRROR_GONE_CONFIRM_SECONDS = 0
    victims = [row["id"] for row in sandbox.truth("hotel")[40:43]]
    for victim in victims:
        sandbox.world.delete("hotel", victim)
    broken[f"/orders/{victims[0]}"] = Unreadable("Glu’s answer was not JSON.")
    due(session, "whole_due_at")
    slices(session, 3)
    orders = session.organisation.orders
    assert set(orders.filter(gone_at__isnull=False).values_list("glu_id", flat=True)) == set(victims[1:])
    assert session.organisation.missing_orders.get().order.glu_id == victims[0]
    assert session.state().last_error == ""


def test_an_older_row_that_cannot_be_read_by_its_id_flags_the_run(
    session: Session, sandbox: RunningSandbox, broken: dict[str, GluError]
) -> None:
    mirror_everything(session)
    row = sandbox.truth("hotel")[50]
    earlier = (datetime.fromisoformat(row["updatedAt"]) - timedelta(hours=2)).isoformat()
    glu_id = silently(sandbox, 50, updatedAt=earlier, phoneNumber="1")
    broken[f"/orders/{glu_id}"] = Unreachable("Glu answered 500.")
    due(session, "whole_due_at")
    slices(session)
    run = last(session, RECONCILE)
    assert (run.state, run.flags) == (MirrorRun.State.COMPLETE, MirrorRun.Flag.OLDER_ROWS)


def test_a_page_for_people_with_404_proves_nothing(session: Session, sandbox: RunningSandbox) -> None:
    with pytest.raises(NotFound):
        session.glu.client.get("/orders/1")
    with pytest.MonkeyPatch.context() as patch:
        once = Transport.fetch

        def page(self: Transport, *args: Any) -> Any:
            return once(self, *args)._replace(body=b"<html>No such page</html>")

        patch.setattr(Transport, "fetch", page)
        with pytest.raises(Unreadable, match="not Glu"):
            session.glu.client.get("/orders/1")


def test_many_orders_that_lines_or_checks_miss_wait_for_a_person(session: Session) -> None:
    mirror_everything(session)
    organisation = session.organisation
    pks = list(organisation.orders.values_list("pk", flat=True)[:6])
    for pk in pks:
        suspect(organisation, [pk], now(), not_found_at=now())
    assert organisation.missing_orders.filter(held=True).count() == 6
    decide_missing(organisation, ask=True)
    suspect(organisation, [organisation.orders.exclude(pk__in=pks)[0].pk], now(), not_found_at=now())
    assert not organisation.missing_orders.filter(held=True).exists()


def test_a_run_that_fails_accuses_no_crowd(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror_everything(session)
    run = open_run(session, RECONCILE)
    pks = list(session.organisation.orders.values_list("pk", flat=True)[:20])
    suspect(session.organisation, pks, now(), run=run)
    fail_run(session, run, "Glu did not list the newest first.")
    assert session.organisation.missing_orders.filter(held=True).count() == 20


def test_a_reconcile_by_hand_reads_again_what_a_worker_has_read(
    session: Session, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.mirror.windows.ORDERS_PER_WINDOW", 16)
    mirror_everything(session)
    run, stream = open_run(session, RECONCILE), LineStream(session)
    for _ in read_run(session, run, stream):
        if run.windows.filter(state="complete").count() == 5:
            break
    stream.finish()
    assert run.state == MirrorRun.State.RUNNING
    silently(sandbox, 5, phoneNumber="07700 900123")
    silently(sandbox, 125, phoneNumber="07700 900124")
    session.lease.release()
    call_command("mirror", "alder-house", "--pass", "reconcile")
    assert equal(session, sandbox)
    run.refresh_from_db()
    assert run.state == MirrorRun.State.FAILED


def test_lines_read_right_after_a_change_are_read_once_more(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    sandbox.world.step("hotel")
    due(session, "next_due_at")
    work(session)
    glu_id = sandbox.truth("hotel")[0]["id"]
    sandbox.world.shops["hotel"].sold[glu_id].lines[0]["name"] = "What the replica did not know yet"
    long_ago = now() - timedelta(hours=1)
    session.organisation.orders.update(
        copied_at=long_ago, lines_copied_at=long_ago + timedelta(seconds=2), first_copied_at=long_ago
    )
    asked = sandbox.world.shops["hotel"].requests["lines"]
    due(session, "trailing_due_at")
    work(session)
    assert equal(session, sandbox)
    lately = sandbox.world.shops["hotel"].requests["lines"] - asked
    assert 1 <= lately < 20
    due(session, "trailing_due_at")
    work(session)
    assert sandbox.world.shops["hotel"].requests["lines"] == asked + lately


def test_a_night_that_is_over_before_its_run_ends_stays_a_night(session: Session) -> None:
    mirror_everything(session)
    due(session, "trailing_due_at")
    work(session)
    assert last(session, MirrorRun.Pass.TRAILING).reach == "night"
    due(session, "trailing_due_at")
    run = open_run(session, MirrorRun.Pass.TRAILING)
    nights = session.organisation.mirror_runs.filter(reach="night")
    nights.update(started_at=F("started_at") - timedelta(days=1))
    for _ in read_run(session, run, LineStream(session)):
        pass
    assert (run.state, run.reach) == (MirrorRun.State.COMPLETE, "")


def test_an_empty_organisation_is_not_read_from_the_future(session: Session, sandbox: RunningSandbox) -> None:
    shop = sandbox.world.shops["hotel"]
    kept = sandbox.truth("hotel")
    for row in kept:
        sandbox.world.delete("hotel", row["id"])
    shop.faults.clock_skew_s = 86_400
    mirror_everything(session)
    watermark = Stamp.parse(session.state().watermark)
    assert watermark is not None
    assert watermark.instant < now()
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    row = {name: value for name, value in kept[0].items() if name != "lines"}
    sandbox.world.put("hotel", {**row, "createdAt": moment, "updatedAt": moment}, kept[0]["lines"])
    due(session, "next_due_at")
    work(session)
    assert session.organisation.orders.count() == 1


@pytest.mark.parametrize("stamp", ["9999-12-31T23:59:59+00:00", "2031-01-01T00:00:00+00:00"])
def test_where_glu_tells_no_time_an_order_from_the_future_hides_none_that_change(
    session: Session, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, stamp: str
) -> None:
    monkeypatch.setattr("glu_admin.glu.client.server_time", lambda headers: None)
    fresh(sandbox, 990_001, updatedAt=stamp)
    mirror_everything(session)
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    fresh(sandbox, 990_002, createdAt=moment, updatedAt=moment)
    due(session, "next_due_at")
    work(session)
    assert session.organisation.orders.filter(glu_id=990_002).exists()


def transaction(glu_id: int, **fields: Any) -> dict[str, Any]:
    moment = "2026-06-01T10:00:00+00:00"
    return {"id": glu_id, "type": "Payment", "amount": 5, "createdAt": moment, "updatedAt": moment, **fields}


def test_an_older_transaction_does_not_take_the_place_of_a_newer(house: Any) -> None:
    write_transactions(
        house.hotel, read_rows([transaction(1, amount=9, updatedAt="2026-06-01T12:00:00+00:00")]), now(), None
    )
    written = write_transactions(house.hotel, read_rows([transaction(1)]), now(), None)
    assert (written.stale, written.changed, house.hotel.transactions.get().amount) == (1, 0, 9)


def test_transactions_are_read_from_the_beginning_when_everything_is(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    count = session.organisation.transactions.count()
    session.organisation.transactions.all().delete()
    due(session, "transactions_due_at")
    work(session)
    assert session.organisation.transactions.count() < count
    due(session, "whole_due_at")
    work(session)
    assert session.organisation.transactions.count() == count


def test_transactions_that_cannot_be_placed_are_told(
    session: Session, sandbox: RunningSandbox, scripted: ScriptedGlu
) -> None:
    mirror_everything(session)

    def spoil(question: Question, data: Any) -> None:
        if question.path == "/transactions" and data:
            data[0]["id"] = "none"

    scripted.after = spoil
    session.lease.release()
    with pytest.raises(CommandError, match="transactions that cannot be placed"):
        call_command("mirror", "alder-house", "--pass", "reconcile")


def test_a_range_is_cut_into_windows(
    session: Session, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_everything(session)
    monkeypatch.setattr("orders.mirror.windows.ORDERS_PER_WINDOW", 16)
    edited = [silently(sandbox, place, total=1) for place in (3, 60, 120)]
    run = want_range(session.organisation, None, None)
    work(session)
    run.refresh_from_db()
    assert (run.state, run.missing, run.changed) == (MirrorRun.State.COMPLETE, 0, 3)
    assert run.windows.count() == 8
    assert session.organisation.orders.filter(glu_id__in=edited, total=1).count() == 3
