"""kill -9 costs at most one page of a list and one chunk of lines, counted by a Glu where nothing moves.

In the last second of the history it costs the three requests that make sure of that second's end, and the page before.
"""

import random
from collections import Counter

import pytest

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from tests.faults.installation import Ground, Installation
from tests.journeys.processes import export, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]

KEY = "still-key-0001"
KILLS, CHUNK, CONNECTIONS = 4, 20, 4
LAST_SECOND = 3
# The next poll and every slower pass come when all is counted.
SETTINGS = {
    "MIRROR_LEASE_SECONDS": "3600",  # the test ends those of the killed; a slow worker keeps its own
    "MIRROR_POLL_MIN_SECONDS": "3600",
    "MIRROR_POLL_MAX_SECONDS": "3600",
    "MIRROR_LINE_CHUNK": str(CHUNK),
    "MIRROR_CONNECTIONS": str(CONNECTIONS),
}


def test_at_most_a_page_and_a_chunk_are_asked_for_again(ground: Ground) -> None:
    with RunningSandbox([SandboxOrganisation("alder", "Alder House", KEY, seed=3, count=400)]) as glu:
        glu.world.shops["alder"].faults.latency_ms = 20
        least = requests_of(glu, ground.installation(glu.url, **SETTINGS), kills=0)
        asked = requests_of(glu, ground.installation(glu.url, **SETTINGS), kills=KILLS)
    assert asked["lines"] - least["lines"] <= KILLS * (CHUNK + 1), (asked, least)
    # Whose answers are: asked once for the page and once for the chunk that are read again.
    assert asked["organisation"] - least["organisation"] <= KILLS * 2, (asked, least)
    lists = asked["orders"] + asked["transactions"] - least["orders"] - least["transactions"]
    assert lists <= KILLS * (1 + LAST_SECOND), (asked, least)


def requests_of(glu: RunningSandbox, installation: Installation, *, kills: int) -> Counter[str]:
    """What Glu is asked until the mirror is complete, its worker killed so many times on the way."""
    counted, chance = glu.world.shops["alder"].requests, random.Random(KILLS)
    counted.clear()
    installation.add(alder=KEY)
    installation.start_beat()
    try:
        worker = installation.start_worker()
        # The first page of a history is followed by a few questions of how far it goes, for its progress only.
        begun = "SELECT 1 FROM orders_mirrorrun WHERE kind = 'history' AND requests > 0"
        wait_until(lambda: bool(installation.rows(begun)), "the history is begun", every=0.01)
        for _ in range(kills):
            wanted = counted.total() + chance.randint(10, 70)
            wait_until(lambda wanted=wanted: counted.total() >= wanted, "Glu is asked", every=0.01)  # type: ignore[misc]
            installation.kill_worker(worker)
            installation.end_leases()
            worker = installation.start_worker()
        wait_until(lambda: complete(installation), "the mirror is complete")
        assert export(installation.environment) == {row["id"]: row for row in glu.truth("alder")}
    finally:
        installation.kill()
    return Counter(counted)


def complete(installation: Installation) -> bool:
    passes = "SELECT 1 FROM orders_mirrorstate WHERE history_complete_at IS NOT NULL AND next_due_at IS NOT NULL"
    running = "SELECT 1 FROM orders_mirrorrun WHERE state = 'running'"
    changes = "SELECT 1 FROM orders_mirrorrun WHERE state = 'complete' AND kind = '{}'"
    due = "SELECT 1 FROM orders_order WHERE lines_due_at IS NOT NULL"
    return bool(
        installation.rows(passes)
        and not installation.rows(running)
        and all(installation.rows(changes.format(kind)) for kind in ("history", "changes", "transactions"))
        and not installation.rows(due)
    )
