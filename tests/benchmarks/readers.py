"""Reads lines with the product's own client and shared pace: `python -m tests.benchmarks.readers SLUG THREADS`.

Standard input is a JSON list of Glu's order ids; standard output says how many lines each has.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import django


def main(slug: str, threads: str) -> None:
    """Ask for every order until it is answered."""
    django.setup()
    from glu_admin.glu.errors import TooManyRequests
    from glu_admin.keys.vault import client_for
    from glu_admin.tenancy.models import Organisation
    from orders.endpoints import list_lines

    client = client_for(Organisation.objects.get(slug=slug), longest_wait=900)

    def _lines(glu_id: int) -> tuple[int, int]:
        count, page = 0, 1
        while True:
            try:
                rows = list_lines(client, glu_id, page).rows
            except TooManyRequests as error:
                time.sleep(error.retry_after)
                continue
            count += len(rows)
            if len(rows) < 30:
                return glu_id, count
            page += 1

    with ThreadPoolExecutor(int(threads)) as pool:
        print(json.dumps(dict(pool.map(_lines, json.load(sys.stdin)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
