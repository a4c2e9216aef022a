"""manage.py import_orders SLUG < file.jsonl: puts exported orders back through the mirror's writers."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from glu_admin.keys.recognition import OtherOrganisationError
from glu_admin.tenancy.management.naming import organisation_called
from orders.desk.marks import reattach
from orders.management.order_file import NotAnOrder, orders_in
from orders.management.sessions import wait_for_lease
from orders.mirror.statistics import analyze
from orders.mirror.writing.others import OthersOrders
from orders.mirror.writing.restore import restore

_OTHERS = "--from-another-organisation"


class Command(BaseCommand):
    """Glu's data only; an order that is newer here stays as it is. Exits 0 only when every row was placed."""

    help = "Read orders as JSON Lines from standard input, as export_orders writes them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation to read into."""
        parser.add_argument("slug")
        parser.add_argument(
            _OTHERS,
            action="store_true",
            help="also orders that are known here as another organisation's, or say that they are",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore what comes, and say what became of it."""
        organisation = organisation_called(options["slug"])
        lease = wait_for_lease(organisation)
        started = time.monotonic()
        try:
            with tqdm(desc="Orders", unit="", file=sys.stderr) as bar:
                others = options["from_another_organisation"]
                rows = orders_in(sys.stdin.buffer)
                written = restore(organisation, rows, lease.writing, bar.update, others=others)
        except NotAnOrder as error:
            raise CommandError(f"{error} Everything before its batch was written.") from None
        except OtherOrganisationError as error:
            before = f"; the {bar.n:,} orders before it were" if bar.n else ""
            goes_on = f" {_OTHERS} reads them all the same." if isinstance(error, OthersOrders) else ""
            raise CommandError(f"{error.words} The batch was not written{before}.{goes_on}") from None
        finally:
            lease.release()
            reattach(organisation)
            analyze()
        if not bar.n:  # in a pipe this is how a failed first half is noticed, so it is no success
            raise CommandError("The file holds no order: nothing was read.")
        seconds = time.monotonic() - started
        self.stderr.write(
            f"{written.created} new, {written.changed} changed, {written.unchanged} the same, "
            f"{written.stale} older than here, {written.set_aside} set aside; {bar.n / seconds:,.0f} orders a second."
        )
        if written.set_aside:
            raise CommandError("Some rows could not be placed; the mirror page lists them.")
