"""What keeps a complete mirror true: reconcile, gone orders, late rows, transactions, checks, the record of change."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils.timezone import now

from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.engine import run_slice
from orders.mirror.gone import mark_gone
from orders.mirror.lines import LineStream
from orders.mirror.passes import open_run
from orders.mirror.reading import read_run
from orders.mirror.session import Session
from orders.mirror.windows import ORDERS_PER_WINDOW, cut
from orders.models import CheckOutcome, MirrorRun, OrderChange
from orders.recheck import check_state, decide_missing, want_check, want_range
from tests.orders.builders import RECONCILE
from tests.orders.mirroring import due, equal, last, mirror_everything, mirrored, silently, work
from tests.scripted import Question, ScriptedGlu


def test_reconcile_finds_what_polls_cannot(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    edited = silently(sandbox, 70, deliveryAddressPostcode="ZZ9 9ZZ")
    backdated = {**sandbox.truth("hotel")[90], "id": 777, "uuid": None, "lines": None}
    sandbox.world.put("hotel", backdated, [{"id": 7771, "name": "Tea"}])
    mirror_everything(session)
    assert not equal(session, sandbox)
    due(session, "whole_due_at")
    work(session)
    assert equal(session, sandbox)
    run = last(session, RECONCILE)
    assert (run.created, run.changed, run.late, run.flags) == (1, 1, 1, "")
    assert session.organisation.order_changes.get(order__glu_id=edited).field == "deliveryAddressPostcode"
    assert session.state().overlap_seconds == 120  # polls look back further from now on


def test_reading_everything_again_asks_for_no_line_and_writes_no_order(session: Session, scripted: ScriptedGlu) -> None:
    mirror_everything(session)
    before = dict(session.organisation.orders.values_list("pk", "copied_at"))
    scripted.asked.clear()
    due(session, "whole_due_at")
    work(session)
    assert set(scripted.asked) == {"/orders", "/transactions"}
    assert dict(session.organisation.orders.values_list("pk", "copied_at")) == before
    assert not session.organisation.order_changes.exists()


def test_windows_cut_the_history_without_a_gap(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.mirror.windows.ORDERS_PER_WINDOW", 16)
    mirror_everything(session)
    windows = cut(session.organisation)
    assert windows[0][1] is None
    assert windows[-1][0] is None
    assert all(newer[0] == older[1] for newer, older in itertools.pairwise(windows))
    assert len(windows) == 8  # so that as many as are read side by side come to their ends together
    assert ORDERS_PER_WINDOW == 600
    due(session, "whole_due_at")
    work(session)
    run = last(session, RECONCILE)
    assert run.windows.count() == 8
    assert run.missing == 0


def test_gone_only_after_two_answers_apart(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    victim = sandbox.truth("hotel")[40]["id"]
    sandbox.world.delete("hotel", victim)
    due(session, "whole_due_at")
    work(session)
    order = session.organisation.orders.get(glu_id=victim)
    assert order.gone_at is None
    suspected = session.organisation.missing_orders.get()
    assert suspected.not_found_at is not None
    assert suspected.due_at - suspected.not_found_at == timedelta(days=1)
    session.organisation.missing_orders.update(due_at=now(), not_found_at=now() - timedelta(days=1))
    work(session)
    order.refresh_from_db()
    assert order.gone_at is not None
    assert equal(session, sandbox)
    assert not session.organisation.missing_orders.exists()
    assert [change.field for change in session.organisation.order_changes.all()] == [OrderChange.GONE]


def test_lines_that_were_asked_for_before_their_order_was_gone_are_not_due(
    session: Session, sandbox: RunningSandbox
) -> None:
    mirror_everything(session)
    order = session.organisation.orders.get(glu_id=sandbox.truth("hotel")[40]["id"])
    sandbox.world.delete("hotel", order.glu_id)
    stream = LineStream(session)
    stream._done.append(stream._fetch(order))
    with session.lease.writing():
        mark_gone(session.organisation, [order], now())
    stream.write()
    order.refresh_from_db()
    assert (order.lines_due_at, order.lines_attempts) == (None, 0)
    assert not session.organisation.missing_orders.exists()


def test_one_that_comes_back_is_revived(session: Session, sandbox: RunningSandbox, settings: Any) -> None:
    settings.MIRROR_GONE_CONFIRM_SECONDS = 0
    mirror_everything(session)
    victim = dict(sandbox.truth("hotel")[40])
    lines = victim.pop("lines")
    sandbox.world.delete("hotel", victim["id"])
    due(session, "whole_due_at")
    work(session)
    assert session.organisation.orders.get(glu_id=victim["id"]).gone_at is not None
    sandbox.world.put("hotel", victim, lines)
    due(session, "whole_due_at")
    work(session)
    assert session.organisation.orders.get(glu_id=victim["id"]).gone_at is None
    assert equal(session, sandbox)


def test_a_live_order_that_the_list_left_out_is_an_alarm_and_stays(
    session: Session, sandbox: RunningSandbox, scripted: ScriptedGlu
) -> None:
    mirror_everything(session)
    hidden = sandbox.truth("hotel")[55]["id"]

    def forget(question: Question, data: Any) -> None:
        if question.path == "/orders":
            data[:] = [row for row in data if row["id"] != hidden]

    scripted.after = forget
    due(session, "whole_due_at")
    work(session)
    assert last(session, RECONCILE).flags == MirrorRun.Flag.WALK_MISSED
    assert session.organisation.orders.get(glu_id=hidden).gone_at is None
    with pytest.raises(CommandError, match=MirrorRun.Flag.WALK_MISSED):
        call_command("mirror_status", "alder-house")


@pytest.mark.parametrize("ask", [True, False])
def test_too_many_at_once_wait_for_a_person(
    session: Session, sandbox: RunningSandbox, settings: Any, ask: bool
) -> None:
    settings.MIRROR_GONE_CONFIRM_SECONDS = 0
    mirror_everything(session)
    for row in sandbox.truth("hotel")[10:30]:
        sandbox.world.delete("hotel", row["id"])
    due(session, "whole_due_at")
    work(session)
    assert not session.organisation.orders.filter(gone_at__isnull=False).exists()
    assert session.organisation.missing_orders.filter(held=True).count() == 20
    decide_missing(session.organisation, ask=ask)
    work(session)
    assert session.organisation.orders.filter(gone_at__isnull=False).count() == (20 if ask else 0)
    assert not session.organisation.missing_orders.exists()


def test_trailing_brings_late_rows_and_rows_without_a_stamp(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    newest = dict(sandbox.truth("hotel")[0])
    newest.pop("lines")
    watermark = session.state().watermark or ""
    behind = (datetime.fromisoformat(watermark) - timedelta(minutes=20)).isoformat()
    sandbox.world.put("hotel", {**newest, "id": 900_001, "uuid": None, "createdAt": behind, "updatedAt": behind}, [])
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    sandbox.world.put("hotel", {**newest, "id": 900_002, "uuid": None, "createdAt": moment, "updatedAt": None}, [])
    mirror_everything(session)
    assert session.organisation.orders.filter(glu_id__gte=900_001).count() == 0
    due(session, "trailing_due_at")
    work(session)
    assert session.organisation.orders.filter(glu_id__gte=900_001).count() == 2
    assert last(session, MirrorRun.Pass.TRAILING).late == 1


def test_a_refund_that_only_a_transaction_tells_of(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    assert session.organisation.transactions.count() > 50
    lines_asked = sandbox.world.shops["hotel"].requests["lines"]
    shop = sandbox.world.shops["hotel"]
    glu_id = sandbox.truth("hotel")[60]["id"]
    sold = shop.sold[glu_id]
    sold.lines[0]["refunded"] = True
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    shop.put(
        glu_id,
        type(sold)(
            sold.order,
            sold.lines,
            [*sold.transactions, {"id": 88, "type": "Refund", "amount": 5, "createdAt": moment, "updatedAt": moment,
                                  "currencyCode": "GBP", "card_number": "4111111111111111",
                                  "attachedOrder": f"https://api.glu.example/orders/{glu_id}"}],
        ),
        sold.order["createdAt"][:19],
    )  # fmt: skip
    due(session, "transactions_due_at")
    work(session)
    assert equal(session, sandbox)
    assert sandbox.world.shops["hotel"].requests["lines"] == lines_asked + 1
    of_the_line = session.organisation.order_changes.get(line_glu_id__isnull=False)
    assert (of_the_line.field, of_the_line.old, of_the_line.new) == ("refunded", "false", "true")
    assert session.organisation.transactions.get(glu_id=88).card_last_four == "1111"


def test_lines_are_read_again_by_and_by(session: Session, sandbox: RunningSandbox, settings: Any) -> None:
    mirror_everything(session)
    shop = sandbox.world.shops["hotel"]
    glu_id = sandbox.truth("hotel")[100]["id"]
    shop.sold[glu_id].lines[0]["name"] = "Another name"
    settings.MIRROR_LINES_MAX_AGE_SECONDS = 2 * 86400
    begun = now()
    orders = session.organisation.orders
    orders.update(lines_copied_at=begun - timedelta(days=1))
    for _ in range(2 * 24 + 2):  # hour by hour, each order comes round once within the stated age
        orders.update(lines_copied_at=F("lines_copied_at") - timedelta(hours=1))
        due(session, "refresh_due_at")
        work(session)
    assert equal(session, sandbox)
    assert not orders.filter(lines_copied_at__lt=begun - timedelta(days=3)).exists()


def test_check_now_says_identical_or_what_moved(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    glu_id = silently(sandbox, 3, total=424242)
    order = session.organisation.orders.get(glu_id=glu_id)
    want_check(session.organisation, order)
    want_check(session.organisation, order)
    asked = sandbox.world.shops["hotel"].requests["lines"]
    work(session)
    assert sandbox.world.shops["hotel"].requests["lines"] == asked + 2  # asked for twice, read once, to an empty page
    order.refresh_from_db()
    state = check_state(session.organisation, order)
    assert not state.waiting
    assert [(change.field, change.new) for change in state.changes] == [("total", "424242")]
    want_check(session.organisation, order)
    work(session)
    order.refresh_from_db()
    assert check_state(session.organisation, order).words == "Identical to Glu."


def test_check_now_of_an_order_that_is_not_there(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    order = session.organisation.orders.get(glu_id=sandbox.truth("hotel")[3]["id"])
    sandbox.world.delete("hotel", order.glu_id)
    want_check(session.organisation, order)
    work(session)
    order.refresh_from_db()
    assert order.check_outcome == CheckOutcome.NOT_RETURNED
    assert order.gone_at is None
    assert session.organisation.missing_orders.get().not_found_at is not None


def test_older_rows_are_settled_also_when_their_window_is_read_in_several_goes(
    session: Session, sandbox: RunningSandbox
) -> None:
    (glu_id,) = sandbox.world.plant("hotel", "future")
    mirror_everything(session)
    back = sandbox.world.shops["hotel"].sold[glu_id].order | {"paymentStatus": "Refunded"}
    sandbox.world.put("hotel", back | {"updatedAt": datetime.now(UTC).replace(microsecond=0).isoformat()})
    run = open_run(session, RECONCILE)
    while run.state != MirrorRun.State.COMPLETE:
        stream = LineStream(session)
        next(iter(read_run(session, run, stream)))
        stream.finish()
    assert session.organisation.orders.get(glu_id=glu_id).payment_status == "Refunded"
    assert run.flags == ""


def test_missing_orders_are_asked_for_while_lines_are_due_all_the_time(
    session: Session, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_everything(session)
    glu_id = session.organisation.orders.latest("created_at").glu_id
    sandbox.world.delete("hotel", glu_id)
    due(session, "whole_due_at")
    monkeypatch.setattr(LineStream, "work", lambda self: True)
    turns = iter(range(20))
    run_slice(session, lambda: next(turns, None) is None)
    assert session.organisation.missing_orders.get().not_found_at is not None


def test_a_range_is_read_again(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    rows = sandbox.truth("hotel")
    inside, outside = silently(sandbox, 20, total=1), silently(sandbox, 110, total=2)
    day = datetime.fromisoformat(rows[20]["createdAt"]).astimezone(session.organisation.zone).date()
    run = want_range(session.organisation, day, day)
    assert want_range(session.organisation, day, day).pk == run.pk
    work(session)
    assert session.organisation.orders.get(glu_id=inside).total == 1
    assert session.organisation.orders.get(glu_id=outside).total != 2
    run.refresh_from_db()
    assert run.state == MirrorRun.State.COMPLETE
    assert run.missing == 0


def test_another_organisation_behind_the_key_stops_everything(
    session: Session, sandbox: RunningSandbox, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_everything(session)
    settings.MIRROR_ORGANISATION_EVERY_SECONDS = 0
    before = mirrored(session.organisation)
    shops = sandbox.world.by_key
    monkeypatch.setitem(shops, "hotel-key-0001", shops["golf-key-0002"])
    due(session, "next_due_at")
    run_slice(session, lambda: False)
    assert session.state().last_error_kind == "wrong_organisation"
    assert mirrored(session.organisation) == before


def test_the_most_thorough_pass_by_hand(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    sandbox.world.shops["hotel"].sold[sandbox.truth("hotel")[50]["id"]].lines[0]["name"] = "Renamed without a trace"
    silently(sandbox, 60, phoneNumber="07700 900999")
    put_off = session.organisation.orders.filter(glu_id=sandbox.truth("hotel")[70]["id"])
    put_off.update(lines_due_at=now() + timedelta(hours=6), lines_error="Glu answered with an error of its own (500).")
    session.lease.release()
    call_command("mirror", "alder-house", "--pass", "reconcile")
    assert equal(session, sandbox)
    sandbox.world.delete("hotel", sandbox.truth("hotel")[10]["id"])
    with pytest.raises(CommandError, match="no longer listed"):
        call_command("mirror", "alder-house", "--pass", "reconcile")


def test_what_changes_is_recorded_within_bounds(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    for number in range(230):
        glu_id = silently(sandbox, 5, phoneNumber=f"07700 {number}", userAgent=f"browser {number}")
        order = session.organisation.orders.get(glu_id=glu_id)
        if number < 4 or number > 200:
            want_check(session.organisation, order)
            work(session)
    changes = session.organisation.order_changes.filter(order__glu_id=glu_id)
    assert {change.field for change in changes} == {"phoneNumber"}
    assert changes[0].new == "07700 229"
    assert changes[0].old == "07700 228"
    assert changes[0].seen_old_at is not None
    assert changes[0].seen_old_at <= changes[0].seen_new_at


def test_a_field_that_all_orders_lose_is_named(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    for place in range(8):
        silently(sandbox, place, customerEmailAddress=None)
    due(session, "whole_due_at")
    work(session)
    assert ("vanished_field", "customerEmailAddress") in {
        (drift.kind, drift.field) for drift in session.organisation.drifts.all()
    }


def test_status_as_data(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    mirror_everything(session)
    call_command("mirror_status", "alder-house", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["orders"] == 130
    assert told["needs_a_person"] == []
    assert told["coverage_days"]["never"] == 0
    assert told["coverage_days"]["partly"] == 1  # today
    call_command("mirror_status", "alder-house")
    assert "130" in capsys.readouterr().out
