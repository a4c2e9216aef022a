"""Keeps on each order by which rules it is odd, in the transaction that writes it or its lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from glu_admin.tenancy.models import Organisation
from orders.lints.rules import odd
from orders.mirror.writing.bulk import update
from orders.models import Order
from orders.payload import ParsedOrder


def first_lints(
    organisation: Organisation, orders: Iterable[ParsedOrder], here: Mapping[int, int]
) -> dict[int, str | None]:
    """By which rules versions of orders are odd that are about to be written, by Glu's id.

    `here` are the ids, by pk, of those that are here already, with the lines of the version before.
    """
    subtotals = {here[pk]: amounts for pk, amounts in _subtotals(organisation, list(here)).items()}
    return {order.glu_id: odd(order, subtotals.get(order.glu_id, []), organisation.zone) for order in orders}


def lint_again(organisation: Organisation, pks: Sequence[int]) -> int:
    """Bring what is odd of these orders up to date, reading orders and lines; how many had to be."""
    changed = mislinted(organisation, pks)
    update(Order, ("id", "lints"), changed)
    return len(changed)


def mislinted(organisation: Organisation, pks: Sequence[int]) -> list[tuple[int, str | None]]:
    """Those of these orders, by pk, that do not say by which rules they are odd, and what they should say."""
    subtotals = _subtotals(organisation, pks)
    told = (
        (order, odd(order, subtotals.get(order.pk, []), organisation.zone))
        for order in (organisation.orders.filter(pk__in=pks) if pks else ())
    )
    return [(order.pk, lints) for order, lints in told if lints != order.lints]


def _subtotals(organisation: Organisation, pks: Sequence[int]) -> dict[int, list[int | None]]:
    """The subtotals of the lines that are here of some orders, by pk."""
    found: dict[int, list[int | None]] = defaultdict(list)
    if pks:
        rows = organisation.order_lines.filter(order__in=pks).order_by()
        for pk, subtotal in rows.values_list("order", "subtotal"):
            found[pk].append(subtotal)
    return found
