"""A key that is refused in the middle of the work: what was under way ends, and next to nothing more is asked."""

import threading
from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.glu.client import GluClient
from glu_admin.glu.errors import GluError, KeyRefused, Refused
from glu_admin.keys import lifecycle
from glu_admin.keys.models import GluKey
from glu_admin.sandbox.app import SandboxApp
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.engine import run_slice
from orders.mirror.session import Session
from tests.orders.mirroring import due, mirror_everything

CONNECTIONS = 16


@pytest.fixture
def revoked_after(session: Session, sandbox: RunningSandbox, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Revokes the hotel's key at Glu after so many requests; gives the paths that Glu is asked for after that."""
    settings.MIRROR_CONNECTIONS = CONNECTIONS
    counting, once = threading.Lock(), SandboxApp.__call__
    left, after = [10**9], list[str]()

    def call(self: SandboxApp, environ: dict[str, Any], start: Any) -> Any:
        with counting:
            if sandbox.world.shops["hotel"].faults.revoked:
                after.append(environ["PATH_INFO"])
            left[0] -= 1
            if left[0] == 0:
                sandbox.world.shops["hotel"].faults.revoked = True
        return once(self, environ, start)

    monkeypatch.setattr(SandboxApp, "__call__", call)

    def count(number: int) -> list[str]:
        left[0] = number
        return after

    return count


@pytest.mark.parametrize("after", [1, 4, 20, 60, 100])
def test_a_refused_key_ends_what_is_queued(session: Session, revoked_after: Any, after: int) -> None:
    asked = revoked_after(after)
    while run_slice(session, lambda: False):
        pass
    assert 1 <= len(asked) <= CONNECTIONS + 3
    current = lifecycle.current_key(session.organisation)
    assert current is not None
    assert current.state == GluKey.State.REFUSED


def test_lines_that_are_refused_with_the_key_cost_no_more(session: Session, revoked_after: Any) -> None:
    mirror_everything(session)
    session.organisation.orders.update(lines_due_at=now())
    asked = revoked_after(30)
    run_slice(session, lambda: False)
    assert 1 <= len(asked) <= CONNECTIONS + 3
    assert session.organisation.orders.filter(lines_due_at=None).exists()  # what was read until then is kept
    with pytest.raises(KeyRefused):
        session.glu.client.get("/orders")
    assert len(asked) <= CONNECTIONS + 3


def test_transactions_refused_with_the_key_are_a_refused_key(session: Session, revoked_after: Any) -> None:
    mirror_everything(session)
    due(session, "transactions_due_at")
    asked = revoked_after(1)
    run_slice(session, lambda: False)
    assert set(asked) <= {"/transactions", "/orders"}
    assert session.state().transactions_error == ""
    assert lifecycle.current_key(session.organisation).state == GluKey.State.REFUSED  # type: ignore[union-attr]


def test_one_question_that_is_refused_is_judged_once(session: Session, sandbox: RunningSandbox) -> None:
    client: GluClient = session.glu.client
    sandbox.world.shops["hotel"].faults.no_organisation = True
    once = client._once

    def refusing(path: str, params: Any) -> Any:
        if path.endswith("/lines"):
            raise Refused("Glu refused the key.")
        return once(path, params)

    client._once = refusing  # type: ignore[method-assign]
    with pytest.raises(GluError) as failed:
        client.get("/orders/1/lines")
    assert type(failed.value) is Refused
    assert client.requests == 2
    assert client.get("/orders").data
