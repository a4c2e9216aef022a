"""Check now: it says identical only of what was compared, and holds up nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.glu.errors import Refused, Unreachable, Unreadable
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.check import check_next
from orders.mirror.engine import run_slice
from orders.mirror.session import Session
from orders.models import CheckOutcome, MirrorRun, MirrorState, Order
from orders.proof.proven import verified_at
from orders.recheck import want_check
from tests.orders.mirroring import mirror_everything
from tests.scripted import Question, ScriptedGlu


@pytest.fixture
def order(session: Session, sandbox: RunningSandbox) -> Order:
    """An order that is here whole, and that somebody wants to be checked."""
    mirror_everything(session)
    order = session.organisation.orders.get(glu_id=sandbox.truth("hotel")[3]["id"])
    want_check(session.organisation, order)
    return order


def put(sandbox: RunningSandbox, order: Order, lines: list[dict[str, Any]] | None = None, **fields: Any) -> None:
    row = dict(next(listed for listed in sandbox.truth("hotel") if listed["id"] == order.glu_id))
    here = row.pop("lines")
    sandbox.world.put("hotel", {**row, **fields}, here if lines is None else lines)


def checked(session: Session, order: Order) -> Order:
    assert check_next(session)
    order.refresh_from_db()
    assert order.check_wanted_at is None
    assert order.check_done_at is not None
    return order


def test_the_ordinary_check_reads_the_order_before_and_after_its_lines(
    session: Session, order: Order, scripted: ScriptedGlu
) -> None:
    scripted.asked.clear()
    assert checked(session, order).check_outcome == CheckOutcome.IDENTICAL
    assert order.checked_at == order.check_done_at
    path = f"/orders/{order.glu_id}"
    assert scripted.asked == [path, f"{path}/lines", f"{path}/lines", path]
    assert check_next(session) is False


def test_answers_that_never_agree_are_not_called_identical(
    session: Session, order: Order, scripted: ScriptedGlu
) -> None:
    totals = iter([order.total, 7] * 9)

    def change(question: Question, data: Any) -> None:
        if question.path == f"/orders/{order.glu_id}":
            data["total"] = next(totals)

    scripted.asked.clear()
    scripted.after = change
    assert checked(session, order).check_outcome == CheckOutcome.KEPT_CHANGING
    assert order.checked_at is None
    assert scripted.asked.count(f"/orders/{order.glu_id}") == 4


def test_lines_belong_to_the_version_that_is_kept(
    session: Session, sandbox: RunningSandbox, order: Order, scripted: ScriptedGlu
) -> None:
    moves = iter([True])

    def change(question: Question, data: Any) -> None:
        if question.path.endswith("/lines") and next(moves, False):
            put(sandbox, order, [{"id": 991, "name": "Tea", "total": 5}], total=5)

    scripted.asked.clear()
    scripted.after = change
    checked(session, order)
    assert order.total == 5
    assert [line.glu_id for line in order.lines.all()] == [991]
    assert order.check_outcome == CheckOutcome.MOVED
    assert scripted.asked.count(f"/orders/{order.glu_id}") == 3
    assert order.lines_due_at is None


def test_fields_that_no_record_keeps_are_not_called_identical(
    session: Session, sandbox: RunningSandbox, order: Order
) -> None:
    put(sandbox, order, userAgent="Another/2")
    assert checked(session, order).check_outcome == CheckOutcome.TECHNICAL


def test_a_line_that_cannot_be_read_is_not_called_identical(
    session: Session, sandbox: RunningSandbox, order: Order
) -> None:
    put(sandbox, order, [{"name": "without a number"}])
    assert checked(session, order).check_words == "1 line could not be read and is set aside."


@pytest.mark.parametrize("spoil", ["gone", "no createdAt", "another order"])
def test_what_could_not_be_compared_proves_nothing_later(
    session: Session, sandbox: RunningSandbox, order: Order, scripted: ScriptedGlu, spoil: str
) -> None:
    def change(question: Question, data: Any) -> None:
        if question.path == f"/orders/{order.glu_id}":
            data.update({"no createdAt": {"createdAt": "?"}, "another order": {"id": 5}}.get(spoil, {}))

    copied_at = now() - timedelta(days=3)
    session.organisation.orders.filter(pk=order.pk).update(copied_at=copied_at)
    session.organisation.mirror_windows.all().delete()
    if spoil == "gone":
        sandbox.world.delete("hotel", order.glu_id)
    else:
        scripted.after = change
    checked(session, order)
    assert order.checked_at is None
    assert order.check_outcome == (CheckOutcome.NOT_RETURNED if spoil == "gone" else CheckOutcome.UNUSABLE)
    assert verified_at(order, session.organisation) == copied_at
    assert session.organisation.missing_orders.exists() == (spoil == "gone")


@pytest.mark.parametrize("error", [Unreachable, Unreadable])
def test_an_order_that_cannot_be_asked_for_holds_up_nothing(
    session: Session, sandbox: RunningSandbox, order: Order, scripted: ScriptedGlu, error: Any
) -> None:
    def change(question: Question, data: Any) -> None:
        if question.path.startswith(f"/orders/{order.glu_id}"):
            raise error("Glu answered with an error of its own (500).")

    scripted.after = change
    other = session.organisation.orders.exclude(pk=order.pk)[0]
    want_check(session.organisation, other)
    MirrorState.across_organisations.filter(organisation=session.organisation).update(next_due_at=None)
    polls = session.organisation.mirror_runs.filter(kind=MirrorRun.Pass.CHANGES, state=MirrorRun.State.COMPLETE)
    before = polls.count()
    while run_slice(session, lambda: False):
        pass
    order.refresh_from_db()
    other.refresh_from_db()
    assert order.check_words == "Glu could not be asked: Glu answered with an error of its own (500)."
    assert (order.check_wanted_at, order.checked_at) == (None, None)
    assert other.check_outcome == CheckOutcome.IDENTICAL
    assert polls.count() == before + 1


def test_a_refused_key_leaves_the_order_waiting(session: Session, order: Order, sandbox: RunningSandbox) -> None:
    sandbox.world.shops["hotel"].faults.revoked = True
    with pytest.raises(Refused):
        check_next(session)
    order.refresh_from_db()
    assert order.check_wanted_at is not None
