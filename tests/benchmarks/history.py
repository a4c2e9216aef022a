"""Bar 1: a first mirror of 3,000 orders with their lines takes hardly longer than its requests must.

The least number of requests is the pages of 30 of the lists of orders and of transactions, one request for each order's
lines, and one more for each order with more lines than a page holds: those really have a second page. The bound is that
number, times the latency, by the number of connections. It is counted from the sandbox's own truth, not from what was
sent. The processor time an order is what is left to wait for where Glu answers at once.
"""

import http.client
import math
import statistics
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import Glu, add, databases, key_of, place, sandbox

ORDERS, PAGE, CONNECTIONS, RUNS = 3000, 30, 16, 5
LATENCIES = ((0.2, 1.15), (0.05, 1.25))
MOST_REQUESTS = 1.03
MOST_PROCESSOR_MS = 2.7  # half of what it was when the bar was set, 5.3 ms on that machine


def run(bars: Bars) -> None:
    """Measure on every database, the latencies taking turns."""
    with sandbox(("hotel", ORDERS)) as glu:
        truth = glu.truth("hotel")
        more = sum(max(math.ceil(len(row["lines"]) / PAGE) - 1, 0) for row in truth.values())
        pages = math.ceil(len(truth) / PAGE) + math.ceil(glu.transactions("hotel") / PAGE)
        least = pages + len(truth) + more
        bars.heading(f"History of {ORDERS:,} orders with lines, {CONNECTIONS} connections; medians of {RUNS} runs")
        bars.figure(f"least requests: {pages} pages, {len(truth):,} orders, {more} longer", least)
        _capacity(bars, glu, min(truth))
        runs: dict[tuple[str, float], list[dict[str, Any]]] = {}
        for _ in range(RUNS):
            for database in databases():
                for latency, _bar in LATENCIES:
                    runs.setdefault((database, latency), []).append(_first_mirror(database, glu, latency))
        for (database, latency), found in runs.items():
            _judge(bars, database, latency, found, least)


def _judge(bars: Bars, database: str, latency: float, found: list[dict[str, Any]], least: int) -> None:
    bound = least * latency / CONNECTIONS
    walls = sorted(copied["seconds"] for copied in found)
    what = f"{database}, {latency * 1000:.0f} ms"
    bars.figure(
        f"{what}: bound {bound:.2f} s; runs {' '.join(f'{wall:.2f}' for wall in walls)} s; median",
        walls[len(walls) // 2],
        "s",
    )
    processor = statistics.median(copied["processor"] for copied in found)
    bars.at_most(f"{what}: processor time of the mirror an order, in ms", processor / ORDERS * 1000, MOST_PROCESSOR_MS)
    bars.figure(f"{what}: processor time / bound", processor / bound)
    bars.figure(f"{what}: processor time of the sandbox", statistics.median(copied["sandbox"] for copied in found), "s")
    bars.at_most(f"{what}: wall / bound", statistics.median(walls) / bound, dict(LATENCIES)[latency])
    bars.at_most(f"{what}: requests / least", max(copied["requests"] for copied in found) / least, MOST_REQUESTS)


def _first_mirror(database: str, glu: Glu, latency: float) -> dict[str, Any]:
    with place(database, glu, MIRROR_CONNECTIONS=str(CONNECTIONS)) as here:
        add(here, "hotel")
        glu.control("faults", organisation="hotel", latency_ms=latency * 1000)
        before, used = glu.counts("hotel").total(), glu.processor_seconds()
        found = here.measure("mirror", "hotel")
        found["requests"] = glu.counts("hotel").total() - before
        found["sandbox"] = glu.processor_seconds() - used
        glu.control("faults", organisation="hotel", latency_ms=0)
        return found


def _capacity(bars: Bars, glu: Glu, order: int, requests: int = 4000, threads: int = 8) -> None:
    """How fast the sandbox itself answers line requests without latency, so that it is known not to be what limits."""

    def _ask() -> None:
        connection = http.client.HTTPConnection(urlsplit(glu.url).netloc)
        for _ in range(requests // threads):
            connection.request("GET", f"/orders/{order}/lines?page=1", headers={"x-api-key": key_of("hotel")})
            connection.getresponse().read()
        connection.close()

    workers = [threading.Thread(target=_ask) for _ in range(threads)]
    begun, used = time.perf_counter(), glu.processor_seconds()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - begun
    bars.figure("the sandbox alone, without latency", requests / seconds, "requests/s")
    bars.figure("its processor time for a request", (glu.processor_seconds() - used) / requests * 1000, "ms")
