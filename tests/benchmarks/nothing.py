"""Bar 3: where nothing has changed, nothing is asked twice and nothing is written but the run's own rows."""

from typing import Any

from tests.benchmarks.bars import Bars
from tests.benchmarks.place import Glu, Place, add, databases, place, sandbox

ORDERS = 3000
OWN = {"orders_mirrorrun", "orders_mirrorwindow", "orders_mirrorstate"}


def run(bars: Bars) -> None:
    """Mirror once, then look again in three ways, on every database; counts are exact."""
    with sandbox(("hotel", ORDERS)) as glu:
        for database in databases():
            with place(database, glu, COUNT="1") as here:
                add(here, "hotel")
                here.manage("mirror", "hotel")
                bars.heading(f"Nothing new at {ORDERS:,} orders, {database}")
                # By hand Glu is asked at every run whose the key is; a worker asks when something new is to be written.
                for what, action, identity in (
                    ("manage.py mirror --pass changes", "changes", 1),
                    ("a worker's poll", "poll", 0),
                ):
                    requests, rows = _look(here, glu, action)
                    bars.exactly(f"{what}: requests", requests["orders"] + requests["lines"], 1)
                    bars.exactly(f"{what}: whose is the key", requests["organisation"], identity)
                    others = requests.total() - requests["orders"] - requests["organisation"]
                    bars.exactly(f"{what}: any other requests", others, 0)
                    _rows(bars, what, rows)
                requests, rows = _look(here, glu, "mirror")
                bars.figure("manage.py mirror, late rows and transactions included: requests", requests.total())
                bars.exactly("manage.py mirror: line requests", requests["lines"], 0)
                _rows(bars, "manage.py mirror", rows)
                requests, rows = _look(here, glu, "reconcile")
                bars.figure("the whole history read again: list requests", requests["orders"])
                bars.exactly("the whole history read again: line requests", requests["lines"], 0)
                bars.exactly("the whole history read again: orders written", rows.get("orders_order", 0), 0)
                _rows(bars, "the whole history read again", rows)


def _look(here: Place, glu: Glu, action: str) -> tuple[Any, dict[str, int]]:
    before = glu.counts("hotel")
    found = here.measure(action, "hotel")
    return glu.counts("hotel") - before, found["rows"]


def _rows(bars: Bars, what: str, rows: dict[str, int]) -> None:
    others = {table: count for table, count in rows.items() if table not in OWN and count}
    bars.figure(f"{what}: rows of the run's own", sum(rows.values()) - sum(others.values()))
    bars.exactly(f"{what}: other rows written {others or ''}".rstrip(), sum(others.values()), 0)
