"""kill -9 of the worker in the middle of the history: started again, the mirror becomes equal to the truth."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from tests.journeys.processes import export, kill, manage, own_broker, own_database, start_celery, stop, wait_until

KEY = "journey-key-0001"
ORDERS = 300
WORKER = ("worker", "--pool", "threads", "--concurrency", "2", "--queues", "interactive,changes,bulk")


@pytest.fixture
def glu() -> Iterator[RunningSandbox]:
    with RunningSandbox([SandboxOrganisation("hotel", "Alder House", KEY, seed=9, count=ORDERS)], every=0.3) as running:
        running.world.shops["hotel"].faults.latency_ms = 15
        yield running


@pytest.fixture
def environment(tmp_path: Path, glu: RunningSandbox) -> Iterator[dict[str, str]]:
    """An installation of its own: SQLite and files, or a database of its own where the suite runs on services."""
    with own_database() as database:
        yield {
            **os.environ,
            "GLU_ADMIN_MODE": "embedded",
            "STATE_DIR": str(tmp_path),
            "DATABASE_URL": database,
            "CELERY_BROKER_URL": own_broker(1),
            "CACHE_URL": "",
            "GLU_API_URL": glu.url,
            "GLU_REQUESTS_PER_SECOND": "1000",
            "MIRROR_TICK_SECONDS": "0.3",
            "MIRROR_POLL_MIN_SECONDS": "1",
            "MIRROR_POLL_MAX_SECONDS": "1",
            "MIRROR_SLICE_SECONDS": "1",
            "MIRROR_LEASE_SECONDS": "3",
            "LOG_LEVEL": "WARNING",
        }


@pytest.mark.slow
def test_the_mirror_survives_it(glu: RunningSandbox, environment: dict[str, str]) -> None:
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "organisation_add", "Alder House", "--slug", "alder", stdin=f"{KEY}\n")
    beat = start_celery(environment, "beat", "--pidfile=")
    try:
        for _ in range(2):
            worker = start_celery(environment, *WORKER)
            wanted = asked(glu) + 12
            wait_until(lambda wanted=wanted: asked(glu) > wanted, "the worker reads orders")  # type: ignore[misc]
            kill(worker)
        worker = start_celery(environment, *WORKER)
        try:
            wait_until(lambda: asked(glu, "lines") > ORDERS * 0.9, "most orders' lines were asked for")
            glu.still()
            truth = {row["id"]: row for row in glu.truth("hotel")}
            wait_until(lambda: export(environment) == truth, "the mirror equals the truth")
        finally:
            stop(worker)
    finally:
        stop(beat)
    manage(environment, "mirror", "alder")  # exits 0 only when complete


def asked(glu: RunningSandbox, *kinds: str) -> int:
    requests = glu.world.shops["hotel"].requests
    return sum(requests[kind] for kind in kinds or requests)
