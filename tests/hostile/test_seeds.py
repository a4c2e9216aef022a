"""The schedules that once found something; `make bench` plays hundreds."""

from collections.abc import Iterator

import pytest

from glu_admin.sandbox.server import RunningSandbox
from tests.hostile.arena import hostile_glu
from tests.hostile.schedule import WIDER, run_schedule

QUICK = (1, 72, 289, 408, 1017, 1125)
LONG = (8, 12, 236, 1135)
"""Seconds in which many orders were made, read again and again: played with the other hunts."""

WIDER_SEEDS = (2000, 2001)


@pytest.fixture(scope="module")
def glu() -> Iterator[RunningSandbox]:
    with hostile_glu() as running:
        yield running


@pytest.mark.parametrize("seed", [*QUICK, *(pytest.param(seed, marks=pytest.mark.faults) for seed in LONG)])
@pytest.mark.timeout(3600)
def test_the_mirror_keeps_its_word(db: None, glu: RunningSandbox, seed: int) -> None:
    assert run_schedule(glu, seed) == []


@pytest.mark.parametrize("seed", WIDER_SEEDS)
@pytest.mark.timeout(300)
def test_the_mirror_keeps_its_word_whatever_stands_between(db: None, glu: RunningSandbox, seed: int) -> None:
    assert run_schedule(glu, seed, faults=WIDER) == []
