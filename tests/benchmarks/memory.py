"""Bar 6: a worker stays small however much there is to copy, and the last orders come as fast as the first.

Real workers, started by beat's tick: the pool of threads as `make demo` has it, and the pool of processes as
compose.yaml has it. Of a pool of processes each is counted by what it alone costs (PSS): what they share since the
fork is in memory once, and RSS would count it once for each; that sum is printed too.
"""

import sys
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import POSTGRESQL, REDIS, Glu, Place, Process, add, databases, place, sandbox, stop

FEW, MANY = 3000, 30_000
MOST_MB, FLAT, LINEAR = 150, 1.1, 0.8
POOLS = {
    "threads": ("--pool", "threads", "--concurrency", "3"),
    "processes": ("--pool", "prefork", "--concurrency", "4"),
}
_MINUTES = 10


@dataclass
class _Load:
    """What was seen during one first load: megabytes at the most, and when each tenth of the orders had been read."""

    rss: float = 0
    pss: float = 0
    tenths: list[float] = field(default_factory=list)


def run(bars: Bars) -> None:
    """Both pools, few orders and many."""
    database = databases()[-1]
    broker = REDIS if database == POSTGRESQL else ""
    loads: dict[tuple[str, int], _Load] = {}
    for count in (FEW, MANY):
        for pool in POOLS:
            with sandbox(("hotel", count)) as glu, place(database, glu, broker=broker) as here:
                loads[pool, count] = _first_load(here, glu, pool, count)
    for pool in POOLS:
        few, many = loads[pool, FEW], loads[pool, MANY]
        bars.heading(f"A worker's memory and speed from {FEW:,} to {MANY:,} orders, pool of {pool}, {database}")
        bars.figure(f"RSS of the worker and its children at {FEW:,} orders", few.rss, "MB")
        bars.figure(f"RSS of the worker and its children at {MANY:,} orders", many.rss, "MB")
        bars.figure(f"PSS of the worker and its children at {FEW:,} orders", few.pss, "MB")
        size = (lambda load: load.rss) if pool == "threads" else (lambda load: load.pss)
        bars.at_most(f"{'RSS' if pool == 'threads' else 'PSS'} at {MANY:,} orders, MB", size(many), MOST_MB)
        bars.at_most(f"{MANY:,} orders / {FEW:,} orders", size(many) / size(few), FLAT)
        spans = [later - earlier for earlier, later in pairwise(many.tenths)]
        bars.figure("orders a second over all", MANY / (many.tenths[-1] - many.tenths[0]))
        bars.at_least("speed of the last tenth / of the first", spans[0] / spans[-1], LINEAR)


def _first_load(here: Place, glu: Glu, pool: str, count: int) -> _Load:
    add(here, "hotel")
    celery = (sys.executable, "-m", "celery", "-A", "glu_admin.celery")
    quiet = ("--without-gossip", "--without-mingle", "--loglevel", "ERROR")
    worker = here.start(*celery, "worker", "--queues", "interactive,changes,bulk", *POOLS[pool], *quiet)
    beat = here.start(*celery, "beat", "--pidfile=", "--loglevel", "ERROR")
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
        sizes = [_sizes(pid) for pid in _family(worker.pid)]
        load.rss = max(load.rss, sum(rss for rss, _ in sizes))
        load.pss = max(load.pss, sum(pss for _, pss in sizes))
        time.sleep(0.2)
    return load


def _family(pid: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _sizes(pid: int) -> tuple[float, float]:
    """RSS and PSS of a process in megabytes; nothing of one that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    sizes = {words[0]: int(words[1]) / 1024 for words in map(str.split, lines[1:])}
    return sizes.get("Rss:", 0), sizes.get("Pss:", 0)
