"""manage.py import_orders SLUG < file.jsonl: puts exported orders back through the mirror's writer."""

import json
import sys
import time
from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now
from tqdm import tqdm

from glu_admin.keys.recognition import OtherOrganisationError
from glu_admin.tenancy.models import Organisation
from orders.management.waiting import wait_for_lease
from orders.mirror.counters import recount
from orders.mirror.documents import rewrite_documents
from orders.mirror.lease import Lease
from orders.mirror.restore import with_known_device
from orders.mirror.statistics import analyze
from orders.mirror.upsert import Written, write_orders
from orders.mirror.upsert_lines import LineSet, write_lines

_BATCH = 500


class Command(BaseCommand):
    """Glu's data only; an order that is newer here stays as it is."""

    help = "Read orders as JSON Lines from standard input, as export_orders writes them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation to read into."""
        parser.add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write batch by batch; documents and counters are built at the end."""
        organisation = Organisation.objects.filter(slug=options["slug"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation “{options['slug']}”.")
        lease = wait_for_lease(organisation)
        started, total, pks = time.monotonic(), Written(), set[int]()
        try:
            with tqdm(desc="Orders", unit="", file=sys.stderr) as bar:
                rows = (line for line in sys.stdin.buffer if line.strip())
                number = 0
                while batch := list(islice(rows, _BATCH)):
                    parsed = [self._row(text, number + n) for n, text in enumerate(batch, 1)]
                    pks |= self._write(organisation, lease, parsed, total)
                    number += len(batch)
                    bar.update(len(batch))
        except OtherOrganisationError as error:
            raise CommandError(f"{error.words} The batch was not written.") from None
        finally:
            with lease.writing():
                recount(organisation)
            ordered = sorted(pks)
            for start in range(0, len(ordered), _BATCH):
                with lease.writing():
                    rewrite_documents(organisation, ordered[start : start + _BATCH])
            lease.release()
            analyze()
        seconds = time.monotonic() - started
        self.stderr.write(
            f"{total.created} new, {total.changed} changed, {total.unchanged} the same, {total.stale} older than here, "
            f"{total.set_aside} set aside; {number / seconds:,.0f} orders a second."
        )
        if total.set_aside:
            raise CommandError("Some rows could not be placed; the mirror page lists them.")

    def _row(self, text: bytes, number: int) -> dict[str, Any]:
        try:
            row = json.loads(text)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise CommandError(f"Line {number} is not an order; everything before its batch was written.")
        return row

    def _write(self, organisation: Organisation, lease: Lease, rows: list[dict[str, Any]], total: Written) -> set[int]:
        """One batch in one transaction; the pks whose documents are to be built."""
        lines = {id(row): row.pop("lines", None) for row in rows}
        fetched_at = now()
        with lease.writing():
            known = with_known_device(organisation, rows)
            written = write_orders(organisation, known, fetched_at, derive=False)
            sets = [
                LineSet(written.pks[row["id"]], row["id"], found)
                for row in rows
                if (found := lines[id(row)]) is not None and row.get("id") in written.pks
            ]
            total.set_aside += write_lines(organisation, sets, fetched_at, derive=False)
        for name in ("created", "changed", "unchanged", "stale", "set_aside"):
            setattr(total, name, getattr(total, name) + getattr(written, name))
        return set(written.pks.values())
