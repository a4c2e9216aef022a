"""The hunt: workers are killed and frozen, servers crash, hints are doubled and lost, and Glu misbehaves all the while.

Then it is calm, and the workers make the mirror equal to the truth by themselves.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from tests.faults.installation import Ground, Installation, children
from tests.faults.schedule import EMBEDDED, LEASE_SECONDS, PLANTS, SERVICES, Happening, Schedule, draw
from tests.journeys.processes import export, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]

KEYS = {"alder": "alder-key-0001", "brae": "brae-key-0001"}
LONGEST_GAP_SECONDS = 5.0


def test_the_mirror_becomes_the_truth(ground: Ground, seed: int) -> None:
    schedule = draw(seed, EMBEDDED if ground.servers is None else SERVICES)
    with named(schedule), shop(schedule) as glu:
        installation = ground.installation(glu.url, **schedule.settings)
        if schedule.doubled:
            installation.app = "tests.faults.doubling"
        try:
            installation.add(**KEYS)
            for _ in range(schedule.beats):
                installation.start_beat()
            for _ in range(schedule.workers):
                installation.start_worker()
            for happening in schedule.happenings:
                wait_for_requests(glu, happening.after)
                installation.revive()
                befall(installation, glu, happening)
            calm(glu)
            become_the_truth(installation, glu)
            installation.stop()
            for slug in KEYS:
                installation.manage("mirror", slug, "--pass", "reconcile", MIRROR_GONE_CONFIRM_SECONDS="0")
                assert export(installation.environment, slug) == truth(glu, slug)
            compare_with_an_undisturbed_run(installation, ground, glu)
        except BaseException as error:
            error.add_note(f"Its state and logs: {installation.folder}")
            raise
        finally:
            installation.kill()


@contextmanager
def named(schedule: Schedule) -> Iterator[None]:
    """Say of any failure how to run it again."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"Run it again: make test-faults FAULT_SEED={schedule.seed}\n{schedule}")
        raise


@contextmanager
def shop(schedule: Schedule) -> Iterator[RunningSandbox]:
    """A living Glu with two organisations, the first with the seed's faults."""
    organisations = [
        SandboxOrganisation("alder", "Alder House", KEYS["alder"], seed=schedule.seed, count=schedule.orders),
        SandboxOrganisation("brae", "Brae Links", KEYS["brae"], seed=schedule.seed + 1, count=60),
    ]
    with RunningSandbox(organisations, every=0.4) as running:
        if schedule.crowd:
            running.world.crowd("alder", schedule.crowd)
        for name, value in schedule.faults.items():
            setattr(running.world.shops["alder"].faults, name, value)
        running.world.shops["brae"].faults.latency_ms = 10
        yield running


def wait_for_requests(glu: RunningSandbox, count: int) -> None:
    """Until Glu was asked so many more questions, or some seconds have passed, as there may be little to ask."""
    wanted, ends_at = asked(glu) + count, time.monotonic() + LONGEST_GAP_SECONDS
    wait_until(lambda: asked(glu) >= wanted or time.monotonic() > ends_at, "Glu is asked", every=0.02)


def asked(glu: RunningSandbox) -> int:
    return sum(sum(shop.requests.values()) for shop in glu.world.shops.values())


def befall(installation: Installation, glu: RunningSandbox, happening: Happening) -> None:
    """Do one bad thing. Whatever is killed is started again at once, as a supervisor would."""
    chance, servers = random.Random(happening.chance), installation.servers
    match happening.what:
        case "kill":
            installation.kill_worker(chance.choice(installation.workers))
            installation.start_worker()
        case "kill_child":
            if pids := children(chance.choice(installation.workers)):
                os.kill(chance.choice(pids), signal.SIGKILL)
        case "freeze":
            installation.freeze(chance.choice(installation.workers), LEASE_SECONDS + chance.uniform(0.5, 3))
        case "beat":
            installation.beats.pop().kill()
            installation.start_beat()
        case "broker_emptied":
            parts = ["messages"] if chance.random() < 0.5 else ["messages", "control"]
            for part in parts:
                for path in (installation.state / "broker" / part).iterdir():
                    path.unlink(missing_ok=True)
        case "odd_orders":
            glu.world.plant("alder", chance.choice(PLANTS), times=chance.randint(1, 3))
        case "redis_crash" | "redis_lost" if servers is not None:
            servers.redis.crash(lose=happening.what == "redis_lost")
        case "postgres_crash" if servers is not None:
            servers.postgres.crash()
        case _:
            raise AssertionError(happening)


def calm(glu: RunningSandbox) -> None:
    """No more faults, and nothing happens any more."""
    for shop in glu.world.shops.values():
        shop.faults.calm()
    glu.still()


def become_the_truth(installation: Installation, glu: RunningSandbox) -> None:
    """Wait until each export is the truth. When too many orders went at once a person has to decide, and does."""
    expected = {slug: truth(glu, slug) for slug in KEYS}

    def _equal() -> bool:
        installation.revive()
        if installation.rows("SELECT 1 FROM orders_missingorder WHERE held"):
            installation.python(
                "from glu_admin.tenancy.models import Organisation\nfrom orders.recheck import decide_missing\n"
                "for one in Organisation.objects.all(): decide_missing(one, ask=True)"
            )
        ((count,),) = installation.rows("SELECT count(*) FROM orders_order WHERE gone_at IS NULL")
        if count != sum(map(len, expected.values())):
            return False
        return all(export(installation.environment, slug) == expected[slug] for slug in KEYS)

    try:
        wait_until(_equal, "the mirror equals the truth", every=0.5)
    except AssertionError as error:
        for slug in KEYS:
            error.add_note(difference(export(installation.environment, slug), expected[slug]))
        for table in ("mirrorstate", "missingorder", "mirrorrun WHERE kind = 'reconcile' ORDER BY id DESC LIMIT 4"):
            error.add_note(f"{table}: {installation.rows(f'SELECT * FROM orders_{table}')}")
        raise


def truth(glu: RunningSandbox, slug: str) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in glu.truth(slug)}


def difference(got: dict[int, dict[str, Any]], expected: dict[int, dict[str, Any]]) -> str:
    """In a few words, which orders differ and how."""
    moved = {
        glu_id: {name: (got[glu_id].get(name), value) for name, value in row.items() if got[glu_id].get(name) != value}
        for glu_id, row in expected.items()
        if glu_id in got and got[glu_id] != row
    }
    return f"missing {sorted(expected.keys() - got.keys())}, too many {sorted(got.keys() - expected.keys())}, {moved}"


def compare_with_an_undisturbed_run(installation: Installation, ground: Ground, glu: RunningSandbox) -> None:
    """What holds in any database holds in this one, and its tables are those of a mirror that nothing befell."""
    calmly = ground.installation(glu.url)
    calmly.add(**KEYS)
    expected, got = calmly.told("--mirror", *KEYS), installation.told(*KEYS)
    for slug in KEYS:
        assert got[slug]["broken"] == expected[slug]["broken"] == []
        for table, rows in expected[slug]["tables"].items():
            assert got[slug]["tables"][table] == rows, f"{table} of {slug}"
