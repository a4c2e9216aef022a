"""Both organisations filled with made-up orders of the same Glu ids, for whatever reads them."""

from typing import Any

import pytest

from glu_admin.sandbox.world import SandboxOrganisation, World
from tests.orders.builders import EPOCH, write
from tests.scripted import ScriptedGlu


@pytest.fixture
def filled(house: Any) -> Any:
    """The house with 160 orders in each organisation, same ids and other people."""
    for organisation, seed in ((house.hotel, 1), (house.golf, 2)):
        world = World([SandboxOrganisation("a", "A", "k", seed=seed, count=160)], epoch=EPOCH)
        write(organisation, *world.truth("a"))
    return house


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedGlu:
    """A Glu to be scripted from where it is first needed; its questions are counted from there."""
    glu = ScriptedGlu()
    glu.between(monkeypatch)
    return glu
