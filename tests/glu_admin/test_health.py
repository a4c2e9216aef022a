"""What probes are told: every part by its name, and ready while pages can be served."""

from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils.timezone import now
from kombu import Connection

from glu_admin.celery import QUEUES
from glu_admin.heartbeats.rows import BEAT, note
from tests.journeys.processes import free_port

pytestmark = pytest.mark.django_db
PARTS = {"database", "migrated", "broker", "cache", "workers", "beat"}


def told(status: int) -> dict[str, Any]:
    answer = Client().get("/readyz")
    assert answer.status_code == status
    said: dict[str, Any] = answer.json()
    assert said.keys() == {"ready", "heartbeats", *PARTS}
    assert said["ready"] is (status == 200)
    return said


def test_all_is_well() -> None:
    for name in (*QUEUES, BEAT):
        note(name)
    said = told(200)
    assert [said[part] for part in PARTS] == ["ok"] * len(PARTS)
    assert said["heartbeats"].keys() == {*QUEUES, BEAT}
    assert all(seconds < 300 for seconds in said["heartbeats"].values())


def test_nothing_works_yet() -> None:
    said = told(200)
    assert (said["workers"], said["beat"]) == ("never", "never")
    assert set(said["heartbeats"].values()) == {None}


def test_one_queue_that_stands_still_is_told() -> None:
    with time_machine.travel(now(), tick=False) as time:
        for name in (*QUEUES, BEAT):
            note(name)
        time.shift(181)
        for name in ("interactive", "changes", BEAT):
            note(name)
        said = told(200)
        assert (said["workers"], said["beat"], said["heartbeats"]["bulk"]) == ("late", "ok", 181)


def test_redis_away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    settings.CELERY_BROKER_URL = url
    settings.CACHES = {"default": {"BACKEND": "glu_admin.caches.RedisOrOwnCache", "LOCATION": url}}
    monkeypatch.setattr("glu_admin.broker._connection", lambda: Connection(url))
    said = told(200)
    assert (said["broker"], said["cache"], said["database"]) == ("away", "away", "ok")


@pytest.mark.parametrize("plan", [["a migration"], OperationalError("away")], ids=["not migrated", "away"])
def test_the_database_is_needed(plan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def waiting(*_: Any) -> Any:
        if isinstance(plan, list):
            return plan
        raise plan

    monkeypatch.setattr("glu_admin.health.MigrationExecutor.migration_plan", waiting)
    said = told(503)
    expected = ("ok", "no") if isinstance(plan, list) else ("away", "unknown")
    assert (said["database"], said["migrated"], said["workers"], said["beat"]) == (*expected, "unknown", "unknown")


def test_health_needs_no_login(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.json()["database"] == "ok"
    assert "broker" in ready.json()
    assert "no-store" in ready.headers["Cache-Control"]

    def away(*args: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("glu_admin.health.MigrationExecutor", away)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "away")


def test_health_asks_nothing_of_the_database(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
