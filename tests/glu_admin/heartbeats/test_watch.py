"""A worker ends itself when its own queue stands still, and only then: never for what else is away."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from celery.beat import ScheduleEntry
from django.db import OperationalError
from django.utils.timezone import now

from glu_admin.celery import QUEUES, app
from glu_admin.heartbeats import watch as watch_module
from glu_admin.heartbeats.models import Heartbeat
from glu_admin.heartbeats.rows import BEAT, ages, note
from glu_admin.heartbeats.tasks import arrive
from glu_admin.heartbeats.timetable import Timetable
from glu_admin.heartbeats.watch import Verdict, Watch

pytestmark = pytest.mark.django_db
FLOWS, UNKNOWN, STANDS_STILL = Verdict


class World:
    """A worker of two queues in a world whose time only these tests move."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment, self.broker = 1000.0, "ok"
        monkeypatch.setattr(watch_module, "broker_state", lambda: self.broker)
        self.travel = time_machine.travel(now(), tick=False)
        self.time = self.travel.start()
        self.watch = Watch(["changes", "bulk"], clock=lambda: self.moment)

    def minutes(self, count: float, *beating: str, takes: bool = True) -> Verdict:
        """What the last look says after so many minutes in which these gave signs of life."""
        verdict = UNKNOWN
        for _ in range(round(4 * count)):
            self.moment += 15
            self.time.shift(15)
            for name in beating:
                note(name)
            if takes:
                self.watch.took()
            verdict = self.watch.judge()
        return verdict


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    made = World(monkeypatch)
    yield made
    made.travel.stop()


def test_it_flows(world: World) -> None:
    assert world.minutes(10, BEAT, "changes", "bulk") == FLOWS


def test_another_workers_queue_is_none_of_its_business(world: World) -> None:
    note("interactive")
    assert world.minutes(10, BEAT, "changes", "bulk") == FLOWS


def test_one_queue_that_stands_still_is_enough(world: World) -> None:
    assert world.minutes(5, BEAT, "changes", "bulk") == FLOWS
    assert world.minutes(2.75, BEAT, "changes") == FLOWS
    assert world.minutes(0.5, BEAT, "changes") == STANDS_STILL


def test_a_queue_that_never_moved_is_given_its_time(world: World) -> None:
    assert world.minutes(2.75, BEAT) == UNKNOWN
    assert world.minutes(0.5, BEAT) == STANDS_STILL


def test_one_of_several_workers_that_takes_nothing(world: World) -> None:
    assert world.minutes(5.75, BEAT, "changes", "bulk", takes=False) == FLOWS
    assert world.minutes(0.5, BEAT, "changes", "bulk", takes=False) == STANDS_STILL


def test_without_beat_nothing_can_move(world: World) -> None:
    world.minutes(5, BEAT, "changes", "bulk")
    for _ in range(4 * 20):
        assert world.minutes(0.25) != STANDS_STILL
    assert world.minutes(2.75, BEAT) == UNKNOWN  # it is back, and has its time again
    assert world.minutes(0.5, BEAT) == STANDS_STILL


def test_without_the_broker_nothing_can_move(world: World) -> None:
    world.minutes(5, BEAT, "changes", "bulk")
    world.broker = "away"
    for _ in range(4 * 20):
        assert world.minutes(0.25, BEAT) != STANDS_STILL
    world.broker = "ok"
    assert world.minutes(2.75, BEAT) == UNKNOWN
    assert world.minutes(0.5, BEAT, "changes", "bulk") == FLOWS


def test_without_the_database_nothing_is_known(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Any:
        raise OperationalError("away")

    world.minutes(5, BEAT, "changes", "bulk")
    monkeypatch.setattr(watch_module, "ages", away)
    assert world.minutes(20) == UNKNOWN
    monkeypatch.setattr(watch_module, "ages", ages)
    assert world.minutes(2.75, BEAT) == UNKNOWN


@pytest.mark.parametrize("clock", ["process", "machine"])
def test_who_slept_blames_nobody(world: World, clock: str) -> None:
    world.minutes(5, BEAT, "changes", "bulk")
    if clock == "process":
        world.moment += 3600
    world.time.shift(3600)
    assert world.minutes(0.25, BEAT) == UNKNOWN
    assert world.minutes(0.25, BEAT, "changes", "bulk") == FLOWS


def test_a_heartbeat_that_arrives_is_written(world: World) -> None:
    assert {age.name: age.state for age in ages()} == dict.fromkeys((*QUEUES, BEAT), "never")
    arrive("bulk")
    arrive("bulk")
    world.time.shift(100)
    assert {age.name: age.seconds for age in ages()} == {"bulk": 100, **dict.fromkeys(("interactive", "changes", BEAT))}
    world.time.shift(100)
    assert [age.state for age in ages() if age.name == "bulk"] == ["late"]
    world.time.shift(timedelta(days=-1))  # a clock that was set back
    assert [age.seconds for age in ages() if age.name == "bulk"] == [0]


def test_every_queue_gets_one_and_beat_writes_its_own(
    world: World, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glu_admin.heartbeats.timetable.close_old_connections", lambda: None)  # this test's stays open
    sent: list[tuple[str, Any, str]] = []
    settings.HEARTBEAT_FILE = str(tmp_path / "alive")

    class Recording(Timetable):
        def apply_async(self, entry: ScheduleEntry, *_: Any, **__: Any) -> None:
            sent.append((str(entry.task), entry.args, (entry.options or {}).get("queue", "")))

    timetable = Recording(app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    timetable.setup_schedule()
    for entry in timetable.schedule.values():
        timetable.apply_async(entry)
    assert {message for message in sent if message[0] == "heartbeats.arrive"} == {
        ("heartbeats.arrive", (name,), name) for name in QUEUES
    }
    assert timetable.tick() <= settings.HEARTBEAT_SECONDS
    timetable.close()
    assert Heartbeat.objects.get().name == BEAT
    assert (tmp_path / "alive").exists()
