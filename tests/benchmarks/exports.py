"""Exports of a large organisation: rows a second, the first byte, and how much memory they take, on both databases."""

import json
import os
import sys

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import POSTGRESQL, databases, place, sandbox

ORDERS = int(os.environ.get("BENCH_MILLION", "1000000"))
ROWS_A_SECOND = {POSTGRESQL: 60_000}
ROWS_A_SECOND_ELSE, XLSX_ROWS_A_SECOND = 30_000, 5_000
FIRST_BYTE_MS, GROWTH_MB = 1000, 32


def run(bars: Bars) -> None:
    """On every database that is there."""
    with sandbox(("nobody", 1)) as glu:
        for database in databases():
            with place(database, glu) as here:
                here.run([sys.executable, "-m", "tests.benchmarks.large", str(ORDERS)])
                told = json.loads(here.run([sys.executable, "-m", "tests.benchmarks.exported"]))
                bars.heading(f"Exports of {told['rows']:,} orders × {told['columns']} columns, {database}")
                bar = ROWS_A_SECOND.get(database, ROWS_A_SECOND_ELSE)
                bars.at_least(f"CSV for Excel ({told['odd']:,} odd rows): rows a second", told["csv"], bar)
                bars.figure("the processor of this process and of the database, a row", told["processor"], "µs")
                bars.at_most("its first byte: ms", told["first_ms"], FIRST_BYTE_MS)
                bars.at_most("memory it took more than before: MB", told["growth_mb"], GROWTH_MB)
                bars.at_least(f"XLSX of {told['xlsx_rows']:,} orders: rows a second", told["xlsx"], XLSX_ROWS_A_SECOND)
