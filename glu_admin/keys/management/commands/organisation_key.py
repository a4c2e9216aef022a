"""manage.py organisation_key SLUG: the organisation's Glu key, from standard input; or --show, --retry, --remove."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from glu_admin.keys.lifecycle import closed, current_key, keys_of, remove_key
from glu_admin.keys.management.key_input import read_key, take_key, tried
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.management.naming import organisation_called
from glu_admin.tenancy.models import Organisation


class Command(BaseCommand):
    """Exit 0 only when Glu accepts the key."""

    help = "Give an organisation a Glu key, read from standard input; it is used once Glu has accepted it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation's slug; and `--show`, `--retry` or `--remove` where no new key is to be read."""
        parser.add_argument("slug")
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument("--show", action="store_true", help="what is known of its keys, and how each ends")
        instead.add_argument("--retry", action="store_true", help="try the keys again that Glu has not accepted")
        instead.add_argument("--remove", action="store_true", help="forget its keys; the orders stay")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and try a new key from standard input, or show, retry or remove the one that is there."""
        organisation = organisation_called(options["slug"])
        if options["show"]:
            self._show(organisation)
        elif options["remove"]:
            self._remove(organisation)
        elif options["retry"]:
            self._retry(organisation)
        else:
            self._try(organisation, [take_key(organisation, read_key())])

    def _show(self, organisation: Organisation) -> None:
        keys = keys_of(organisation)
        if not keys:
            self.stdout.write("There is no key.")
        for key in keys:
            when = localtime(key.set_at, organisation.zone).isoformat(" ", "minutes")
            parts = [f"ends in {key.last_four}", f"set {when}", GluKey.State(key.state).label.lower()]
            if key.opens:
                parts.append(f"opens {key.opens}")
            if key.paused_at:
                parts.append("copying is paused")
            self.stdout.write(f"{GluKey.Slot(key.slot).label}: {', '.join(parts)}. {key.detail}".rstrip())
            if why := closed(key, canary=True):
                self.stdout.write(why)

    def _remove(self, organisation: Organisation) -> None:
        if not keys_of(organisation):
            raise CommandError("There is no key.")
        remove_key(organisation)
        self.stdout.write("Removed. The orders that were copied stay.")

    def _retry(self, organisation: Organisation) -> None:
        waiting = [key for key in keys_of(organisation) if key.state != GluKey.State.ACCEPTED]
        if not waiting:
            raise CommandError("There is no key that waits to be tried.")
        self._try(organisation, waiting)

    def _try(self, organisation: Organisation, keys: list[GluKey]) -> None:
        words = [tried(key) for key in keys]
        if any(key.state == GluKey.State.ACCEPTED for key in keys):
            self.stdout.write("\n".join(words))
            return
        before = current_key(organisation)
        if before is not None and before.state == GluKey.State.ACCEPTED:
            words.append(f"The key ending in {before.last_four} stays in use.")
        raise CommandError(" ".join(words))
