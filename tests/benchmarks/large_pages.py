"""Times pages of the largest organisation in this process, through every middleware and template; prints JSON lines.

BENCH_KINDS says which kinds of pages (all: "list search page mirror desk"), BENCH_ROUNDS how often each is asked for.

Of each page: its kind, what it is, how many queries it asks, the median and the 95th percentile of the whole answer,
and the same of its time in the database, and of this process's own processor, in ms; the median of its longest query,
in ms; and how large it is when compressed, in kilobytes.
"""

import json
import os
import statistics
import time
from typing import Any

import django

from tests.benchmarks.signed_in import signed_in

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
KINDS = os.environ.get("BENCH_KINDS", "list search page mirror desk").split()

SORTS = [f"sort={sign}{name}" for name in ("created", "updated", "total", "scheduled") for sign in ("-", "")]
FILTERS = [
    "dispatch=Outstanding",
    "payment=Failed",
    "type=Ticket",
    "channel=",
    "channel=Nowhere",
    "method=Barter",
    "delivery=Pigeon",
    "gone=only",
    "dispatch=Dispatched&payment=Paid",
    "dispatch=Outstanding&payment=Failed",
    "created=-30d..",
    "total=50..60",
]
SEARCHES = {
    "frequent name": "smith",
    "name": "wilkinson",
    "part of a name": "harwel",
    "only in old orders": "millennium",
    "two words": "{first} {last}",
    "whole e-mail": "{email}",
    "part of an e-mail": "{email_part}",
    "domain": "proton.example",
    "postcode": "{postcode}",
    "order number": "{glu_id}",
    "words of a message": '"happy birthday"',
    "product": "twilight",
    "two letters, frequent": "jo",
    "two letters, rare": "zq",
    "nothing found": "nobodyiscalledthis",
}

DESK = {
    "home": "",
    "its numbers beside the sections": "queues/counts/",
    "dispatch": "queues/dispatch/",
    "dispatch, history": "queues/dispatch/history/",
    "payments": "queues/payment/",
    "what changed since one looked": "changes/",
    "notes for one": "notes/",
    "list, late": "orders/?has=late",
    "list, waiting longer than usual": "orders/?has=stuck",
    "list, odd": "orders/?has=lint",
    "list, by age": "orders/?sort=-age",
    "report, a year by month": "reports/?period=year",
    "report, a month by day": "reports/?period=last-month",
    "report on money back, a year": "reports/back/?period=year",
    "report on times, a year": "reports/times/?period=year",
}


def main() -> None:
    """Ask for each ROUNDS times."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    from glu_admin.tenancy.models import Organisation

    settings.ALLOWED_HOSTS = ["testserver"]
    organisation = Organisation.objects.get(slug="org1")
    client = signed_in(organisation, "bench@desk.example", "manager")
    base = "/o/org1/orders/"
    some = organisation.orders.exclude(customer_email_address="").order_by("pk")[organisation.orders.count() // 3]
    known = {
        "first": some.customer_first_name, "last": some.customer_last_name, "email": some.customer_email_address,
        "email_part": str(some.customer_email_address)[3:14], "postcode": some.billing_address_postcode,
        "glu_id": some.glu_id,
    }  # fmt: skip
    pages = [("list", "list", base)]
    pages += [("list", f"list, {sort}", f"{base}?{sort}") for sort in SORTS]
    pages += [("list", f"list, {sort}, a later page", _later(client, f"{base}?{sort}")) for sort in SORTS]
    pages += [("list", f"list, {asked}", f"{base}?{asked}") for asked in FILTERS]
    pages += [("list", f"list, {asked}, by total", f"{base}?{asked}&sort=-total") for asked in FILTERS]
    pages += [("search", f"search, {what}", f"{base}?q={text.format(**known)}") for what, text in SEARCHES.items()]
    line = some.lines.all()[0]
    pages += [
        ("page", "order", f"{base}{some.glu_id}/"),
        ("page", "line", f"{base}{some.glu_id}/lines/{line.glu_id}/"),
        ("mirror", "mirror", "/o/org1/mirror/"),
        ("page", "exports", "/o/org1/exports/"),
    ]
    pages += [("desk", what, f"/o/org1/{path}") for what, path in DESK.items()]
    for kind, what, path in (page for page in pages if page[0] in KINDS):
        whole, database, processor, longest = [], [], [], []
        for _ in range(ROUNDS + 2):
            asked: list[float] = []
            with connection.execute_wrapper(_timing(asked)):
                begun, used = time.perf_counter(), time.process_time()
                response = client.get(path, headers={"accept-encoding": "gzip"})
                whole.append((time.perf_counter() - begun) * 1000)
                processor.append((time.process_time() - used) * 1000)
            assert response.status_code == 200, (path, response.status_code)
            database.append(sum(asked) * 1000)
            longest.append(max(asked, default=0) * 1000)
        figures = [_middle_and_high(times[2:]) for times in (whole, database, processor)]  # the first two fill caches
        figures += [(statistics.median(longest[2:]), len(response.content) / 1000)]
        print(json.dumps([kind, what, len(asked), *(each for pair in figures for each in pair)]), flush=True)


def _middle_and_high(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)]


def _later(client: Any, path: str) -> str:
    """The page after the page after the one at a path."""
    for _ in range(2):
        text = client.get(path).content.decode()
        path = text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    return path


def _timing(asked: list[float]) -> Any:
    """An execute wrapper that notes how long each statement takes."""

    def _time(execute: Any, *arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            asked.append(time.perf_counter() - begun)

    return _time


if __name__ == "__main__":
    main()
