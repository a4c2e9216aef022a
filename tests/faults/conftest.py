"""Seeds from FAULT_SEED and FAULT_RUNS, and the ground on which installations are made: on files, or on own servers."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.installation import Ground
from tests.faults.schedule import EMBEDDED, SERVICES
from tests.faults.servers import Servers, missing_programs, own_servers

_USUAL_RUNS = 1  # on each ground


def seeds() -> range:
    """FAULT_SEED alone is one hunt, FAULT_RUNS=n is n of them, from FAULT_SEED or 1 on."""
    first, runs = os.environ.get("FAULT_SEED"), os.environ.get("FAULT_RUNS")
    count = int(runs) if runs else 1 if first else _USUAL_RUNS
    start = int(first or 1)
    return range(start, start + count)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test with a seed runs for each of them."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", seeds(), ids=lambda seed: f"seed{seed}")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Redis of this run's own."""
    if reason := missing_programs():
        pytest.skip(f"{reason}: only the embedded run is hunted")
    with own_servers() as running:
        yield running


@pytest.fixture(scope="session", params=[EMBEDDED, SERVICES])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Files, or own servers."""
    own: Servers | None = request.getfixturevalue("servers") if request.param == SERVICES else None
    made = Ground(tmp_path_factory.mktemp(request.param), own)
    made.prepare()
    return made
