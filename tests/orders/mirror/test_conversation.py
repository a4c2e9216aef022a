"""Requests in threads: so many at once, lists before lines, each answer handed to whoever asked."""

import threading
from concurrent.futures import Future
from typing import Any

from glu_admin.glu.lists import Bounds, Listed
from glu_admin.glu.walk.steps import Ask
from orders.mirror.session import Session
from orders.models import MirrorRun
from tests.patience import HANG_SECONDS

MOST = 4  # connections, in the sandbox's settings


def test_a_list_is_asked_before_the_lines_that_wait_already(session: Session) -> None:
    order: list[str] = []
    held, full = threading.Event(), threading.Barrier(MOST + 1)

    def _hold() -> None:
        full.wait(HANG_SECONDS)
        held.wait(HANG_SECONDS)

    def _fetch(*_: Any) -> Listed:
        order.append("list")
        return Listed([], None)

    session.glu.fetch = _fetch  # type: ignore[method-assign,assignment]
    holding = [session.glu.ask_lines(_hold) for _ in range(MOST)]
    full.wait(HANG_SECONDS)
    waiting = [session.glu.ask_lines(lambda: order.append("line")) for _ in range(3 * MOST)]
    asked = session.glu.ask_list(MirrorRun.Pass.HISTORY, Ask(Bounds()))
    _wait_for_the_list(session)
    held.set()
    futures: list[Future[Any]] = [*holding, *waiting, asked]
    for future in futures:
        future.result(HANG_SECONDS)
    assert order[0] == "list"
    assert len(order) == 3 * MOST + 1


def test_no_more_requests_at_once_than_the_setting(session: Session) -> None:
    counting, full, now, most = threading.Lock(), threading.Event(), 0, 0

    def _work() -> None:
        nonlocal now, most
        with counting:
            now += 1
            most = max(most, now)
            if most == MOST:
                full.set()
        full.wait(HANG_SECONDS)
        threading.Event().wait(0.01)  # for one too many to come in
        with counting:
            now -= 1

    for future in [ask(_work) for _ in range(20) for ask in (session.glu.ask_lines, session.glu.ask_beside)]:
        future.result(HANG_SECONDS)
    assert most == MOST


def test_a_failing_request_gives_its_connection_back(session: Session) -> None:
    for _ in range(2 * MOST):
        assert isinstance(session.glu.ask_lines(lambda: 1 / 0).exception(HANG_SECONDS), ZeroDivisionError)
    assert session.glu.ask_lines(lambda: 7).result(HANG_SECONDS) == 7


def test_an_answer_is_handed_to_whoever_asked_on_the_thread_that_waits(session: Session) -> None:
    lists: list[object] = []
    lines: list[object] = []
    glu, here = session.glu, threading.get_ident()

    def _to(whom: list[object]) -> Any:
        def _take(future: Any) -> None:
            assert threading.get_ident() == here
            whom.append(future.result())

        return _take

    glu.finished.bring(glu.ask_lines(lambda: "lines"), _to(lines))
    glu.finished.bring(glu.ask_beside(lambda: "list"), _to(lists))
    while not (lists and lines):
        glu.finished.hand_over()
    assert (lists, lines) == (["list"], ["lines"])


def _wait_for_the_list(session: Session) -> None:
    """Until the list's thread waits for a free connection."""
    connections = session.glu._threads[2]
    while True:
        with connections._changed:
            if connections._lists:
                return
        threading.Event().wait(0.01)
