"""manage.py mirror_status SLUG [--json]: what the mirror page says, for a terminal or a monitor."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from glu_admin.tenancy.models import Organisation
from orders.proof import as_data, mirror_report, needs_a_person


class Command(BaseCommand):
    """Exit 0 when nobody has to do anything, else 1."""

    help = "Say how complete and how fresh an organisation's mirror is; fails when something needs a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation, and the form."""
        parser.add_argument("slug")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report on standard output; what needs a person also on standard error."""
        organisation = Organisation.objects.filter(slug=options["slug"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation “{options['slug']}”.")
        report = mirror_report(organisation)
        data = as_data(report)
        if options["json"]:
            self.stdout.write(json.dumps(data, cls=DjangoJSONEncoder, indent=2))
        else:
            for name, value in data.items():
                if name != "needs_a_person":
                    self._print(name, value)
        if wanting := needs_a_person(report):
            raise CommandError("\n".join(wanting))

    def _print(self, name: str, value: Any, indent: int = 0) -> None:
        label = f"{' ' * indent}{name.replace('_', ' ')}"
        if isinstance(value, dict):
            self.stdout.write(label)
            for inner, one in value.items():
                self._print(inner, one, indent + 2)
        elif isinstance(value, list):
            self.stdout.write(label)
            for one in value:
                words = ", ".join(f"{inner} {got}" for inner, got in one.items() if inner != "name" and got)
                self.stdout.write(f"{' ' * (indent + 2)}{one['name']:24} {words}")
        else:
            self.stdout.write(f"{label:26} {'none' if value is None else value}")
