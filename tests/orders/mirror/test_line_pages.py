"""An order's lines: read to their end, and not believed where there is reason to doubt."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.glu.errors import Unreadable
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.line_pages import Doubt, all_lines
from orders.mirror.lines import LineStream
from orders.mirror.passes import connect
from orders.mirror.session import Session
from orders.models import Order
from orders.recheck import check_state, want_check
from tests.orders.mirroring import equal, mirror_everything, work
from tests.scripted import ScriptedGlu


def lines_due(session: Session) -> None:
    session.organisation.orders.filter(lines_due_at__isnull=False).update(lines_due_at=now())


def doubted(session: Session) -> set[str]:
    return set(session.organisation.orders.values_list("lines_error", flat=True))


def one_order(session: Session) -> Order:
    connect(session)
    return session.organisation.orders.all()[0]


def pages(scripted: ScriptedGlu, answer: Any) -> None:
    scripted.instead = lambda question: answer(int(dict(question.params)["page"]))


def test_a_route_that_ignores_the_page_is_left_with_what_it_gave(session: Session, scripted: ScriptedGlu) -> None:
    order, moments = one_order(session), count()
    pages(scripted, lambda page: [{"id": number, "readAt": next(moments)} for number in range(30)])
    lines = all_lines(session, order)
    assert (len(lines.rows), lines.repeated) == (30, True)


def test_rows_that_moved_to_the_next_page_are_not_twice(session: Session, scripted: ScriptedGlu) -> None:
    order = one_order(session)
    given: dict[int, list[Any]] = {1: [{"id": 1}, {"id": 2}], 2: [{"id": 2}, {"id": 3}, "odd"], 3: []}
    pages(scripted, lambda page: given[page])
    lines = all_lines(session, order, to_the_end=True)
    assert [row.raw for row in lines.rows] == [{"id": 1}, {"id": 2}, {"id": 3}, "odd"]
    assert not lines.repeated


def test_ever_more_lines_are_an_error(session: Session, scripted: ScriptedGlu) -> None:
    order = one_order(session)
    pages(scripted, lambda page: [{"id": page}])
    with pytest.raises(Unreadable, match="no end"):
        all_lines(session, order, to_the_end=True)


def test_lines_of_which_more_may_be_missing_are_kept_and_told(session: Session, sandbox: RunningSandbox) -> None:
    shop = sandbox.world.shops["hotel"]
    shop.faults.ignore_page = True
    mirror_everything(session)
    asked = shop.requests["lines"]
    stream = LineStream(session, to_the_end=True)
    session.organisation.orders.update(lines_due_at=now())
    while stream.work():
        pass
    assert shop.requests["lines"] - asked == 260  # two pages each, and no more
    assert doubted(session) == {Doubt.REPEATED.value}
    assert not session.organisation.orders.filter(lines=None).exists()
    shop.faults.ignore_page = False
    lines_due(session)
    work(session)
    assert doubted(session) == {""}
    assert equal(session, sandbox)


def test_no_lines_of_an_order_with_money_are_not_believed_at_once(session: Session, sandbox: RunningSandbox) -> None:
    faults = sandbox.world.shops["hotel"].faults
    faults.lines_empty_rate = 1
    mirror_everything(session)
    orders = session.organisation.orders
    assert doubted(session) == {Doubt.EMPTY.value}
    assert not orders.filter(lines_copied_at__isnull=False).exists()
    assert not orders.exclude(lines_due_at__gt=now() + timedelta(minutes=10)).exists()
    faults.lines_empty_rate = 0
    lines_due(session)
    work(session)
    assert doubted(session) == {""}
    assert not orders.filter(lines_empty_at__isnull=False).exists()
    assert equal(session, sandbox)


def test_no_lines_are_believed_when_said_twice_of_the_order_as_it_is(session: Session, sandbox: RunningSandbox) -> None:
    faults = sandbox.world.shops["hotel"].faults
    mirror_everything(session)
    first, second = session.organisation.orders.all()[:2]
    faults.lines_empty_rate = 1
    session.organisation.orders.filter(pk__in=[first.pk, second.pk]).update(lines_due_at=now())
    work(session)
    assert first.lines.exists()  # what was here stays until then
    session.organisation.orders.filter(pk=second.pk).update(payload_hash="another version")
    lines_due(session)
    work(session)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.lines.count(), first.lines_error, first.lines_due_at) == (0, "", None)
    assert second.lines.exists()


def test_a_free_order_has_no_lines_at_once(session: Session, sandbox: RunningSandbox) -> None:
    row = {name: value for name, value in sandbox.truth("hotel")[0].items() if name not in ("uuid", "lines")}
    sandbox.world.put("hotel", {**row, "id": 990_001, "subtotal": 0, "total": 0}, [])
    sandbox.world.put("hotel", {**row, "id": 990_002, "subtotal": None, "total": None}, [])
    sandbox.world.put("hotel", {**row, "id": 990_003, "subtotal": None, "total": "12.50"}, [])
    mirror_everything(session)
    due = session.organisation.orders.filter(lines_due_at__isnull=False)
    assert list(due.values_list("glu_id", flat=True)) == [990_003]


def test_a_check_believes_no_lines_only_the_second_time(session: Session, sandbox: RunningSandbox) -> None:
    mirror_everything(session)
    order = session.organisation.orders.all()[0]
    sandbox.world.shops["hotel"].faults.lines_empty_rate = 1
    said = []
    for _ in range(2):
        want_check(session.organisation, order)
        work(session)
        order.refresh_from_db()
        said.append((check_state(session.organisation, order).words, order.lines.exists()))
    assert said[0] == (f"{Doubt.EMPTY.value} They are asked for again.", True)
    assert said[1][0].endswith("moved.")
    assert not said[1][1]
