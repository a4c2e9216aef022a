"""What is new or changed since somebody looked, order by order, from the record of change."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, LessThanOrEqual
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from orders.desk.looks import Seen, Since
from orders.documented import LINE_FIELDS, ORDER_FIELDS
from orders.models import Order, OrderChange
from orders.search import Counted, OrderCriteria, find_orders

MOST_READ = 5_000
"""So many changes are looked through, the newest."""

MOST_LISTED = 1_000
"""So many orders are counted and listed, the newest; as many as an address can name."""


class Kind(models.TextChoices):
    """What of an order is new; the value stands in the address."""

    ALL = "", _("Everything")
    NEW = "new", _("New orders")
    PAYMENT = "payment", _("Payment")
    DISPATCH = "dispatch", _("Dispatch")
    PEOPLE = "people", _("People and addresses")
    MONEY = "money", _("Money")
    OTHER = "other", _("Lines and the rest")
    GONE = "gone", _("Gone or back")


_MONEY = {entry.glu for entry in (*ORDER_FIELDS, *LINE_FIELDS) if entry.kind == "integer"}
_MONEY |= {"currencyCode", "discountCodes", "refunded", OrderChange.SETTLED}
_STARTS = (
    *((start, Kind.PAYMENT) for start in ("payment", "offlinePayment", "complimentary", "gateway", "transaction")),
    *((start, Kind.DISPATCH) for start in ("dispatch", "deliveryMethod", "scheduled")),
    *((start, Kind.PEOPLE) for start in ("customer", "recipient", "emailTo", "phone", "user", "delivery", "billing")),
)


@dataclass
class Moved:
    """An order that is new or changed, by its primary key: when that was last seen, and what of it there is."""

    pk: int
    at: datetime
    kinds: set[Kind]

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands among others, the newest being the greatest."""
        return self.at, self.pk


@dataclass(frozen=True)
class News:
    """The orders that are new or changed, the newest first.

    `seen` is up to where it was read. `is_cut` says that there is more, which is older than `oldest`.
    """

    moved: Sequence[Moved]
    seen: Seen
    is_cut: bool
    oldest: datetime | None

    def of_kind(self, kind: Kind) -> list[Moved]:
        """Those of them with news of a kind, no more than are listed."""
        return [each for each in self.moved if kind == Kind.ALL or kind in each.kinds][:MOST_LISTED]

    def count(self, kind: Kind = Kind.ALL) -> Counted:
        """How many have news of a kind, up to MOST_LISTED."""
        n = sum(kind == Kind.ALL or kind in each.kinds for each in self.moved)
        return Counted(min(n, MOST_LISTED), n <= MOST_LISTED and not self.is_cut)


def kind_of(field: str) -> Kind:
    """What a change of a field is news of."""
    if field in (OrderChange.GONE, OrderChange.BACK):
        return Kind.GONE
    if field in _MONEY:
        return Kind.MONEY
    return next((kind for start, kind in _STARTS if field.startswith(start)), Kind.OTHER)


def read_news(
    organisation: Organisation, since: Since, up_to: Seen | None = None, criteria: OrderCriteria | None = None
) -> News:
    """What is new or changed since then, up to where somebody has begun to read; of orders that meet `criteria` now.

    Raises SearchError for criteria with words that cannot be searched.
    """
    opened = now()
    changes = list(
        changes_since(organisation, since, up_to)
        .order_by("-seen_new_at")
        .values_list("pk", "order_id", "field", "seen_new_at")[: MOST_READ + 1]
    )
    new = list(
        new_since(organisation, since, up_to)
        .order_by("-created_at", "-glu_id")
        .values_list("pk", "first_copied_at")[: MOST_LISTED + 1]
    )
    is_cut = len(changes) > MOST_READ or len(new) > MOST_LISTED
    found: dict[int, Moved] = {}
    for _pk, order_pk, field, at in changes[:MOST_READ]:
        if at <= since.told_after:
            continue
        found.setdefault(order_pk, Moved(order_pk, at, set())).kinds.add(kind_of(field))
    for order_pk, at in new[:MOST_LISTED]:
        if at <= since.told_after:
            continue
        each = found.setdefault(order_pk, Moved(order_pk, at, set()))
        each.kinds.add(Kind.NEW)
        each.at = max(each.at, at)
    if criteria is not None and found:
        meeting = find_orders(organisation, criteria).filter(pk__in=list(found)).order_by()
        found = {pk: found[pk] for pk in meeting.values_list("pk", flat=True)}
    return News(
        sorted(found.values(), key=lambda each: each.place, reverse=True),
        up_to
        or Seen(
            opened,
            max([since.order_mark, *(row[0] for row in new)]),
            max([since.change_mark, *(row[0] for row in changes)]),
        ),
        is_cut,
        changes[MOST_READ - 1][3] if len(changes) > MOST_READ else None,
    )


def changes_since(organisation: Organisation, since: Since, up_to: Seen | None) -> QuerySet[OrderChange]:
    """The recorded changes to be looked through."""
    beyond = _beyond(since.change_mark, up_to.change_mark if up_to else None)
    return organisation.order_changes.filter(beyond, seen_new_at__gt=since.read_after)


def new_since(organisation: Organisation, since: Since, up_to: Seen | None) -> QuerySet[Order]:
    """The orders to be looked through: placed since, and not here before."""
    beyond = _beyond(since.order_mark, up_to.order_mark if up_to else None)
    return organisation.orders.filter(beyond, created_at__gte=since.placed_from, first_copied_at__gt=since.read_after)


def _beyond(mark: int, last: int | None) -> Q:
    """The condition that a primary key is greater than a mark, and no greater than the last.

    It stands behind a function, as its own index would be walked past all that other organisations have.
    """
    key = Coalesce("pk", "pk")
    return Q(GreaterThan(key, mark)) & (Q() if last is None else Q(LessThanOrEqual(key, last)))


def changes_of(
    organisation: Organisation, since: Since, up_to: Seen, pks: Sequence[int]
) -> dict[int, list[OrderChange]]:
    """The changes of some orders that are news, by the order's primary key, the newest first."""
    out: dict[int, list[OrderChange]] = defaultdict(list)
    told = changes_since(organisation, since, up_to).filter(order__in=pks, seen_new_at__gt=since.told_after)
    for change in told.order_by("-seen_new_at", "-pk"):
        out[change.order_id].append(change)
    return out
