"""Figures for monitors: for whoever holds the token alone, read from the rows, by slug only where that is allowed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils.timezone import now
from prometheus_client.parser import text_string_to_metric_families

from glu_admin.celery import QUEUES, app
from glu_admin.heartbeats.rows import note
from orders.mirror.lease import take_lease
from orders.models import MirrorRun, MirrorState
from tests.conftest import GOLF_KEY, HOTEL_KEY, accepted_key
from tests.orders.builders import order, write

TOKEN = "a-token-that-nobody-guesses"
Figures = dict[tuple[str, ...], float]


def ask(token: str = TOKEN, method: str = "get", **headers: str) -> Any:
    return getattr(Client(), method)("/metrics", headers={"Authorization": f"Bearer {token}", **headers})


def told() -> Figures:
    """Every figure by its name and the values of its labels."""
    answer = ask()
    assert answer.status_code == 200
    found = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value for family in found for sample in family.samples
    }


@pytest.fixture
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def desk(house: Any, token: None) -> Any:
    """Two organisations at a moment that stands still; the hotel is the better off."""
    with time_machine.travel(now(), tick=False):
        moment = now()
        for organisation, key, minutes in ((house.hotel, HOTEL_KEY, 1), (house.golf, GOLF_KEY, 10)):
            accepted_key(organisation, key)
            ago = moment - timedelta(minutes=minutes)
            MirrorState.across_organisations.create(
                organisation=organisation, requests_today=40 * minutes, throttled_today=4, requests_day=moment.date()
            )
            for kind, began_at in (("changes", ago), ("changes", ago - timedelta(days=1)), ("transactions", ago)):
                organisation.mirror_runs.create(kind=kind, state=MirrorRun.State.COMPLETE, started_at=began_at)
            organisation.mirror_runs.create(kind="changes", state=MirrorRun.State.FAILED, started_at=moment)
            write(organisation, order(1), order(2), {"id": "x", "total": minutes})
            organisation.orders.update(lines_due_at=None)
            organisation.orders.filter(glu_id=1).update(lines_due_at=moment - timedelta(hours=minutes))
            organisation.orders.filter(glu_id=2).update(lines_due_at=moment + timedelta(hours=1))
        take_lease(house.golf)
        note("bulk")
        with time_machine.travel(moment + timedelta(seconds=30), tick=False):
            yield house


def test_each_organisations_figures_where_the_operator_allows_it(desk: Any, settings: Any) -> None:
    settings.METRICS_ORGANISATIONS = True
    figures = told()
    assert figures["glu_admin_copy_age_seconds", "alder-house"] == pytest.approx(90)
    assert figures["glu_admin_copy_age_seconds", "brae-links"] == pytest.approx(630)
    assert figures["glu_admin_oldest_due_lines_seconds", "brae-links"] == pytest.approx(36_030)
    assert figures["glu_admin_glu_throttled_share", "alder-house"] == pytest.approx(0.1)
    assert figures["glu_admin_glu_requests_today", "brae-links"] == 400
    assert figures["glu_admin_set_aside_rows", "alder-house"] == 1
    assert figures["glu_admin_lease_age_seconds", "brae-links"] == pytest.approx(30)
    assert ("glu_admin_lease_age_seconds", "alder-house") not in figures
    ago = (now() - timedelta(seconds=90)).timestamp()
    assert figures["glu_admin_pass_complete_timestamp_seconds", "alder-house", "transactions"] == pytest.approx(ago)
    assert figures["glu_admin_heartbeat_age_seconds", "bulk"] == pytest.approx(30)
    assert {("glu_admin_queue_length", name) for name in QUEUES} <= figures.keys()
    assert figures["glu_admin_broker_up",] == figures["glu_admin_cache_up",] == 1


def test_without_that_the_worst_or_the_sum(desk: Any) -> None:
    figures = told()
    assert not [name for name in figures if {"alder-house", "brae-links"} & set(name)]
    assert figures["glu_admin_copy_age_seconds",] == pytest.approx(630)
    assert figures["glu_admin_glu_requests_today",] == 440
    assert figures["glu_admin_glu_throttled_share",] == pytest.approx(0.1)
    assert figures["glu_admin_set_aside_rows",] == 2
    ago = (now() - timedelta(seconds=630)).timestamp()
    assert figures["glu_admin_pass_complete_timestamp_seconds", "changes"] == pytest.approx(ago)


def test_who_is_not_copied_is_not_counted(desk: Any) -> None:
    desk.golf.glu_keys.update(paused_at=now())
    assert told()["glu_admin_copy_age_seconds",] == pytest.approx(90)
    desk.hotel.mirror_runs.all().delete()  # a key that has brought nothing yet is late since it was set
    assert told()["glu_admin_copy_age_seconds",] == pytest.approx(30)


def test_messages_that_wait_are_counted(db: None, token: None) -> None:
    before = told()
    for _ in range(3):
        app.send_task("orders.tick", queue="bulk")
    assert told()["glu_admin_queue_length", "bulk"] - before["glu_admin_queue_length", "bulk"] == 3
    with app.connection_for_write() as broker, broker.channel() as channel:
        channel.queue_purge("bulk")  # type: ignore[attr-defined]
    assert [told()["glu_admin_queue_length", name] for name in ("bulk",)] == [0]


def test_an_empty_desk_has_figures_too(db: None, token: None) -> None:
    assert ("glu_admin_broker_up",) in told()


@pytest.mark.parametrize("given", ["", "wrong", TOKEN[:-1], f"{TOKEN}x", "ÿ"])
def test_without_the_token_nothing_is_told(house: Any, token: None, given: str) -> None:
    answer = ask(given)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b"glu_admin" not in answer.content
    assert Client().get("/metrics").status_code == 401


def test_it_is_off_by_default(house: Any, manager_client: Client) -> None:
    assert ask("").status_code == 404
    assert manager_client.get("/metrics").status_code == 404


def test_any_host_may_ask_but_only_to_read(db: None, token: None) -> None:
    assert ask(host="10.1.2.3:8000").status_code == 200
    assert ask(method="post").status_code == 405


def test_a_database_that_is_away_is_said(db: None, token: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Any:
        raise OperationalError("away")

    monkeypatch.setattr("glu_admin.metrics.ages", away)
    answer = ask()
    assert (answer.status_code, answer.content) == (503, b"The database is away.\n")
