"""manage.py foreign_orders SLUG [--remove]: orders that were copied with a key of another organisation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.template.defaultfilters import pluralize

from glu_admin.keys.lifecycle import candidate_key
from glu_admin.keys.vault import try_key
from glu_admin.tenancy.management.naming import organisation_called
from glu_admin.tenancy.models import Organisation
from orders.foreign import going, strangers, want_everything_removed, want_removed
from orders.management.sessions import session_by_hand, wait_for_lease
from orders.mirror.by_hand import list_everything
from orders.mirror.lease import LeaseLostError
from orders.mirror.removal import remove_wanted
from orders.models import Order

_MOST_LISTED = 20


class Command(BaseCommand):
    """Exit 0 when there are none, or they were removed; else 1."""

    help = "Find the orders that Glu does not show with the organisation's key, and remove them when asked to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation, and what is to be done about what is found."""
        parser.add_argument("slug")
        parser.add_argument("--remove", action="store_true", help="remove them, with their lines and history")
        parser.add_argument("--include-gone", action="store_true", help="those too that are marked as gone from Glu")
        parser.add_argument(
            "--everything",
            action="store_true",
            help="remove all that is here, and let the key take over that opens another organisation",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the whole list at Glu, say what it does not show, and remove it with `--remove`."""
        organisation = organisation_called(options["slug"])
        if options["everything"]:
            self._everything(organisation)
            return
        self._read(organisation)
        found = strangers(organisation, gone=options["include_gone"])
        shown = self._say(organisation, found)
        if not shown:
            return
        if not options["remove"]:
            raise CommandError("Nothing was removed. With --remove they go.")
        if not want_removed(organisation, gone=options["include_gone"], shown=shown):
            raise CommandError("Nothing was removed: what would go has changed just now. Run this again.")
        self._remove(organisation)
        self._read(organisation)
        self.stderr.write(f"Now run: manage.py mirror {organisation.slug}")

    def _read(self, organisation: Organisation) -> None:
        with session_by_hand(organisation, self.stderr.write) as session:
            list_everything(session)

    def _say(self, organisation: Organisation, found: QuerySet[Order]) -> int:
        """What would go, and how many orders that are."""
        what = going(organisation, found)
        if not what.orders:
            self.stdout.write("Glu shows every order that is here.")
            return 0
        self.stdout.write(
            f"Glu does not show {what.orders:,} order{pluralize(what.orders)} that "
            f"{pluralize(what.orders, 'is,are')} here, with {what.lines:,} line{pluralize(what.lines)} and "
            f"{what.changes:,} recorded change{pluralize(what.changes)}; files that were exported since go with them:"
        )
        for order in found[:_MOST_LISTED]:
            why = ""
            if order.gone_at is not None:
                why = ", marked as gone"
            elif order.missing.foreign:
                why = ", Glu has another order under this number"
            self.stdout.write(
                f"  {order.glu_id}: created {order.created_at:%Y-%m-%d %H:%M} UTC, "
                f"copied first {order.first_copied_at:%Y-%m-%d %H:%M} UTC{why}"
            )
        if what.orders > _MOST_LISTED:
            self.stdout.write(f"  and {what.orders - _MOST_LISTED:,} more")
        return what.orders

    def _everything(self, organisation: Organisation) -> None:
        what = going(organisation, organisation.orders.all())
        if not want_everything_removed(organisation):
            raise CommandError("There is no key that opens another organisation. Set it with organisation_key first.")
        self.stdout.write(
            f"Removing all {what.orders:,} orders, {what.lines:,} lines, every transaction and exported file."
        )
        self._remove(organisation)
        key = candidate_key(organisation)
        if key is not None:
            self.stdout.write(f"The key ending in {key.last_four}: {try_key(key).label}.")

    def _remove(self, organisation: Organisation) -> None:
        lease = wait_for_lease(organisation)
        try:
            count = remove_wanted(organisation, lease)
        except LeaseLostError:
            raise CommandError("Another process took over; run this again.") from None
        finally:
            lease.release()
        self.stdout.write(f"Removed {count:,} order{pluralize(count)}.")
