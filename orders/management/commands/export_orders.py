"""manage.py export_orders SLUG: what a filter finds, to standard output."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from glu_admin.tenancy.models import Organisation
from orders.exports import Shape, completeness, csv_lines, csv_orders, jsonl_orders
from orders.search import Query, count_orders, parse_query, unknown_values

_BROKEN_PIPE = 141  # as a shell says of a program whose output nobody reads any more


class Command(BaseCommand):
    """Streams the same rows the list shows for the same query string."""

    help = "Write an organisation's orders to standard output as CSV or JSON Lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation, the form, and the filter as a list's query string."""
        parser.add_argument("slug")
        parser.add_argument("--format", choices=["csv", "jsonl"], required=True)
        parser.add_argument("--query", default="", help='such as "dispatch=Outstanding&created=2026-01-01..2026-01-31"')
        parser.add_argument("--lines", action="store_true", help="CSV of the orders' lines instead")
        parser.add_argument("--plain", action="store_true", help="CSV for programs: no mark, no guard, times in UTC")
        parser.add_argument("--include-gone", action="store_true", help="JSON Lines: also orders gone at Glu")
        parser.add_argument(
            "--include-device-data",
            action="store_true",
            help="JSON Lines: also the buyers' IP addresses, browsers and user agents, which no download holds",
        )
        parser.add_argument(
            "--allow-incomplete", action="store_true", help="write what is here, also where some is not copied yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file, or say on standard error why there is none."""
        organisation = Organisation.objects.filter(slug=options["slug"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation “{options['slug']}”.")
        query = parse_query(options["query"].removeprefix("?"), organisation)
        problems = [problem.message for problem in (*query.errors, *query.ignored)]
        if problems:
            raise CommandError(" ".join(problems))
        for words in unknown_values(organisation, query.criteria):
            self.stderr.write(words)
        self._say_what_is_missing(organisation, query, options)
        out = sys.stdout.buffer
        try:
            for text in self._texts(organisation, query.all_orders(), options):
                out.write(text.encode())
            out.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(_BROKEN_PIPE) from None
        except (DatabaseError, OSError) as error:
            raise CommandError(f"The file broke off and is not whole: {type(error).__name__}.") from error

    def _say_what_is_missing(self, organisation: Organisation, query: Query, options: dict[str, Any]) -> None:
        shape: Shape = "json" if options["format"] == "jsonl" else "lines" if options["lines"] else "orders"
        lacking = completeness(organisation, query.criteria).lacking(shape)
        if not lacking:
            return
        said = f"{count_orders(organisation, query.criteria)} so far; {'; '.join(lacking)}."
        if not options["allow_incomplete"]:
            raise CommandError(f"{said} Nothing was written; --allow-incomplete writes what is here.")
        self.stderr.write(f"Incomplete: {said}")

    def _texts(self, organisation: Organisation, query: Query, options: dict[str, Any]) -> Iterator[str]:
        if options["format"] == "jsonl":
            gone, device = options["include_gone"], options["include_device_data"]
            return jsonl_orders(organisation, query, include_gone=gone, include_device=device)
        make = csv_lines if options["lines"] else csv_orders
        return make(organisation, query, excel=not options["plain"])
