"""Whether a file holds all that its filter asks for, and what is missing from it if not."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import ngettext

from glu_admin.tenancy.models import Organisation
from orders.display.locales import grouped
from orders.exports.choice import Shape
from orders.models import SetAside
from orders.proof.gaps import Extent, extent, is_copied, words_of
from orders.search import OrderCriteria, find_orders


@dataclass(frozen=True)
class Completeness:
    """What is known to be missing from a file, or in doubt.

    `unread` are the found orders whose lines were never read, `suspected` those that Glu did not list lately.
    `set_aside` rows of Glu's could not be placed; no file can hold them.
    """

    zone: ZoneInfo
    extent: Extent
    unread: int = 0
    suspected: int = 0
    set_aside: int = 0

    def lacking(self, shape: Shape) -> list[str]:
        """Sentences that say why a file of this shape is not whole; empty when it is."""
        out = [words_of(self.extent.gaps, self.zone)] if self.extent.gaps else []
        if self.unread and shape != "orders":
            said = ngettext(
                "the lines of %(n)s order not read yet", "the lines of %(n)s orders not read yet", self.unread
            )
            out.append(said % {"n": grouped(self.unread)})
        if self.suspected:
            said = ngettext(
                "%(n)s order in doubt, as Glu did not list them lately",
                "%(n)s orders in doubt, as Glu did not list them lately",
                self.suspected,
            )
            out.append(said % {"n": grouped(self.suspected)})
        return out

    @property
    def until(self) -> datetime | None:
        """Up to when orders are in the file, where its days reach up to now; None where they do not."""
        return self.extent.until


def completeness(organisation: Organisation, criteria: OrderCriteria) -> Completeness:
    """What is known to be missing from a file with the orders that meet the criteria, or in doubt."""
    if not is_copied(organisation):
        return Completeness(organisation.zone, Extent())
    found = find_orders(organisation, criteria).order_by()
    ids = criteria.ids  # orders that are named and here are all that is asked for, whichever days are copied
    named = bool(ids) and organisation.orders.filter(glu_id__in=ids).count() == len(ids)
    return Completeness(
        organisation.zone,
        Extent() if named else extent(organisation, *criteria.created_days()),
        unread=found.filter(lines_due_at__isnull=False, lines_copied_at=None).count(),
        suspected=found.filter(missing__isnull=False).count(),
        set_aside=organisation.set_aside.filter(kind=SetAside.Kind.ORDER).count(),
    )
