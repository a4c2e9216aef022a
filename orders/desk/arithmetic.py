"""The sums that an order's amounts should come to: written out, measured, never enforced."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.display.money import major_units, money
from orders.lints.rules import worked_subtotal, worked_total
from orders.models import Order, OrderLine

_MOST_ADDED = 4  # amounts of lines that a sum shows one by one


@dataclass(frozen=True)
class Sum:
    """A sum over an order's amounts in minor units: what it comes to, what Glu says, and both written out."""

    worked_out: int
    stated: int
    words: str
    difference: str

    @property
    def holds(self) -> bool:
        """Whether it comes to what Glu says."""
        return self.worked_out == self.stated


def total_sum(order: Order) -> Sum | None:
    """Subtotal, discount, delivery and fee against the total; None where an amount is not known."""
    subtotal, discount = order.subtotal, order.discount_amount
    delivery, fee, total = order.delivery_amount, order.processing_fee, order.total
    worked_out = worked_total(order)
    if worked_out is None or total is None:
        return None
    subtotal_said, discount_said, delivery_said, fee_said = (
        _plain(order, part or 0) for part in (subtotal, discount, delivery, fee)
    )
    left = f"{subtotal_said} − {discount_said} + {delivery_said} + {fee_said}"
    return _sum(order, worked_out, total, left)


def lines_sum(order: Order, lines: Sequence[OrderLine]) -> Sum | None:
    """The lines' subtotals against the order's; None where an amount is not known, or there are no lines."""
    amounts = [line.subtotal or 0 for line in lines]
    worked_out = worked_subtotal(line.subtotal for line in lines)
    if order.subtotal is None or worked_out is None:
        return None
    shown = " + ".join(_plain(order, amount) for amount in amounts[:_MOST_ADDED])
    more = len(amounts) - _MOST_ADDED
    if more > 0:
        words = ngettext("Lines: %(amounts)s + %(n)d more", "Lines: %(amounts)s + %(n)d more", more)
    else:
        words = _("Lines: %(amounts)s")
    return _sum(order, worked_out, order.subtotal, words % {"amounts": shown, "n": more})


def sums_of(order: Order, lines: Sequence[OrderLine]) -> list[Sum]:
    """Every sum of an order whose amounts are known."""
    return [found for found in (total_sum(order), lines_sum(order, lines)) if found is not None]


def _sum(order: Order, worked_out: int, stated: int, left: str) -> Sum:
    if worked_out == stated:
        words = _("%(sum)s = %(total)s, as Glu says")
    else:
        words = _("%(sum)s = %(total)s, but Glu says %(stated)s")
    said = words % {"sum": left, "total": _plain(order, worked_out), "stated": _plain(order, stated)}
    return Sum(worked_out, stated, said, money(abs(worked_out - stated), order.currency_code))


def _plain(order: Order, amount: int) -> str:
    return str(major_units(amount, order.currency_code))
