"""The desk: mirrors BENCH_ORDERS orders with their lines, takes them out and in, and times the pages."""

import json
import os
import sys
import time

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import Glu, Place, add, databases, place, sandbox

ORDERS = int(os.environ.get("BENCH_ORDERS", "20000"))
IMPORTED_A_SECOND = 1000
PAGE_MS = 100


def run(bars: Bars) -> None:
    """On every database that is there."""
    with sandbox(("alder", ORDERS)) as glu:
        for database in databases():
            with place(database, glu) as here:
                add(here, "alder", "copy")
                bars.heading(f"The desk at {ORDERS:,} orders, {database}")
                _mirror(bars, here, glu)
                _pages(bars, here)


def _mirror(bars: Bars, here: Place, glu: Glu) -> None:
    before = glu.counts("alder").total()
    first = _timed(here, "mirror", "alder")
    requests = glu.counts("alder").total() - before
    again = _timed(here, "mirror", "alder", "--pass", "changes")
    begun = time.perf_counter()
    file = here.manage("export_orders", "alder", "--format", "jsonl", "--include-device-data")
    exported = time.perf_counter() - begun
    truth = glu.truth("alder")
    equal = {row["id"]: row for row in map(json.loads, file.splitlines())} == truth
    imported = _timed(here, "import_orders", "copy", "--from-another-organisation", stdin=file)
    bars.figure(f"first mirror with lines, {requests:,} requests, in {first:.1f} s", ORDERS / first, "orders/s")
    bars.holds("the mirror equals the truth", equal)
    bars.figure("nothing new, start of the process included", again, "s")
    bars.figure(f"export as JSON Lines, in {exported:.1f} s", ORDERS / exported, "orders/s")
    bars.at_least(f"import of that file, in {imported:.1f} s, orders a second", ORDERS / imported, IMPORTED_A_SECOND)


def _pages(bars: Bars, here: Place) -> None:
    pages = json.loads(here.run([sys.executable, "-m", "tests.benchmarks.pages"]))
    for what, (median, high) in pages.items():
        bars.at_most(f"{what}: median ms ({high:.0f} ms at 95 %)", median, PAGE_MS)


def _timed(here: Place, *arguments: str, stdin: str = "") -> float:
    begun = time.perf_counter()
    here.manage(*arguments, stdin=stdin)
    return time.perf_counter() - begun
