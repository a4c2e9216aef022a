"""manage.py export_orders SLUG: what a filter finds, to standard output."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from glu_admin.tenancy.management.naming import organisation_called
from orders.exports import Choice, completeness, csv_texts, jsonl_orders
from orders.search import count_orders, parse_query, unknown_values

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
        organisation = organisation_called(options["slug"])
        query = parse_query(options["query"].removeprefix("?"), organisation)
        if problems := [problem.message for problem in (*query.errors, *query.ignored)]:
            raise CommandError(" ".join(problems))
        for words in unknown_values(organisation, query.criteria):
            self.stderr.write(words)
        choice = Choice(
            shape="json" if options["format"] == "jsonl" else "lines" if options["lines"] else "orders",
            form="plain" if options["plain"] else "excel",
        )
        if lacking := completeness(organisation, query.criteria).lacking(choice.shape):
            said = f"{count_orders(organisation, query.criteria)} so far; {'; '.join(lacking)}."
            if not options["allow_incomplete"]:
                raise CommandError(f"{said} Nothing was written; --allow-incomplete writes what is here.")
            self.stderr.write(f"Incomplete: {said}")
        query = query.all_orders()
        if choice.shape == "json":
            self._write(jsonl_orders(organisation, query, include_device=options["include_device_data"]))
        else:
            self._write(csv_texts(organisation, query, choice, lines=choice.shape == "lines"))

    def _write(self, texts: Iterator[str]) -> None:
        out = sys.stdout.buffer
        try:
            for text in texts:
                out.write(text.encode())
            out.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(_BROKEN_PIPE) from None
        except (DatabaseError, OSError) as error:
            raise CommandError(f"The file broke off and is not whole: {type(error).__name__}.") from error
