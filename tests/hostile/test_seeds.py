"""The schedules that once found something; `make bench` plays hundreds."""

from collections.abc import Iterator
from typing import Any

import pytest

from glu_admin.sandbox.server import RunningSandbox
from tests.hostile.arena import hostile_glu
from tests.hostile.schedule import WIDER, run_schedule

QUICK = (1, 72, 289, 408, 1017, 1125)
QUICK_WIDER = (2001,)
LONG = (8, 12, 236, 302, 1135)
LONG_WIDER = (2000,)
"""Seconds in which many orders were made, read again and again: played with the other hunts."""


@pytest.fixture(scope="module")
def glu() -> Iterator[RunningSandbox]:
    with hostile_glu() as running:
        yield running


def seeds(quick: tuple[int, ...], long: tuple[int, ...]) -> list[Any]:
    """Both, the long ones marked."""
    return [*quick, *(pytest.param(seed, marks=pytest.mark.faults) for seed in long)]


@pytest.mark.parametrize("seed", seeds(QUICK, LONG))
@pytest.mark.timeout(3600)
def test_the_mirror_keeps_its_word(db: None, glu: RunningSandbox, seed: int) -> None:
    assert run_schedule(glu, seed) == []


@pytest.mark.parametrize("seed", seeds(QUICK_WIDER, LONG_WIDER))
@pytest.mark.timeout(300)
def test_the_mirror_keeps_its_word_whatever_stands_between(db: None, glu: RunningSandbox, seed: int) -> None:
    assert run_schedule(glu, seed, faults=WIDER) == []
