"""What was paid and refunded of an order, as its Money card says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import When, when
from orders.display.fields import settled_words
from orders.display.money import money
from orders.models import Order, OrderLine, Transaction
from orders.proof.standing import state_on_page
from orders.proof.transactions import transactions_known
from orders.settlement import WAYS, Way, adds_up

_MOST_SHOWN = 12
WAY_WORDS: dict[Way, str] = {
    "paid": gettext_noop("Paid"),
    "refunded": gettext_noop("Refunded"),
    "not refunded": gettext_noop("Refund failed"),
    "charged back": gettext_noop("Charged back"),
    "not charged back": gettext_noop("Chargeback reversed"),
}
"""Which way the money of a transaction went, in words."""

_TAKEN = ("refunded", "charged back")


@dataclass(frozen=True)
class Movement:
    """One transaction: which way the money went, when, by whom and under which reference.

    `counts` is false for one that is not in the sums, which then says in `what` what Glu calls it.
    """

    what: str
    when: When
    amount: str
    gateway: str
    reference: str
    counts: bool


def transactions_of(organisation: Organisation, order: Order) -> list[Transaction]:
    """Every transaction of an order, the oldest first."""
    return list(organisation.transactions.filter(order_glu_id=order.glu_id).order_by("created_at", "glu_id"))


def money_card(
    organisation: Organisation, order: Order, lines: Sequence[OrderLine], rows: Sequence[Transaction]
) -> dict[str, Any]:
    """The template's context for what was paid, refunded and is left, and for what is not known of that.

    `rows` are the order's transactions, the oldest first.
    """
    moved = [_movement(organisation, order, row) for row in rows]
    counting = [one for one in moved if one.counts]
    return {
        "transactions": transactions_known(state_on_page(organisation)),
        "movements": counting[:_MOST_SHOWN],
        "more_movements": max(len(counting) - _MOST_SHOWN, 0),
        "others_moved": [one for one in moved if not one.counts][:_MOST_SHOWN],
        "has_net": order.net_amount is not None,
        "net_words": settled_words(order),
        "refund_not_seen": not order.refunded_amount and any(line.refunded for line in lines),
    }


def _movement(organisation: Organisation, order: Order, row: Transaction) -> Movement:
    counts = adds_up(order.currency_code, row)
    way = WAYS.get(row.type)
    amount = None if row.amount is None else abs(row.amount) if counts else row.amount
    return Movement(
        _(WAY_WORDS[way]) if way else row.type or _("Transaction"),
        when(row.created_at, organisation.zone, inside=not counts),
        money(-amount if amount and way in _TAKEN and counts else amount, row.currency_code),
        row.gateway or "",
        row.gateway_reference or "",
        counts,
    )
