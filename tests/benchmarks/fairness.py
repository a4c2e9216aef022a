"""Bar 7: an organisation with 100,000 lines to read makes the polls of fifty small ones hardly later.

Real workers with compose.yaml's command; beat ticks every second. A poll's delay is from when it was due, the end of
the one before plus the interval, to its start, both from the rows of the runs. The large organisation is paused and
resumed in turns, so that both kinds of stretch are measured side by side.
"""

import statistics
import sys
import time
from datetime import datetime, timedelta
from itertools import pairwise

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import (
    POSTGRESQL,
    REDIS,
    Glu,
    Place,
    add,
    compose_celery,
    databases,
    place,
    sandbox,
    stop,
    wait_until,
)

SMALL, ORDERS, DUE = 50, 20, 100_000
EVERY, TURNS, SECONDS = 15, 3, 35
LATENCY_MS, GROWS = 50, 1.2
# As Glu might allow it; what the large organisation may take of this machine is not what is measured.
SETTINGS = {
    "GLU_REQUESTS_PER_SECOND": "100",
    "GLU_REQUESTS_PER_SECOND_AT_FIRST": "100",
    "MIRROR_TICK_SECONDS": "1",
    "MIRROR_POLL_MIN_SECONDS": str(EVERY),
    "MIRROR_POLL_MAX_SECONDS": str(EVERY),
}


def run(bars: Bars) -> None:
    """Without and with the large one, in turns."""
    if POSTGRESQL not in databases():
        return
    small = [f"inn{number}" for number in range(SMALL)]
    with sandbox(("large", DUE), *((slug, ORDERS) for slug in small)) as glu:
        for slug in ("large", *small):
            glu.control("faults", organisation=slug, latency_ms=LATENCY_MS)
        with place(POSTGRESQL, glu, broker=REDIS, **SETTINGS) as here:
            add(here, *small)
            worker, beat = (here.start(*compose_celery(service)) for service in ("worker", "beat"))
            try:
                wait_until(lambda: _polled(here) == SMALL, 180)
                here.run([sys.executable, "-m", "tests.benchmarks.measured", "due", "large", str(DUE)])
                _measure(bars, here, glu)
            finally:
                stop(beat)
                stop(worker)


def _measure(bars: Bars, here: Place, glu: Glu) -> None:
    stretches: dict[bool, list[tuple[datetime, datetime]]] = {False: [], True: []}
    read = 0
    for _ in range(TURNS):
        for beside in (False, True):
            _pause(here, "NULL" if beside else "now()")
            time.sleep(5)  # a slice that is under way ends, or the first begins
            before, begun = glu.counts("large")["lines"], _clock(here)
            time.sleep(SECONDS)
            stretches[beside].append((begun, _clock(here)))
            read += (glu.counts("large")["lines"] - before) * beside
    delays = {beside: _delays(here, spans) for beside, spans in stretches.items()}
    bars.heading(f"{SMALL} small organisations polled every {EVERY} s, one with {DUE:,} lines due beside them")
    for beside, found in delays.items():
        what = "with the large one" if beside else "alone"
        high = sorted(found)[int(len(found) * 0.95)]
        bars.figure(
            f"{what}: {len(found)} polls, median delay {statistics.median(found):.2f} s, 95 % {high:.2f} s; mean",
            statistics.mean(found),
            "s",
        )
    bars.figure("lines of the large one read meanwhile, a second", read / TURNS / SECONDS)
    bars.at_most("mean delay with / alone", statistics.mean(delays[True]) / statistics.mean(delays[False]), GROWS)


def _delays(here: Place, spans: list[tuple[datetime, datetime]]) -> list[float]:
    """How late each poll of a small organisation began that was due within the spans."""
    rows = here.sql(
        "SELECT organisation_id, started_at, finished_at FROM orders_mirrorrun "
        f"WHERE kind = 'changes' AND organisation_id <> {_large(here)} AND state = 'complete' ORDER BY 1, 2"
    )
    out = []
    for earlier, later in pairwise(rows):
        due = earlier[2] + timedelta(seconds=EVERY)
        if earlier[0] == later[0] and any(begun <= due < ended for begun, ended in spans):
            out.append((later[1] - due).total_seconds())
    return out


def _polled(here: Place) -> int:
    """Organisations that are copied, lines included, and were polled since."""
    return int(
        here.sql(
            "SELECT count(*) FROM orders_mirrorstate s WHERE history_complete_at IS NOT NULL "
            "AND EXISTS (SELECT FROM orders_mirrorrun r WHERE kind = 'changes' "
            "AND r.organisation_id = s.organisation_id AND r.state = 'complete') AND NOT EXISTS (SELECT FROM "
            "orders_order o WHERE o.organisation_id = s.organisation_id AND lines_due_at IS NOT NULL)"
        )[0][0]
    )


def _pause(here: Place, at: str) -> None:
    here.sql(f"UPDATE keys_glukey SET paused_at = {at} WHERE organisation_id = {_large(here)}")


def _large(here: Place) -> int:
    return int(here.sql("SELECT id FROM tenancy_organisation WHERE slug = 'large'")[0][0])


def _clock(here: Place) -> datetime:
    when: datetime = here.sql("SELECT clock_timestamp()")[0][0]
    return when
