"""By hand everything is read that a complete copy needs, nothing waits, and what fails again is named."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from glu_admin.glu.errors import GluError, NotFound, Refused, Unreachable, Unreadable
from glu_admin.sandbox.data import Sold
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.gone import suspect
from orders.models import MirrorRun, MirrorState
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.mirroring import by_id, mirrored
from tests.scripted import Question, ScriptedGlu


def mirror(*arguments: str) -> str:
    told = io.StringIO()
    call_command("mirror", "alder-house", *arguments, stderr=told)
    return told.getvalue()


@pytest.fixture
def hotel(house: Any, sandbox: RunningSandbox) -> Any:
    """Alder House, whose key Glu has accepted, and of which nothing is copied yet."""
    accepted_key(house.hotel, HOTEL_KEY)
    return house.hotel


def equal(hotel: Any, sandbox: RunningSandbox) -> bool:
    return by_id(mirrored(hotel)) == by_id(sandbox.truth("hotel"))


def test_a_new_installation_has_its_payments_at_once(hotel: Any, sandbox: RunningSandbox) -> None:
    assert "Complete: 130 orders" in mirror()
    there = sum(len(sold.transactions) for sold in sandbox.world.shops["hotel"].sold.values())
    assert hotel.transactions.count() == there > 50
    assert equal(hotel, sandbox)


def test_a_refund_that_only_a_transaction_tells_of_is_seen(hotel: Any, sandbox: RunningSandbox) -> None:
    mirror()
    shop = sandbox.world.shops["hotel"]
    glu_id = sandbox.truth("hotel")[60]["id"]
    sold = shop.sold[glu_id]
    sold.lines[0]["refunded"] = True
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    refund = {"id": 88, "type": "Refund", "createdAt": moment, "updatedAt": moment, "attachedOrder": glu_id}
    shop.put(glu_id, Sold(sold.order, sold.lines, [*sold.transactions, refund]), sold.order["createdAt"][:19])
    assert "Complete" in mirror()
    assert equal(hotel, sandbox)
    again = hotel.mirror_runs.filter(kind=MirrorRun.Pass.TRANSACTIONS).latest("pk")
    assert again.rows < 20  # not all of them


def test_orders_of_the_hour_that_comes_twice_are_seen_at_a_glu_that_writes_local_times(
    hotel: Any, sandbox: RunningSandbox
) -> None:
    newest = dict(sandbox.truth("hotel")[0])
    lines = newest.pop("lines")
    summer = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)  # its digits; winter's are an hour back
    digits = [(summer - timedelta(minutes=minutes)).isoformat()[:19] for minutes in (0, 30)]
    for glu_id, text in ((990_001, f"{digits[0]}+01:00"), (990_002, f"{digits[1]}+00:00")):
        line = {**lines[0], "id": glu_id}
        order = {**newest, "id": glu_id, "uuid": None, "createdAt": text, "updatedAt": text}
        sandbox.world.put("hotel", order, [line])
        mirror()
    assert hotel.orders.filter(glu_id=990_002).exists()


def test_what_failed_is_asked_again_at_once_and_what_fails_again_is_named(
    hotel: Any, sandbox: RunningSandbox, broken: dict[str, GluError]
) -> None:
    first, second = (row["id"] for row in sandbox.truth("hotel")[5:7])
    for glu_id in (first, second):
        broken[f"/orders/{glu_id}/lines"] = Unreachable("Glu answered with an error of its own (500).")
    with pytest.raises(CommandError, match="the lines of 2 orders could not be read"):
        mirror()
    assert hotel.orders.filter(lines_due_at__gt=now()).count() == 2
    del broken[f"/orders/{first}/lines"]
    named = rf"the lines of 1 order could not be read \({second}: Glu answered with an error of its own \(500\)\)"
    with pytest.raises(CommandError, match=named):
        mirror("--pass", "changes")
    broken.clear()
    assert "Complete" in mirror()


def test_lines_that_could_not_be_placed_are_asked_for_again(
    hotel: Any, sandbox: RunningSandbox, scripted: ScriptedGlu
) -> None:
    glu_id = sandbox.truth("hotel")[5]["id"]

    def spoil(question: Question, data: Any) -> None:
        if question.path == f"/orders/{glu_id}/lines" and ("page", "1") in question.params:
            data.append({"name": "Without an id"})

    scripted.after = spoil
    for _ in range(2):
        with pytest.raises(CommandError, match="1 row is set aside"):
            mirror()
    scripted.after = None
    assert "Complete" in mirror()
    assert equal(hotel, sandbox)


@pytest.mark.parametrize("odd", [{"amount": "50.00"}, {"amount": 50.5}, {"amount": 2**63}, {"attachedOrder": {}}])
def test_transactions_that_cannot_be_added_up_leave_no_copy_complete(
    hotel: Any, scripted: ScriptedGlu, odd: dict[str, Any]
) -> None:
    def spoil(question: Question, data: Any) -> None:
        if question.path == "/transactions" and data:
            data[0].update(odd)

    scripted.after = spoil
    with pytest.raises(CommandError, match="transactions that cannot be placed or added up"):
        mirror()
    scripted.after = None
    assert "Complete" in mirror("--pass", "reconcile")


def test_what_only_a_reading_of_everything_settles_says_so(hotel: Any, scripted: ScriptedGlu) -> None:
    def spoil(question: Question, data: Any) -> None:
        if question.path == "/orders" and data and not question.bounds("updatedAt"):
            data.append({"customerName": "Without an id"})

    scripted.after = spoil
    with pytest.raises(CommandError, match=r"could not be placed \(mirror --pass reconcile reads everything again\)"):
        mirror()
    scripted.after = None
    assert "Complete" in mirror("--pass", "reconcile")


def test_lines_that_come_empty_are_complete_once_said_twice(hotel: Any, sandbox: RunningSandbox) -> None:
    sandbox.world.shops["hotel"].faults.lines_empty_rate = 1
    with pytest.raises(CommandError, match=r"the lines of 130 orders .*no lines, though the order has money.* and 125"):
        mirror()
    assert "Complete: 130 orders" in mirror()
    assert not hotel.order_lines.exists()


def test_a_missing_order_is_asked_for_by_hand_and_two_answers_still_lie_apart(
    hotel: Any, sandbox: RunningSandbox
) -> None:
    mirror()
    there, away = hotel.orders.all()[40:42]
    sandbox.world.delete("hotel", away.glu_id)
    later = now() + timedelta(hours=20)
    suspect(hotel, [there.pk, away.pk], now(), not_found_at=now())
    for _ in range(2):
        with pytest.raises(CommandError, match="1 order is no longer listed by Glu"):
            mirror()
    missing = hotel.missing_orders.get()
    away.refresh_from_db()
    assert (missing.order, away.gone_at) == (away, None)
    assert missing.due_at > later
    hotel.missing_orders.update(not_found_at=now() - timedelta(days=2))
    assert "Complete" in mirror()
    away.refresh_from_db()
    assert away.gone_at is not None


@pytest.mark.parametrize("error", [Unreachable("Glu answered 500."), Unreadable("Glu’s answer was not JSON.")])
def test_a_pass_that_fails_holds_up_no_other_and_is_named(
    hotel: Any, sandbox: RunningSandbox, broken: dict[str, GluError], error: GluError
) -> None:
    broken["/transactions"] = error
    with pytest.raises(CommandError, match=f"Not complete: Transactions failed: {error.words[:-1]}"):
        mirror()
    assert equal(hotel, sandbox)
    broken.clear()
    assert "Complete" in mirror()
    assert hotel.transactions.exists()


@pytest.mark.parametrize("error", [NotFound("Glu has no such thing."), Refused("Glu refused the key.")])
def test_transactions_that_the_key_may_not_read_are_left_out(
    hotel: Any, sandbox: RunningSandbox, broken: dict[str, GluError], error: GluError
) -> None:
    broken["/transactions"] = error
    told = mirror()
    assert f"Transactions were left out: {error.words}" in told
    assert "Complete: 130 orders" in told


def test_wrong_bodies_in_between_do_not_end_it(hotel: Any, sandbox: RunningSandbox, settings: Any) -> None:
    settings.GLU_RETRIES, settings.GLU_RETRY_BACKOFF = 4, 0
    faults = sandbox.world.shops["hotel"].faults
    faults.wrong_body_rate, faults.truncated_rate, faults.html_rate = 0.1, 0.05, 0.05
    assert "Complete: 130 orders" in mirror()
    assert equal(hotel, sandbox)


def test_a_glu_that_goes_away_in_the_middle_ends_it(hotel: Any, sandbox: RunningSandbox, scripted: ScriptedGlu) -> None:
    mirror()
    scripted.asked.clear()

    def away(question: Question) -> None:
        if len(scripted.asked) > 3:
            raise Unreachable("Glu could not be reached.")

    scripted.before = away
    with pytest.raises(CommandError, match="Glu could not be reached"):
        mirror()
    assert len(scripted.asked) < 20
    state = MirrorState.across_organisations.get(organisation=hotel)
    assert state.last_error == "Glu could not be reached."
    assert hotel.mirror_runs.filter(kind=MirrorRun.Pass.HISTORY).count() == 1
