"""manage.py glu_probe SLUG [--json]: how Glu behaves where its documentation is silent, asked with GET alone."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from itertools import groupby
from textwrap import fill
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from glu_admin.glu.errors import GluError
from glu_admin.tenancy.management.naming import organisation_called
from glu_admin.tenancy.told import told
from orders.management.sessions import client_by_hand
from orders.models import Finding
from orders.probe.run import keep_report, probe

_COLUMNS = 80


class Command(BaseCommand):
    """Exit 0 when every question was asked, whatever the answers; 1 when Glu refused, was away, or there is no key."""

    help = "Ask Glu how it behaves, compare that with what is assumed, and keep the report for the mirror page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation's slug, and `--json`."""
        parser.add_argument("slug")
        parser.add_argument("--json", action="store_true", help="the findings as JSON instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the findings on standard output."""
        organisation = organisation_called(options["slug"])
        client = client_by_hand(organisation, self.stderr.write)
        try:
            findings = probe(organisation, client)
        except GluError as error:
            raise CommandError(f"The probe did not come to its end: {error.words}") from None
        finally:
            client.close()
        keep_report(organisation, findings)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
        else:
            self._print(findings)
            self.stderr.write(f"{len(findings)} questions, {client.requests} requests, all of them GET.")

    def _print(self, findings: list[Finding]) -> None:
        for group, members in groupby(findings, key=lambda finding: finding.group):
            self.stdout.write(f"\n{told(group).upper()}")
            for finding in members:
                so = f"{finding.mark}, and the mirror relies on it" if finding.breaks else finding.mark
                self.stdout.write(fill(told(finding.what), _COLUMNS, initial_indent="  ", subsequent_indent="  "))
                for name, words in (
                    ("found", told(finding.found)),
                    ("assumed", told(finding.assumed)),
                    ("is it so", so),
                    ("", told(finding.means)),
                ):
                    if words:
                        label = f"    {name:10}"
                        lines = fill(words, _COLUMNS, initial_indent=label, subsequent_indent=" " * len(label))
                        self.stdout.write(lines)
