"""Celery’s doors: the rows say what is due, hints may come late, twice or never."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.glu.errors import TooManyRequests
from glu_admin.keys.lifecycle import set_key
from glu_admin.keys.models import GluKey
from glu_admin.sandbox.server import RunningSandbox
from orders import tasks
from orders.mirror.lease import take_lease
from orders.models import MirrorState
from tests.conftest import GOLF_KEY, HOTEL_KEY, accepted_key
from tests.patience import HANG_SECONDS
from tests.scripted import ScriptedGlu


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...], str]]:
    sent: list[tuple[str, tuple[int, ...], str]] = []
    monkeypatch.setattr(
        tasks, "hint", lambda name, *args, queue="interactive", expires=None: sent.append((name, args, queue))
    )
    return sent


def test_the_tick_finds_what_is_due_once(house: Any, sandbox: RunningSandbox, hints: Any) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    accepted_key(house.golf, GOLF_KEY)
    waiting = set_key(house.hotel, "another-key-1234", None)
    tasks.tick()
    names = {(name, args) for name, args, _ in hints}
    assert names == {
        ("keys.try_key", (waiting.pk,)),
        ("orders.mirror_organisation", (house.hotel.pk,)),
        ("orders.mirror_organisation", (house.golf.pk,)),
    }
    hints.clear()
    tasks.tick()
    assert [name for name, *_ in hints] == ["keys.try_key"]
    MirrorState.across_organisations.update(hinted_at=now() - timedelta(hours=1))
    tasks.tick()
    assert len(hints) == 4


def test_a_slice_works_until_nothing_is_due_and_duplicates_do_nothing(
    house: Any, sandbox: RunningSandbox, hints: Any, settings: Any
) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    settings.MIRROR_SLICE_SECONDS = 0.2
    runs = 0
    tasks.mirror_organisation(house.hotel.pk)
    while hints and runs < 50:
        hints.clear()
        tasks.mirror_organisation(house.hotel.pk)
        runs += 1
    assert house.hotel.orders.filter(lines_copied_at__isnull=False).count() == 130
    served = sum(sandbox.world.shops["hotel"].requests.values())
    for _ in range(3):
        tasks.mirror_organisation(house.hotel.pk)
    assert sum(sandbox.world.shops["hotel"].requests.values()) == served
    tasks.mirror_organisation(999_999)


def test_a_slice_leaves_a_held_lease_and_a_paused_key_alone(house: Any, sandbox: RunningSandbox, hints: Any) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    lease = take_lease(house.hotel)
    assert lease is not None
    tasks.mirror_organisation(house.hotel.pk)
    lease.release()
    GluKey.across_organisations.update(paused_at=now())
    tasks.mirror_organisation(house.hotel.pk)
    assert sum(sandbox.world.shops["hotel"].requests.values()) == 0


def test_a_request_to_wait_is_kept_by_the_row(
    house: Any, sandbox: RunningSandbox, hints: Any, scripted: ScriptedGlu
) -> None:
    accepted_key(house.hotel, HOTEL_KEY)

    scripted.failing[""] = TooManyRequests("Glu asked for fewer requests.", 100_000)  # every path
    tasks.mirror_organisation(house.hotel.pk)
    state = MirrorState.across_organisations.get(organisation=house.hotel)
    assert state.last_error_kind == "throttled"
    assert state.wait_until is not None
    assert timedelta(seconds=900 - HANG_SECONDS) < state.wait_until - now() <= timedelta(minutes=15)  # the cap
    hints.clear()
    tasks.tick()
    assert hints == []
