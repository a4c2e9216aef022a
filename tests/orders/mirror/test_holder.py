"""Where the mirror stands is written by whoever holds the lease, and only what was set."""

import pytest
from django.utils.timezone import now

from orders.mirror.lease import LeaseLostError, take_lease
from orders.mirror.session import Session
from orders.models import MirrorState


def test_what_is_set_on_the_state_is_kept_and_nothing_else_is_written(session: Session) -> None:
    moment = now()
    with session.writing() as state:
        MirrorState.across_organisations.update(hinted_at=moment)  # as somebody else may, meanwhile
        state.failures = 3
    assert (session.state().failures, session.state().hinted_at) == (3, moment)


def test_without_the_lease_nothing_is_kept(session: Session) -> None:
    session.lease.release()
    assert take_lease(session.organisation) is not None
    with pytest.raises(LeaseLostError), session.writing() as state:
        state.failures = 3
    assert session.state().failures == 0


def test_a_failure_in_the_middle_keeps_nothing(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), session.writing() as state:
        state.failures = 1 // 0
    assert session.state().failures == 0
