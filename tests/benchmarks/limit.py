"""Bar 2: of a limit that Glu does not tell, nearly all is used by several processes, and hardly a request is refused.

Three processes read the lines of one organisation through the product's own client and shared pace, kept in Redis and
then in a file; they write nothing, as one organisation has one writer at a time. Then the real mirror of one
organisation, which is one process. The limit is a token bucket of one second's worth, full at the start: what it may
hold when a stretch begins is counted as allowed too.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import POSTGRESQL, REDIS, ROOT, SQLITE, Glu, Place, add, databases, place, sandbox

LIMIT, PROCESSES, THREADS, LATENCY_MS = 100, 3, 8, 50
SETTLED_AFTER, SECONDS = 10, 45
USED, REFUSED = 0.95, 0.01
PACE = {"GLU_REQUESTS_PER_SECOND": "200", "GLU_REQUESTS_PER_SECOND_AT_FIRST": "20"}  # as the settings have them


@dataclass(frozen=True)
class _Reading:
    at: float
    counts: Counter[str]


def run(bars: Bars) -> None:
    """The shared pace by each of its stores, then the mirror itself."""
    with sandbox(
        ("hotel", LIMIT * (SECONDS + 10)), ("inn", 4500)
    ) as glu:  # lines enough to the end of the stretch: pages alone are read one after the other
        for slug in ("hotel", "inn"):
            glu.control("faults", organisation=slug, latency_ms=LATENCY_MS, rate_limit=LIMIT)
        for store, broker in (("Redis", REDIS), ("a file", "")):
            bars.heading(
                f"A limit of {LIMIT}/s, {PROCESSES} processes with {THREADS} threads, the pace shared in {store}"
            )
            with place(SQLITE, glu, broker=broker, **PACE) as here:
                add(here, "hotel")
                _several(bars, here, glu)
        database = databases()[-1]
        bars.heading(f"A limit of {LIMIT}/s, manage.py mirror of one organisation, {database}")
        with place(database, glu, broker=REDIS if database == POSTGRESQL else "", **PACE) as here:
            add(here, "inn")
            _mirror(bars, here, glu)


def _several(bars: Bars, here: Place, glu: Glu) -> None:
    ids = sorted(glu.truth("hotel"))
    wanted = {glu_id: len(row["lines"]) for glu_id, row in glu.truth("hotel").items()}
    command = [sys.executable, "-m", "tests.benchmarks.readers", "hotel", str(THREADS)]
    readers = []
    begun = time.monotonic()
    for number in range(PROCESSES):
        reader = subprocess.Popen(
            command, cwd=ROOT, env=here.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert reader.stdin is not None
        reader.stdin.write(json.dumps(ids[number::PROCESSES]))
        reader.stdin.close()
        readers.append(reader)
    first, last = _stretch(glu, "hotel", lambda: all(reader.poll() is None for reader in readers))
    _judge(bars, first, last)
    read: dict[int, int] = {}
    for reader in readers:
        assert reader.stdout is not None
        read |= {int(glu_id): lines for glu_id, lines in json.load(reader.stdout).items()}
        reader.wait()
    bars.figure("all read after", time.monotonic() - begun, "s")
    bars.exactly("orders whose lines are lost or other than the truth", len(set(wanted.items()) ^ set(read.items())), 0)


def _mirror(bars: Bars, here: Place, glu: Glu) -> None:
    command = [sys.executable, "manage.py", "mirror", "inn"]
    away = subprocess.DEVNULL
    mirror = subprocess.Popen(command, cwd=ROOT, env=here.environment, stdout=away, stderr=away)
    first, last = _stretch(glu, "inn", lambda: mirror.poll() is None)
    _judge(bars, first, last)
    bars.exactly("exit status", mirror.wait(), 0)
    file = here.manage("export_orders", "inn", "--format", "jsonl", "--include-device-data")
    bars.holds(
        "the mirror equals the truth",
        {row["id"]: row for row in map(json.loads, file.splitlines())} == glu.truth("inn"),
    )


def _stretch(glu: Glu, slug: str, going: object) -> tuple[_Reading, _Reading]:
    """What was answered by ten seconds after the first request, and by the last moment at which all were at it."""
    while not glu.counts(slug).total():
        time.sleep(0.02)
    time.sleep(SETTLED_AFTER)
    first = last = _Reading(time.monotonic(), glu.counts(slug))
    while going() and last.at - first.at < SECONDS - SETTLED_AFTER:  # type: ignore[operator]
        time.sleep(0.25)
        now = _Reading(time.monotonic(), glu.counts(slug))
        if going():  # type: ignore[operator]
            last = now
    return first, last


def _judge(bars: Bars, first: _Reading, last: _Reading) -> None:
    counts, seconds = last.counts - first.counts, last.at - first.at
    refused = counts.pop("429", 0)
    answered = counts.total()
    allowed = LIMIT * seconds + LIMIT
    bars.figure(f"answered and refused in {seconds:.1f} s: {answered:,} and {refused}; a second", answered / seconds)
    bars.at_least("share of the limit used", answered / allowed, USED)
    bars.at_most("share answered 429", refused / max(answered + refused, 1), REFUSED)
