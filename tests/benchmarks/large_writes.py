"""Times pages of 30 orders written into the largest organisation; prints a JSON line of each kind of page.

Of each: what it is, the median ms of a page with its transaction, and the rows written by table.
The orders are the newest ones as Glu would send them, first as they are, then with other statuses, then other names.
"""

import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

from tests.benchmarks.measured import counting

PAGE, PAGES = 30, int(os.environ.get("BENCH_PAGES", "40"))


def main() -> None:
    """Write each kind of page PAGES times."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
    django.setup()
    from django.utils.timezone import now

    from glu_admin.tenancy.models import Organisation
    from orders.payload import payload, time_text

    organisation = Organisation.objects.get(slug="org1")
    newest = organisation.orders.order_by("-created_at")[: PAGE * PAGES]
    rows = [payload(order) for order in newest]
    pages = [rows[first : first + PAGE] for first in range(0, len(rows), PAGE)]
    moment = now() + timedelta(days=30)  # later than any stamp of the fill
    _written(organisation, pages, moment)  # the fill did not make their hashes

    def _later(minutes: int) -> str:
        return time_text(moment + timedelta(minutes=minutes))

    def _status(row: dict[str, Any]) -> dict[str, Any]:
        other = "Packed" if row.get("dispatchStatus") == "Dispatched" else "Dispatched"
        return {**row, "dispatchStatus": other, "updatedAt": _later(1)}

    def _name(row: dict[str, Any]) -> dict[str, Any]:
        return {**_status(row), "customerName": f"Ines {row['id']}", "updatedAt": _later(2)}

    kinds: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "unchanged": dict,
        "only a status changed": _status,
        "a name changed": _name,
    }
    for what, change in kinds.items():
        times, written = _written(organisation, [list(map(change, page)) for page in pages], moment)
        print(json.dumps([what, statistics.median(times) * 1000, written]), flush=True)


def _written(organisation: Any, pages: list[list[dict[str, Any]]], moment: Any) -> tuple[list[float], dict[str, int]]:
    """How long each page takes, in seconds, and the rows written by table."""
    from django.db import connection, transaction

    from glu_admin.glu.lists import read_rows
    from orders.mirror.writing.orders import write_orders

    times = []
    written: Counter[str] = Counter()
    with connection.execute_wrapper(counting(written)):
        for page in pages:
            begun = time.perf_counter()
            with transaction.atomic():
                write_orders(organisation, read_rows(page), moment)
            times.append(time.perf_counter() - begun)
    return times, dict(written)


if __name__ == "__main__":
    main()
