"""manage.py organisation_add NAME [--slug SLUG]: a new organisation, with its Glu key from standard input."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from glu_admin.keys.lifecycle import InvalidKey, set_key
from glu_admin.tenancy.addresses import free_slug
from glu_admin.tenancy.models import Organisation


class Command(BaseCommand):
    """Adds an organisation; the key is read from standard input so that it is in no shell history."""

    help = "Add an organisation; its Glu key is read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, slug and time zone."""
        parser.add_argument("name")
        parser.add_argument("--slug", help="its part of the address; made from the name if absent")
        parser.add_argument("--timezone", default="Europe/London")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the organisation and its sealed key, or nothing."""
        secret = getpass.getpass("Glu key: ") if sys.stdin.isatty() else sys.stdin.readline()
        organisation = Organisation(name=options["name"], timezone=options["timezone"])
        try:
            organisation.slug = options["slug"] or free_slug(options["name"])
            organisation.full_clean()
            with transaction.atomic():
                organisation.save()
                set_key(organisation, secret, None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except InvalidKey as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Added {organisation.name}. A worker tries its key, or run: manage.py mirror {organisation.slug}"
        )
