"""Schedules that once found something, and a few more; `make bench` plays hundreds."""

from collections.abc import Iterator

import pytest

from glu_admin.sandbox.server import RunningSandbox
from tests.hostile.arena import hostile_glu
from tests.hostile.schedule import run_schedule


@pytest.fixture(scope="module")
def glu() -> Iterator[RunningSandbox]:
    with hostile_glu() as running:
        yield running


@pytest.mark.parametrize("seed", range(6))
def test_the_mirror_keeps_its_word(db: None, glu: RunningSandbox, seed: int) -> None:
    assert run_schedule(glu, seed) == []
