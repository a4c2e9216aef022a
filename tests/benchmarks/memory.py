"""Bar 6: a worker stays small however much there is to copy, and the last orders come as fast as the first.

A real worker with compose.yaml's command, started by beat's tick.
"""

import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import (
    POSTGRESQL,
    REDIS,
    Glu,
    Place,
    Process,
    add,
    compose_celery,
    databases,
    place,
    sandbox,
    stop,
)

FEW, MANY = 3000, 30_000
MOST_MB, FLAT, LINEAR = 150, 1.1, 0.8
_MINUTES = 10


@dataclass
class _Load:
    """What was seen during one first load: megabytes at the most, and when each tenth of the orders had been read."""

    rss: float = 0
    tenths: list[float] = field(default_factory=list)


def run(bars: Bars) -> None:
    """Few orders and many."""
    database = databases()[-1]
    broker = REDIS if database == POSTGRESQL else ""
    loads = {}
    for count in (FEW, MANY):
        with sandbox(("hotel", count)) as glu, place(database, glu, broker=broker) as here:
            loads[count] = _first_load(here, glu, count)
    few, many = loads[FEW], loads[MANY]
    bars.heading(f"A worker's memory and speed from {FEW:,} to {MANY:,} orders, {database}")
    bars.figure(f"RSS at {FEW:,} orders", few.rss, "MB")
    bars.at_most(f"RSS at {MANY:,} orders, MB", many.rss, MOST_MB)
    bars.at_most(f"{MANY:,} orders / {FEW:,} orders", many.rss / few.rss, FLAT)
    spans = [later - earlier for earlier, later in pairwise(many.tenths)]
    bars.figure("orders a second over all", MANY / (many.tenths[-1] - many.tenths[0]))
    bars.at_least("speed of the last tenth / of the first", spans[0] / spans[-1], LINEAR)


def _first_load(here: Place, glu: Glu, count: int) -> _Load:
    add(here, "hotel")
    worker, beat = (here.start(*compose_celery(service)) for service in ("worker", "beat"))
    try:
        return _watch(glu, worker, count)
    finally:
        stop(beat)
        stop(worker)


def _watch(glu: Glu, worker: Process, count: int) -> _Load:
    load, ends_at = _Load(), time.monotonic() + _MINUTES * 60
    while len(load.tenths) < 11:
        if time.monotonic() > ends_at:
            raise SystemExit(f"The first load of {count:,} orders took longer than {_MINUTES} minutes.")
        read = glu.counts("hotel")["lines"]
        while len(load.tenths) < 11 and read > 0 and read >= len(load.tenths) * count / 10:
            load.tenths.append(time.monotonic())
        load.rss = max(load.rss, sum(map(_rss, _family(worker.pid))))
        time.sleep(0.2)
    return load


def _family(pid: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(descendant for child in children for descendant in _family(int(child)))]


def _rss(pid: int) -> float:
    """What a process has in memory, in megabytes; nothing of one that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Rss:"))
