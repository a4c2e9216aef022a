"""`manage.py mirror`: what it says, and what its exit code tells."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from glu_admin.keys.lifecycle import set_key
from glu_admin.sandbox.server import RunningSandbox
from tests.conftest import HOTEL_KEY, accepted_key


def mirror(*arguments: str) -> str:
    told = io.StringIO()
    call_command("mirror", "alder-house", *arguments, stderr=told)
    return told.getvalue()


def test_by_hand_with_a_new_key(house: Any, sandbox: RunningSandbox) -> None:
    set_key(house.hotel, HOTEL_KEY, None)
    assert "Complete: 130 orders" in mirror()
    sandbox.world.step("hotel")
    assert "Complete" in mirror("--pass", "changes")
    assert "Complete" in mirror("--pass", "history")
    assert house.golf.orders.count() == 0


def test_drift_alone_is_complete_but_what_is_set_aside_is_not(house: Any, sandbox: RunningSandbox) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    newest = dict(sandbox.truth("hotel")[0])
    lines = newest.pop("lines")
    sandbox.world.put("hotel", {**newest, "storeReference": "x", "total": "12.50"}, lines)
    assert "Complete" in mirror()
    sandbox.world.put("hotel", {"createdAt": newest["createdAt"], "total": 1}, [])
    with pytest.raises(CommandError, match="1 row is set aside"):
        mirror("--pass", "history")


def test_what_was_flagged_stays_said_until_the_history_is_read_without(house: Any, sandbox: RunningSandbox) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    second = sandbox.truth("hotel")[20]
    for number in range(35):
        sandbox.world.put("hotel", {**second, "id": 900_000 + number, "uuid": None, "lines": None}, [])
    with pytest.raises(CommandError, match="tie_overflow"):
        mirror()
    assert house.hotel.orders.count() == 165
    with pytest.raises(CommandError, match="tie_overflow"):
        mirror("--pass", "changes")
    for number in range(35):
        sandbox.world.delete("hotel", 900_000 + number)
    house.hotel.orders.filter(glu_id__gte=900_000).delete()
    assert "Complete" in mirror("--pass", "history")


@pytest.mark.parametrize("spoil", ["refused", "away", "nobody"])
def test_what_goes_wrong_is_said(house: Any, sandbox: RunningSandbox, settings: Any, spoil: str) -> None:
    if spoil != "nobody":
        accepted_key(house.hotel, HOTEL_KEY)
    if spoil == "refused":
        sandbox.world.shops["hotel"].faults.revoked = True
    if spoil == "away":
        settings.GLU_API_URL = "http://127.0.0.1:9"
    words = {"refused": "Glu refused the key", "away": "could not be reached", "nobody": "no Glu key"}[spoil]
    with pytest.raises(CommandError, match=words):
        mirror()
    with pytest.raises(CommandError, match="no organisation"):
        call_command("mirror", "nowhere")
