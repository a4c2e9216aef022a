"""How many orders there are of each combination of statuses, and worth how much."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from glu_admin.tenancy.models import Organisation

COUNTED_FIELDS = (
    "dispatch_status",
    "payment_status",
    "type",
    "channel",
    "payment_method",
    "delivery_method_name",
    "currency_code",
)
"""The order columns that are counted, filtered by value and offered with counts; null is counted as ""."""


HALF = 32
"""Totals are added up by halves of so many bits, as the whole may pass what a database adds up in."""


SETTLED = ("with_paid", "paid_high", "paid_low", "back_high", "back_low")
"""What a counter adds up of transactions."""

ADDED = ("n", "with_total", "total_high", "total_low", *SETTLED)
"""What a counter adds up, in the order in which it is read."""


def halves(total: int) -> tuple[int, int]:
    """A total (minor units) in halves: the high one, which has its sign, and the low one."""
    return total >> HALF, total & (1 << HALF) - 1


def joined(high: int | None, low: int | None) -> int:
    """A total of its halves, or of the sums of some; null adds nothing."""
    return (int(high or 0) << HALF) + int(low or 0)


class OrderCounter(models.Model):
    """The number of an organisation's orders with these values: exact totals and counts without reading orders.

    `with_total` of them have a total; `total_high` and `total_low` are the sums of these by halves. Of `with_paid` of
    them transactions are known: what these say was paid, and what went back by refund or chargeback, by halves too.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="order_counters", db_index=False
    )
    dispatch_status = models.TextField()
    payment_status = models.TextField()
    type = models.TextField()
    channel = models.TextField()
    payment_method = models.TextField()
    delivery_method_name = models.TextField()
    currency_code = models.TextField(default="")
    n = models.IntegerField(default=0)
    with_total = models.IntegerField(default=0)
    total_high = models.BigIntegerField(default=0)
    total_low = models.BigIntegerField(default=0)
    with_paid = models.IntegerField(default=0)
    paid_high = models.BigIntegerField(default=0)
    paid_low = models.BigIntegerField(default=0)
    back_high = models.BigIntegerField(default=0)
    back_low = models.BigIntegerField(default=0)

    across_organisations = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", *COUNTED_FIELDS], name="one_counter_each")]


def keep_counters(organisation: Organisation) -> None:
    """Read the counters once for all that a page asks: the door gives each request an organisation of its own."""
    vars(organisation)["_counters"] = counter_rows(organisation)


def kept_counters(organisation: Organisation) -> Sequence[Any] | None:
    """The counters that were read for a page; None where none were."""
    kept: Sequence[Any] | None = vars(organisation).get("_counters")
    return kept


def counter_rows(organisation: Organisation) -> Sequence[Any]:
    """The counters of an organisation that count any order, with COUNTED_FIELDS and ADDED."""
    kept = kept_counters(organisation)
    if kept is not None:
        return kept
    return list(organisation.order_counters.filter(n__gt=0).values_list(*COUNTED_FIELDS, *ADDED, named=True))


def counted_orders(organisation: Organisation) -> int:
    """How many orders an organisation has."""
    kept = kept_counters(organisation)
    if kept is not None:
        return sum(row.n for row in kept)
    return organisation.order_counters.aggregate(n=models.Sum("n"))["n"] or 0


def counted_values(organisation: Organisation, column: str) -> list[str]:
    """Every value of one of COUNTED_FIELDS that an organisation's orders have, "" for none given."""
    kept = kept_counters(organisation)
    if kept is not None:
        return sorted({getattr(row, column) for row in kept})
    return sorted(organisation.order_counters.filter(n__gt=0).values_list(column, flat=True).distinct())
