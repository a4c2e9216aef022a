"""manage.py mirror_status SLUG [--json]: what the mirror page says, for a terminal or a monitor."""

import json
from argparse import ArgumentParser
from textwrap import shorten
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from glu_admin.tenancy.management.naming import organisation_called
from orders.management.status_data import as_data
from orders.management.status_text import status_text
from orders.proof.report import mirror_report
from orders.proof.trouble import needs_a_person

_MOST_SAID = 5


class Command(BaseCommand):
    """Exit 0 when nobody has to do anything, else 1."""

    help = "Say how complete and how fresh an organisation's mirror is; fails when something needs a person."

    # No page is made here: to load all of them for Django's checks takes as long as the rest of the start.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation's slug, and `--json`."""
        parser.add_argument("slug")
        parser.add_argument("--json", action="store_true", help="one JSON object, with exact numbers and times in UTC")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report on standard output; in short what needs a person also on standard error."""
        organisation = organisation_called(options["slug"])
        report = mirror_report(organisation)
        wanting = needs_a_person(report)
        if options["json"]:
            self.stdout.write(json.dumps(as_data(report), cls=DjangoJSONEncoder, indent=2))
        else:
            self.stdout.write(status_text(organisation, report))
        if wanting:
            more = [f"and {len(wanting) - _MOST_SAID} more"] if len(wanting) > _MOST_SAID else []
            raise CommandError(
                "\n".join([*(shorten(trouble.what, 100, placeholder=" …") for trouble in wanting[:_MOST_SAID]), *more])
            )
