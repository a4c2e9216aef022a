"""manage.py organisation_add NAME [--slug SLUG]: a new organisation, with its Glu key from standard input."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from glu_admin.keys.management.key_input import read_key, take_key, tried
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.addresses import free_slug
from glu_admin.tenancy.models import Organisation


class Command(BaseCommand):
    """Adds an organisation once Glu has accepted its key, or cannot be reached."""

    help = "Add an organisation; its Glu key is read from standard input and tried with Glu while one waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, slug and time zone."""
        parser.add_argument("name")
        parser.add_argument("--slug", help="its part of the address; made from the name if absent")
        parser.add_argument("--timezone", default="Europe/London")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the organisation and its sealed key, or nothing."""
        name, slug = " ".join(options["name"].split()), options["slug"]
        here = Organisation.objects.filter(slug=slug) if slug else Organisation.objects.filter(name__iexact=name)
        if found := here.first():
            another = f"To give it another key: manage.py organisation_key {found.slug}"
            besides = "" if slug else " To add a second one of that name: --slug."
            raise CommandError(f"There is an organisation “{slug or found.name}” already. {another}{besides}")
        try:
            slug = slug or free_slug(name)
            organisation = Organisation(name=name, slug=slug, timezone=options["timezone"])
            organisation.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        secret = read_key()
        with transaction.atomic():
            organisation.save()
            key = take_key(organisation, secret)
        words = self._tried(organisation, key)
        self.stdout.write(f"Added {organisation.name} ({slug}). {words}")
        if key.state == GluKey.State.ACCEPTED:
            self.stdout.write(f"A worker copies its orders now, or run: manage.py mirror {slug}")
        else:
            self.stdout.write(f"A worker tries the key by itself, or run: manage.py organisation_key {slug} --retry")

    def _tried(self, organisation: Organisation, key: GluKey) -> str:
        """What Glu says of the key; an organisation whose key it rejects, or that cannot be tried, is not kept."""
        try:
            words = tried(key)
        except CommandError:
            organisation.delete()
            raise
        if key.state in GluKey.REJECTED:
            organisation.delete()
            raise CommandError(f"{words} Nothing was added.")
        return words
