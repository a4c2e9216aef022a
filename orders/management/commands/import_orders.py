"""manage.py import_orders SLUG < file.jsonl: puts exported orders back through the mirror's writer."""

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
from orders.management.order_file import NotAnOrder, orders_in
from orders.management.waiting import wait_for_lease
from orders.mirror.lease import Lease
from orders.mirror.statistics import analyze
from orders.mirror.writing.counters import recount
from orders.mirror.writing.documents import rewrite_documents
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import Written, write_orders
from orders.mirror.writing.restore import with_known_device
from orders.payload import listed

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
                rows = orders_in(sys.stdin.buffer)
                number = 0
                while batch := list(islice(rows, _BATCH)):
                    pks |= self._write(organisation, lease, batch, total)
                    number += len(batch)
                    bar.update(len(batch))
        except NotAnOrder as error:
            raise CommandError(f"{error} Everything before its batch was written.") from None
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

    def _write(self, organisation: Organisation, lease: Lease, rows: list[dict[str, Any]], total: Written) -> set[int]:
        """One batch in one transaction; the pks whose documents are to be built."""
        lines = [row.pop("lines", None) for row in rows]
        fetched_at = now()
        with lease.writing():
            known = with_known_device(organisation, rows)
            written = write_orders(organisation, known, fetched_at, derive=False)
            sent = {glu_id: _lines_of(place, rows, lines) for glu_id, place in written.places.items()}
            pks = written.pks | self._without_lines(organisation, set(sent) - set(written.pks))
            sets = [
                LineSet(pk, glu_id, listed(found)) for glu_id, pk in pks.items() if (found := sent[glu_id]) is not None
            ]
            total.set_aside += write_lines(organisation, sets, fetched_at, derive=False)
        for name in ("created", "changed", "unchanged", "stale", "set_aside"):
            setattr(total, name, getattr(total, name) + getattr(written, name))
        return {*written.pks.values(), *(one.order_pk for one in sets)}

    def _without_lines(self, organisation: Organisation, glu_ids: set[int]) -> dict[int, int]:
        """The pks, by Glu's id, of those orders that are here without their lines: a file that has them fills them."""
        unread = organisation.orders.filter(glu_id__in=glu_ids, lines_copied_at=None)
        return dict(unread.values_list("glu_id", "pk"))


def _lines_of(place: int, rows: list[dict[str, Any]], lines: list[Any]) -> Any:
    """The lines that came with the order at a place, or with the same order at another; None if none did."""
    if lines[place] is not None:
        return lines[place]
    return next(
        (found for row, found in zip(rows, lines, strict=True) if found is not None and row == rows[place]), None
    )
