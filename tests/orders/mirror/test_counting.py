"""Days are counted once the first copy is complete, and anew in another zone, by whichever worker comes to it."""

from typing import Any

import pytest
from django.core.management import call_command

from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.lease import take_lease
from orders.mirror.session import Session
from orders.mirror.writing.counts import miscounted_days
from orders.models import MirrorState
from orders.tasks import count_days_anew, tick
from tests.orders.mirroring import due, mirror_everything


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr("orders.tasks.hint", lambda name, *args, **_: sent.append((name, args[0])))
    return sent


def zone_of(organisation: Any) -> str:
    return MirrorState.across_organisations.get(organisation=organisation).days_zone


def test_days_are_counted_when_the_copy_is_complete_and_kept_then(
    session: Session, sandbox: RunningSandbox, hints: list[tuple[str, int]]
) -> None:
    hotel = session.organisation
    tick()
    assert ("orders.count_days", hotel.pk) not in hints
    mirror_everything(session)
    session.close()
    assert not hotel.order_days.exists()
    tick()
    assert ("orders.count_days", hotel.pk) in hints
    count_days_anew(hotel.pk)
    assert zone_of(hotel) == "Europe/London"
    assert sum(hotel.order_days.filter(field="").values_list("n", flat=True)) == 130
    for _ in range(30):
        sandbox.world.step("hotel")
    call_command("mirror", hotel.slug)
    assert hotel.orders.count() > 130
    assert miscounted_days(hotel) == 0
    hints.clear()
    tick()
    assert ("orders.count_days", hotel.pk) not in hints


def test_another_zone_is_counted_without_glu(session: Session, hints: list[tuple[str, int]]) -> None:
    hotel = session.organisation
    mirror_everything(session)
    session.close()
    count_days_anew(hotel.pk)
    hotel.timezone = "Pacific/Kiritimati"
    hotel.save()
    due(session, "next_due_at")
    held = take_lease(hotel)
    assert held is not None
    count_days_anew(hotel.pk)  # somebody else writes
    assert zone_of(hotel) == "Europe/London"
    held.release()
    tick()
    assert ("orders.count_days", hotel.pk) in hints
    count_days_anew(hotel.pk)
    assert zone_of(hotel) == "Pacific/Kiritimati"
    assert miscounted_days(hotel) == 0


def test_an_attempt_by_hand_counts_them_too(session: Session, sandbox: RunningSandbox) -> None:
    session.close()
    call_command("mirror", session.organisation.slug)
    assert zone_of(session.organisation) == "Europe/London"
    assert miscounted_days(session.organisation) == 0
