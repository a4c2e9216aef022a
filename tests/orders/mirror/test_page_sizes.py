"""What is learned of Glu's page sizes, and that nothing is lost when they shrink."""

from typing import Any

import pytest
from django.core.management import call_command

from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.lines import LineStream
from orders.mirror.page_sizes import PageSizes
from orders.mirror.passes import connect, open_run
from orders.mirror.reading import read_run
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState, Order

HISTORY, RECONCILE = MirrorRun.Pass.HISTORY, MirrorRun.Pass.RECONCILE
PRICED = [{"id": 100 + n, "name": f"Line {n}", "subtotal": 5, "total": 5} for n in range(3)]
FREE = {"id": 103, "name": "A glass of fizz", "subtotal": 0, "total": 0}


def read(session: Session, kind: MirrorRun.Pass) -> None:
    stream = LineStream(session)
    for _ in read_run(session, open_run(session, kind), stream):
        pass
    while stream.work():
        pass


def give(sandbox: RunningSandbox, lines: list[dict[str, Any]], **fields: Any) -> int:
    """Lines for the newest order; its id."""
    newest = next(row for row in sandbox.truth("hotel"))
    raw = {name: value for name, value in newest.items() if name != "lines"}
    sandbox.world.put("hotel", {**raw, "subtotal": 15, "total": 15, **fields}, lines)
    return int(newest["id"])


def lines_of(session: Session, glu_id: int) -> int:
    return session.organisation.orders.get(glu_id=glu_id).lines.count()


def test_a_line_beyond_a_page_that_has_become_shorter_is_not_lost(session: Session, sandbox: RunningSandbox) -> None:
    connect(session)
    read(session, HISTORY)
    sandbox.world.shops["hotel"].faults.page_size = 3
    read(session, RECONCILE)
    glu_id = give(sandbox, [*PRICED, FREE], phoneNumber="07700 900123")
    read(session, RECONCILE)
    assert lines_of(session, glu_id) == 4


def test_the_thorough_pass_reads_lines_to_the_end_whatever_is_known(
    session: Session, sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = sandbox.world.shops["hotel"]
    for order in sandbox.truth("hotel")[2:]:
        sandbox.world.delete("hotel", order["id"])
    connect(session)
    glu_id = give(sandbox, PRICED)
    read(session, HISTORY)
    MirrorState.across_organisations.update(page_size=30)
    shop.faults.page_size = 3
    give(sandbox, [*PRICED, FREE])
    session.close()
    call_command("mirror", session.organisation.slug, "--pass", "reconcile")
    assert lines_of(session, glu_id) == 4
    assert not Order.across_organisations.filter(lines_due_at__isnull=False).exists()


def test_a_short_page_is_no_end_once_one_was_followed_until_all_was_read_again(session: Session) -> None:
    pages = PageSizes(session.state())
    assert not pages.may_be_last(1)
    pages.note(30)
    assert pages.may_be_last(29)
    assert not pages.may_be_last(30)
    pages.note_followed(30)
    pages.note_followed(7)
    with session.writing() as state:
        pages.save(state)
    pages = PageSizes(session.state())
    assert (pages.longest, pages.may_be_last(6), pages.may_be_last(7)) == (30, True, False)
    pages.forget()
    pages.note_followed(30)
    assert not pages.may_be_last(7)
    pages.forget()
    assert pages.may_be_last(29)
