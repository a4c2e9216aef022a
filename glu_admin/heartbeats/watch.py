"""A worker watches over itself: one whose queue stands still, though all it needs is there, ends to be started anew.

It can be connected, answer pings and yet take nothing, after its broker was restarted or a connection went silent.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Collection
from enum import Enum
from typing import Any

from celery.signals import task_received, worker_ready
from django.conf import settings
from django.db import Error, close_old_connections

from glu_admin.broker import broker_state
from glu_admin.heartbeats.rows import BEAT, ages, touch

logger = logging.getLogger(__name__)

_MISSED = 4  # heartbeats in a row, after which beat or this process itself was away
_GRACE_SECONDS = 30.0  # for the slices under way; less than the supervisor's own patience


class Verdict(Enum):
    """What reading the rows found."""

    FLOWS = "flows"
    UNKNOWN = "unknown"
    """What it needs (database, beat, broker) was away, or is back for too short a time to blame the worker."""
    STANDS_STILL = "stands still"


class Watch:
    """What one worker knows of its queues. `clock` runs in seconds and never goes back."""

    def __init__(self, queues: Collection[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._queues, self._clock = frozenset(queues), clock
        self._judged_at = self._fair_since = self._taken_at = clock()
        self._time = time.time()

    def took(self) -> None:
        """This worker has taken a message."""
        self._taken_at = self._clock()

    def judge(self) -> Verdict:
        """Judge by the rows of signs of life whether this worker stands still.

        It does when its queues are late, or when it took nothing, although all it needs was there for long.
        """
        moment, patience = self._clock(), settings.HEARTBEAT_LATE_SECONDS
        try:
            found = {age.name: age for age in ages()}
        except Error:
            self._fair_since = moment
            return Verdict.UNKNOWN
        beat = found[BEAT].seconds
        nothing_sent = beat is None or beat > _MISSED * settings.HEARTBEAT_SECONDS
        if self._slept(moment) or nothing_sent or broker_state() != "ok":
            self._fair_since = moment
        flows = all(found[name].state == "ok" for name in self._queues)
        # Of several workers one may take nothing while the others keep the rows fresh.
        flows = flows and moment - self._taken_at <= 2 * patience
        if flows:
            return Verdict.FLOWS
        return Verdict.STANDS_STILL if moment - self._fair_since > patience else Verdict.UNKNOWN

    def _slept(self, moment: float) -> bool:
        """Whether this process or the whole machine stood still since it last judged, or a clock was moved."""
        longest, clock, self._judged_at = _MISSED * settings.HEARTBEAT_SECONDS, self._judged_at, moment
        wall, self._time = self._time, time.time()
        return moment - clock > longest or abs(self._time - wall) > longest


def connect() -> None:
    """Let every worker of this process watch over itself."""
    worker_ready.connect(_begin)


def _begin(sender: Any, **_: Any) -> None:
    watch = Watch([queue.name for queue in sender.task_consumer.queues])
    task_received.connect(lambda **_: watch.took(), weak=False)
    threading.Thread(target=_go_on, args=(watch,), daemon=True, name="heartbeats").start()


def _go_on(watch: Watch) -> None:
    pause = threading.Event()
    while not pause.wait(settings.HEARTBEAT_SECONDS):
        try:
            close_old_connections()
            verdict = watch.judge()
            if verdict == Verdict.FLOWS:
                touch()
        except Exception:
            logger.exception("the worker could not watch over itself; it tries again")
            continue
        if verdict == Verdict.STANDS_STILL:
            logger.critical("this worker takes nothing from its queues and ends itself, to be started anew")
            os.kill(os.getpid(), signal.SIGTERM)
            pause.wait(_GRACE_SECONDS)
            os._exit(os.EX_TEMPFAIL)
