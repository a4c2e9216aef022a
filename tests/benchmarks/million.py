"""The desk among a million orders: pages and searches of the largest organisation, on both databases.

BENCH_MILLION is how many orders there are between twenty organisations, two in five of them in the largest.
"""

import json
import os
import sys

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import SQLITE, Place, databases, place, sandbox

ORDERS = int(os.environ.get("BENCH_MILLION", "1000000"))


def run(bars: Bars) -> None:
    """On every database that is there."""
    with sandbox(("nobody", 1)) as glu:
        for database in databases():
            with place(database, glu) as here:
                here.run([sys.executable, "-m", "tests.benchmarks.large", str(ORDERS)])
                largest = ORDERS * 2 // 5
                bars.heading(f"The desk at {ORDERS:,} orders, {largest:,} in the organisation asked, {database}")
                _pages(bars, here)
                _stock_admin(bars, here, database)
                _writes(bars, here)


def _pages(bars: Bars, here: Place) -> None:
    for line in here.run([sys.executable, "-m", "tests.benchmarks.large_pages"]).splitlines():
        kind, what, queries, median, high, sql, sql_high, processor, _, longest, size = json.loads(line)
        said = f"{what}, {queries} queries: median ms ({high:.0f} at 95 %)"
        bars.figure(f"{what}: median ms of this process's processor", processor)
        if kind == "search":
            bars.at_most(f"{what}: median ms of the database", sql, 50)
            bars.at_most(f"{what}: ms of the database at 95 %", sql_high, 100)
        else:
            bars.at_most(said, median, {"mirror": 100, "desk": 150}.get(kind, 60))
            if kind == "list":
                bars.at_most(f"{what}: median ms of the database", sql, 5)
            if kind == "desk":
                bars.at_most(f"{what}: median ms of its longest query", longest, 20)
            bars.at_most(f"{what}: kilobytes, compressed", size, 60)


def _stock_admin(bars: Bars, here: Place, database: str) -> None:
    """How many times faster than the change list of Django's own admin the list is."""
    for line in here.run([sys.executable, "-m", "tests.benchmarks.stock_admin"]).splitlines():
        kind, what, ours, theirs = json.loads(line)
        least = 50 if kind == "search" else 25 if database == SQLITE else 10
        said = f"{what}: {ours:.0f} ms where Django's admin takes {theirs:,.0f}, times"
        bars.at_least(said, theirs / ours, least)


def _writes(bars: Bars, here: Place) -> None:
    """How fast pages of 30 orders are written, and that only those whose texts changed touch the search."""
    for line in here.run([sys.executable, "-m", "tests.benchmarks.large_writes"]).splitlines():
        what, median, written = json.loads(line)
        said = f"a page of 30 written, {what}"
        if what == "unchanged":
            bars.at_most(f"{said}: ms", median, 5)
            bars.exactly(f"{said}: rows", sum(written.values()), 0)
        else:
            bars.at_least(f"{said}, in {median:.0f} ms: orders a second", 30_000 / median, 400)
        if what == "only a status changed":
            bars.exactly(f"{said}: documents of the search", written.get("orders_orderdocument", 0), 0)
