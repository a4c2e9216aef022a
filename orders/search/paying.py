"""How orders are paid, and which payments are chased: conditions of the flags about getting paid."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from glu_admin.tenancy.models import Organisation
from orders.models import OrderMark

PENDING, PAID = "Pending", "Paid"
"""Payment statuses; Glu documents only the first."""

# Glu documents no values of the payment method: these are told from whatever comes, in any letters.
_WAYS = {"gateway": ("gateway", "card", "online"), "offline": ("offline", "invoice"), "complimentary": ("compl",)}
_USUAL = {"gateway": "Gateway", "offline": "Offline", "complimentary": "Complimentary"}


def methods(organisation: Organisation, way: str) -> list[str]:
    """The payment methods that orders have which are of one way: "gateway", "offline" or "complimentary".

    Where none has, the one that Glu would be thought to have.
    """
    known = organisation.order_counters.filter(n__gt=0).values_list("payment_method", flat=True).distinct()
    meant = sorted(name for name in known if name and _way(name) == way)
    return meant or [_USUAL[way]]


def _way(name: str) -> str:
    """Which way a payment method is; "" for one that does not say."""
    folded = name.casefold()
    ways = ("complimentary", "offline", "gateway")
    return next((way for way in ways if any(word in folded for word in _WAYS[way])), "")


def chased(organisation: Organisation, *, later: bool) -> Q:
    """Orders that were chased and are to be looked at again: today or before, or `later`.

    The newest word counts. One that was paid since needs nobody's look.
    """
    return Q(Exists(_newest(organisation, later=later).filter(order=OuterRef("pk"))))


def chases(organisation: Organisation, *, later: bool) -> QuerySet[OrderMark]:
    """The chases that stand and count, by their orders' keys: to be looked at again today or before, or `later`."""
    return _newest(organisation, later=later).order_by().values("order")  # type: ignore[return-value]


def _newest(organisation: Organisation, *, later: bool) -> QuerySet[OrderMark]:
    standing = organisation.order_marks.filter(kind=OrderMark.Kind.CHASED, undone_at__isnull=True, order__isnull=False)
    newer = standing.filter(order=OuterRef("order"), pk__gt=OuterRef("pk"))
    paid = organisation.order_changes.filter(
        order=OuterRef("order"), field="paymentStatus", new=PAID, line_glu_id=None, seen_new_at__gt=OuterRef("at")
    )
    today = localdate(timezone=organisation.zone)
    when = Q(look_again_on__gt=today) if later else Q(look_again_on__lte=today) | Q(look_again_on__isnull=True)
    return standing.filter(when).exclude(Exists(newer)).exclude(Exists(paid))
