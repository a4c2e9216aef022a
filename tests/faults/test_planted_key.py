"""A key is planted, everything goes wrong that can, and the key is looked for wherever something is kept or said."""

import base64
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import fields

import pytest

from glu_admin.sandbox.faults import Faults
from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.shop import Shop
from glu_admin.sandbox.world import SandboxOrganisation
from tests.faults.installation import Ground, Installation
from tests.faults.needles import files, where
from tests.faults.pages import Desk
from tests.journeys.processes import stop, wait_until
from tests.patience import HANG_SECONDS

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]

KEY, WRONG_KEY = "planted-2c9f7b61e4d80a35", "mistyped-9e01c7d25ab8f346"
SETTINGS = {
    "LOG_LEVEL": "DEBUG",
    "GLU_RETRIES": "0",
    "MIRROR_ORGANISATION_EVERY_SECONDS": "1",
    "MIRROR_TRAILING_EVERY_SECONDS": "1",
    "MIRROR_WHOLE_EVERY_SECONDS": "2",
    "MIRROR_REFRESH_EVERY_SECONDS": "1",
    "MIRROR_LINES_MAX_AGE_SECONDS": "4",
}
PARAMETERS = {"seed", "stale_s", "churn_deletes", "churn_lines", "rate_limit_retry_after", "retry_after_seconds"}
# One after the other; the key's own come apart, as a person has to act after them.
FAULTS = {
    "latency_ms": 30,
    "rate_limit": 4,
    "error_rate": 1,
    "reset_rate": 1,
    "truncated_rate": 1,
    "slow_body_ms": 100,
    "html_rate": 1,
    "wrong_body_rate": 1,
    "slow_headers_ms": 100,
    "clock_skew_s": 86_400,
    "page_size": 7,
    "short_page_rate": 1,
    "shuffle_ties": True,
    "ignore_filters_rate": 1,
    "exclusive_bounds": True,
    "wrong_order_rate": 1,
    "stale_rate": 1,
    "age_s": 600,
    "ignore_page": True,
    "vanish": 0.2,
    "churn_rate": 1,
    "late_commit_s": 1,
    "relations": "objects",
    "unknown_fields": True,
    "unknown_statuses": True,
    "lines_broken": True,
    "lines_error_rate": 0.5,
    "lines_empty_rate": 0.5,
    "swapped": "brae",
    "no_organisation": True,
    "honour_offsets": True,
    "bad_dates_400": True,
    "extras": True,
    "nulls_shown": True,
    "rate_headers": True,
}


@pytest.fixture
def glu() -> Iterator[RunningSandbox]:
    organisations = [
        SandboxOrganisation("alder", "Alder House", KEY, seed=3, count=60),
        SandboxOrganisation("brae", "Brae Links", "another-key-0001", seed=4, count=60),
    ]
    with RunningSandbox(organisations, every=0.5) as running:
        yield running


def test_the_key_is_nowhere(ground: Ground, glu: RunningSandbox) -> None:
    assert {field.name for field in fields(Faults)} == {*FAULTS, *PARAMETERS, "revoked"}
    installation, shop = ground.installation(glu.url, **SETTINGS), glu.world.shops["alder"]
    desk = Desk(installation)
    try:
        installation.start_beat(level="DEBUG")
        installation.start_worker(level="DEBUG")
        desk.post("/o/alder/key/set/", page="/o/alder/key/", secret=KEY)
        wait_until(lambda: len(installation.rows("SELECT 1 FROM orders_orderline")) > 60, "orders are copied")
        every_fault(shop)
        the_key_is_refused_for_a_while(installation, desk, shop)
        a_wrong_key_is_tried(installation, desk)
        the_client_breaks(installation)
        texts = everything_said(installation, desk)
    finally:
        stop(desk.process)
        installation.kill()
    texts |= everything_kept(installation)
    assert where("Alder House", texts), "nothing was looked at"
    assert where(KEY, texts) == []
    assert where(WRONG_KEY, texts) == []


def every_fault(shop: Shop) -> None:
    """Each for a moment, long enough to be met."""
    for name, value in FAULTS.items():
        setattr(shop.faults, name, value)
        shop.faults.churn_deletes = shop.faults.churn_lines = name == "churn_rate"
        asked, ends_at = answers(shop), time.monotonic() + 5
        wait_until(lambda: answers(shop) > asked + 5 or time.monotonic() > ends_at, "Glu is asked", every=0.05)  # noqa: B023
        shop.faults.calm(everything=True)


def answers(shop: Shop) -> int:
    return shop.requests.total() + shop.mishaps.total()


def the_key_is_refused_for_a_while(installation: Installation, desk: Desk, shop: Shop) -> None:
    shop.faults.revoked = True
    wait_until(lambda: "refused" in states(installation), "the key is refused")
    shop.faults.revoked = False
    desk.post("/o/alder/key/resume/", page="/o/alder/key/")
    wait_until(lambda: "accepted" in states(installation), "the key is accepted again")


def a_wrong_key_is_tried(installation: Installation, desk: Desk) -> None:
    desk.post("/o/alder/key/set/", page="/o/alder/key/", secret=WRONG_KEY)
    wait_until(lambda: states(installation) == ["accepted", "refused"], "the mistyped key is refused")


def states(installation: Installation) -> list[str]:
    return [state for (state,) in installation.rows("SELECT state FROM keys_glukey ORDER BY state")]


def the_client_breaks(installation: Installation) -> None:
    """With an exception that nothing expects, and with some whose own words hold the key."""
    for worker in list(installation.workers):
        os.killpg(worker.pid, signal.SIGTERM)
        worker.wait(HANG_SECONDS)
        installation.workers.remove(worker)
    installation.start_worker(app="tests.faults.broken_client", level="DEBUG")
    wait_until(lambda: "RuntimeError: broken on purpose" in installation.logs(), "the worker's log tells of it")
    could_not = "SELECT 1 FROM orders_mirrorstate WHERE last_error LIKE '%could not be reached%'"
    wait_until(lambda: bool(installation.rows(could_not)), "the row tells of it")


def everything_said(installation: Installation, desk: Desk) -> dict[str, bytes]:
    """Every page, export and dump, and what the broker holds."""
    ((glu_id, line_glu_id),) = installation.rows(
        "SELECT o.glu_id, l.glu_id FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id LIMIT 1"
    )
    parts = {"organisation_slug": "alder", "glu_id": glu_id, "line_glu_id": line_glu_id, "way": "next"}
    texts = desk.every_page(**parts, pk=1, slug="none", token="none", batch="none", uidb36="1", key="none")
    for form in ("csv", "jsonl"):
        texts[f"export as {form}"] = installation.manage(
            "export_orders", "alder", "--format", form, "--allow-incomplete"
        ).encode()
    texts["dumpdata"] = installation.manage("dumpdata").encode()
    if installation.servers is not None:
        database = installation.environment["DATABASE_URL"].rpartition("/")[2]
        texts["pg_dump"] = installation.servers.postgres.dump(database).encode()
        texts["Redis"] = installation.servers.redis.everything().encode()
    return texts


def everything_kept(installation: Installation) -> dict[str, bytes]:
    """Logs, databases, messages, pace and caches, as the bytes of their files."""
    folders = [installation.folder]
    if installation.servers is not None:
        folders += [installation.servers.postgres.folder, installation.servers.redis.folder]
    return files(folders)


@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_the_search_finds_what_it_is_made_for(before: str) -> None:
    said = f"{before}{KEY} and more".encode()
    encoded = {"base64": base64.urlsafe_b64encode(said), "hex": said.hex().encode(), "plain": said, "none": b"nothing"}
    assert where(KEY, encoded) == ["base64", "hex", "plain"]
