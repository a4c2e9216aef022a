"""What happened at Glu: the order placed, what changed in it, payments and refunds."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.tenancy.models import Organisation
from orders.display.money import money
from orders.models import Order, OrderChange, Transaction
from orders.views.timeline.changes import change_entries
from orders.views.timeline.entries import MOST_SHOWN, Entry, event

_REFUNDS = "Refund"


def glu_entries(
    organisation: Organisation, order: Order, zone: ZoneInfo, transactions: Sequence[Transaction]
) -> Iterator[Entry]:
    """Everything known to have happened to an order at Glu, in no order; its transactions come the oldest first."""
    # What its transactions come to is told by these themselves.
    recorded = organisation.order_changes.filter(order=order).exclude(field=OrderChange.SETTLED)
    changes = list(recorded[: MOST_SHOWN + 1])
    yield from change_entries(changes[:MOST_SHOWN], order, zone)
    if len(changes) > MOST_SHOWN:
        cut = ngettext("Only the newest %(n)d change is shown", "Only the newest %(n)d changes are shown", MOST_SHOWN)
        yield Entry("earlier", changes[-1].seen_new_at, "more", cut % {"n": MOST_SHOWN}, "", "")
    for payment in reversed(transactions[-MOST_SHOWN:]):
        yield _transaction(payment, zone)
    yield event("placed", order.created_at, "gift", _("Placed at Glu"), zone)


def _transaction(payment: Transaction, zone: ZoneInfo) -> Entry:
    what = _("Transaction")
    if payment.amount is not None:
        amount = money(payment.amount, payment.currency_code)
        what = _("%(transaction)s of %(amount)s") % {"transaction": payment.type or what, "amount": amount}
    gateway = " ".join(part for part in (payment.gateway, payment.gateway_reference) if part)
    icon = "undo" if (payment.type or "").startswith(_REFUNDS) else "payments"
    return event(f"payment-{payment.glu_id}", payment.created_at, icon, what, zone, small=gateway)
