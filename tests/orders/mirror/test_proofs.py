"""Nothing is written whose proof was asked for before it came; one proof stands for all that came before it."""

from typing import Any

import pytest

from glu_admin.glu.errors import Unreachable
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.identity import prove_beside
from orders.mirror.lines import LineStream
from orders.mirror.proofs import Proofs
from orders.mirror.session import Session
from tests.orders.mirroring import mirror_everything
from tests.scripted import Question, ScriptedGlu

CHUNK = 20


def test_a_question_stands_for_what_came_before_it_alone() -> None:
    proofs = Proofs()
    before = proofs.now()
    first, second = proofs.asking(), proofs.asking()
    between = proofs.now()
    proofs.show(first)
    assert proofs.cover(before)
    assert not proofs.cover(between)
    proofs.show(second)
    proofs.show(first)  # an answer that was overtaken takes nothing back
    assert proofs.cover(before)
    assert not proofs.cover(between)
    proofs.show(proofs.asking())
    assert proofs.cover(between)


def asked_for_the_organisation(session: Session, sandbox: RunningSandbox) -> int:
    """Read all lines anew; how often Glu was asked whose the key is."""
    session.organisation.orders.update(lines_due_at=session.organisation.orders.latest("created_at").copied_at)
    before = sandbox.world.shops["hotel"].requests["organisation"]
    stream = LineStream(session)
    while stream.work():
        pass
    assert not session.organisation.orders.filter(lines_due_at__isnull=False).exists()
    return sandbox.world.shops["hotel"].requests["organisation"] - before


def test_lines_are_proven_by_the_chunk(session: Session, sandbox: RunningSandbox, settings: Any) -> None:
    mirror_everything(session)
    settings.MIRROR_LINE_CHUNK = CHUNK
    orders = session.organisation.orders.count()
    assert 2 <= asked_for_the_organisation(session, sandbox) <= 4 * orders / CHUNK + 1


def test_pages_of_a_first_copy_prove_the_lines_read_beside_them(
    session: Session, sandbox: RunningSandbox, settings: Any
) -> None:
    settings.MIRROR_LINE_CHUNK = 4 * CHUNK
    mirror_everything(session)
    asked = sandbox.world.shops["hotel"].requests
    assert asked["lines"] >= session.organisation.orders.count()
    assert asked["organisation"] <= 2 * asked["lines"] / (4 * CHUNK)


@pytest.mark.parametrize("most", [1, 10_000], ids=["once", "always"])
def test_where_a_thread_is_not_told_it_is_found_out_by_asking(
    session: Session, scripted: ScriptedGlu, sandbox: RunningSandbox, settings: Any, most: int
) -> None:
    mirror_everything(session)
    settings.MIRROR_LINE_CHUNK = CHUNK
    failed: list[str] = []

    def fail(question: Question) -> None:
        if question.path == "/organisation" and len(failed) < most:
            failed.append(question.path)
            raise Unreachable("Glu could not be reached.")

    scripted.before = fail
    asked_for_the_organisation(session, sandbox)
    assert failed


@pytest.mark.parametrize("no_organisation", [False, True], ids=["pinned", "Glu tells no organisation"])
@pytest.mark.parametrize("to", ["", "golf"], ids=["ours", "another's"])
def test_what_a_thread_is_told_is_judged(
    session: Session, sandbox: RunningSandbox, no_organisation: bool, to: str
) -> None:
    for shop in sandbox.world.shops.values():
        shop.faults.no_organisation = no_organisation
    mirror_everything(session)
    came, told = session.glu.proofs.now(), list[bool]()
    sandbox.world.shops["hotel"].faults.swapped = to
    assert prove_beside(session, told.append)
    later = session.glu.proofs.now()
    session.glu.finished.hand_over()
    assert told == [not to]
    assert session.glu.proofs.cover(came) == (not to)
    assert not session.glu.proofs.cover(later)
