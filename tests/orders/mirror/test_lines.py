"""Lines that are due are read newest first; one order's failure holds up no other."""

from typing import Any

import pytest
from django.test import override_settings

from glu_admin.glu.errors import NotFound, Unreachable, Unreadable
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.lines import LineStream, due_lines
from orders.mirror.passes import connect
from orders.mirror.session import Session
from tests.orders.mirror.writing.conftest import order
from tests.scripted import Question, ScriptedGlu


def test_due_lines_are_read_newest_first_and_once(session: Session, sandbox: RunningSandbox) -> None:
    connect(session)
    first = due_lines(session)[0].glu_id
    stream = LineStream(session)
    while stream.work():
        pass
    assert not due_lines(session).exists()
    assert session.organisation.orders.get(glu_id=first).lines.exists()
    asked = sandbox.world.shops["hotel"].requests["lines"]
    assert asked <= 30 + 2


def test_an_order_with_more_lines_than_a_page_is_read_whole(session: Session, sandbox: RunningSandbox) -> None:
    lines = [{"id": 100 + n, "name": f"Line {n}", "subtotal": 1, "total": 1} for n in range(65)]
    newest = sandbox.truth("hotel")[0]
    sandbox.world.put("hotel", {**order(newest["id"]), "createdAt": newest["createdAt"], "subtotal": 65}, lines)
    connect(session)
    LineStream(session).work()
    assert session.organisation.orders.get(glu_id=newest["id"]).lines.count() == 65


@pytest.mark.parametrize(
    ("error", "words"),
    [(NotFound("Glu has no such thing."), "no such thing"), (Unreadable("Glu’s answer was not JSON."), "not JSON")],
)
def test_one_orders_failure_holds_up_no_other(
    session: Session, scripted: ScriptedGlu, error: Exception, words: str
) -> None:
    connect(session)
    unlucky = due_lines(session)[3].glu_id

    def fail(question: Question) -> None:
        if question.path.startswith(f"/orders/{unlucky}"):
            raise error

    scripted.before = fail
    LineStream(session).work()
    found = session.organisation.orders.get(glu_id=unlucky)
    assert words in found.lines_error
    assert found.lines_due_at is not None
    assert session.organisation.orders.filter(lines_copied_at__isnull=False).count() == 29


@override_settings(MIRROR_CONNECTIONS=1)
def test_a_dozen_deleted_orders_in_a_row_are_no_broken_route(session: Session, sandbox: RunningSandbox) -> None:
    connect(session)
    for newest in [waiting.glu_id for waiting in due_lines(session)[:12]]:
        sandbox.world.delete("hotel", newest)
    stream = LineStream(session)
    while stream.work():
        pass
    assert session.organisation.missing_orders.count() == 12
    assert session.organisation.orders.filter(lines_copied_at__isnull=False).count() == 18


def test_what_was_read_before_glu_went_away_is_kept(session: Session, scripted: ScriptedGlu) -> None:
    connect(session)
    scripted.asked.clear()

    def fail(question: Question) -> None:
        if len(scripted.asked) > 13:
            raise Unreachable("Glu could not be reached.")

    scripted.before = fail
    stream = LineStream(session)
    while stream.work():
        pass
    assert session.state().lines_wait_until is not None
    assert session.organisation.orders.filter(lines_copied_at__isnull=False).count() >= 5


def test_claiming_orders_is_one_query(
    session: Session, sandbox: RunningSandbox, django_assert_num_queries: Any
) -> None:
    connect(session)
    stream = LineStream(session)
    with django_assert_num_queries(1):
        stream._claim()
    assert len(stream._waiting) == 30
    with django_assert_num_queries(0):
        assert all(order.lines_due_at and order.payload_hash and order.glu_id for order in stream._waiting)
