"""Keeps on each order by which rules it is odd, in the transaction that writes it or its lines."""

from collections import defaultdict
from collections.abc import Sequence

from glu_admin.tenancy.models import Organisation
from orders.lints.rules import odd
from orders.mirror.writing.bulk import update
from orders.models import Order


def lint_again(organisation: Organisation, pks: Sequence[int]) -> int:
    """Bring what is odd of these orders up to date, reading orders and lines; how many had to be."""
    changed = mislinted(organisation, pks)
    update(Order, ("id", "lints"), changed)
    return len(changed)


def mislinted(organisation: Organisation, pks: Sequence[int]) -> list[tuple[int, str | None]]:
    """Those of these orders, by pk, that do not say by which rules they are odd, and what they should say."""
    subtotals = line_subtotals(organisation, pks)
    told = (
        (order, odd(order, subtotals[order.pk], organisation.zone))
        for order in (organisation.orders.filter(pk__in=pks) if pks else ())
    )
    return [(order.pk, lints) for order, lints in told if lints != order.lints]


def line_subtotals(organisation: Organisation, pks: Sequence[int]) -> defaultdict[int, list[int | None]]:
    """The subtotals of the lines that are here of some orders, by pk; of others there are none."""
    found = defaultdict[int, list[int | None]](list)
    if pks:
        rows = organisation.order_lines.filter(order__in=pks).order_by()
        for pk, subtotal in rows.values_list("order", "subtotal"):
            found[pk].append(subtotal)
    return found
