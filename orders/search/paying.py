"""How orders are paid, and which payments are chased: conditions of the flags about getting paid."""

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from glu_admin.tenancy.models import Organisation
from orders.models import Order, OrderMark
from orders.models.counter import counted_values
from orders.models.waiting import CANCELLED, OFFLINE, UNPAID
from orders.search.keys import among

PENDING, PAID = "Pending", "Paid"
"""Payment statuses; Glu documents only the first."""

_MOST_KEPT = 1_000  # chased orders that are named in each question of a page
_COMPLIMENTARY = "compl"  # what stands in the payment method of complimentary orders; Glu documents no values of it


def paid_offline() -> Q:
    """Orders that are paid outside of any gateway, as `is_offline` tells it of one."""
    return reduce(or_, (Q(payment_method__icontains=word) for word in OFFLINE), Q(offline_payment_method__gt=""))


def complimentary(organisation: Organisation) -> list[str]:
    """The payment methods that orders have which say complimentary; where none does, the one that Glu may have."""
    known = counted_values(organisation, "payment_method")
    return sorted(name for name in known if _COMPLIMENTARY in name.casefold()) or ["Complimentary"]


def may_chase(order: Order) -> bool:
    """Whether somebody can be asked for the money of an order, as it is of those on the rungs that ask for any.

    Its payment is still to come, and it is neither cancelled nor free; or the bank took the money back.
    """
    if order.gone_at is not None:
        return False
    is_free = _COMPLIMENTARY in (order.payment_method or "").casefold() and not order.total
    owes = order.payment_status in UNPAID and order.dispatch_status != CANCELLED and not is_free
    return owes or order.charged_back_amount is not None


def chased(organisation: Organisation, *, later: bool) -> Q:
    """Orders that were chased and are to be looked at again: today or before, or `later`.

    The newest word counts. One that was paid since needs nobody's look.
    """
    kept = vars(organisation).get("_chases", {}).get(later)
    return Q(pk__in=chases(organisation, later=later)) if kept is None else among(kept)


def keep_chases(organisation: Organisation) -> None:
    """Look up the chased orders once for all that a page asks: the door gives each request an organisation of its own.

    Where they are too many to be named in each question, each looks them up.
    """
    kept = {
        later: list(_newest(organisation, later=later).values_list("order", flat=True)[: _MOST_KEPT + 1])
        for later in (False, True)
    }
    vars(organisation)["_chases"] = {later: pks for later, pks in kept.items() if len(pks) <= _MOST_KEPT}


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
