"""How long an organisation's orders usually keep a status, by kind of order, as it was last counted."""

from datetime import timedelta
from typing import NamedTuple

from django.db import models

from glu_admin.tenancy.models import Organisation
from orders.models.order import Order
from orders.models.waiting import OPEN_DISPATCH, SCHEDULED, UNPAID

DISPATCH, PAYMENT = "dispatch", "payment"


class Kind(NamedTuple):
    """Orders that wait for the same: `of` is DISPATCH or PAYMENT, `status` theirs of it.

    `method` is their delivery method, or how they are paid; "" for none.
    """

    of: str
    status: str
    method: str


class Typical(NamedTuple):
    """Half of a kind's orders left their status within `half`, 95 of 100 within `most`."""

    half: timedelta
    most: timedelta


class TypicalTimes(models.Model):
    """The typical times of one organisation, in one row, and when they are to be counted again.

    `kinds` is a list of kinds with their typical times in seconds: [of, status, method, half, most].
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="typical_times")
    kinds = models.JSONField(default=list, blank=True)
    counted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()

    across_organisations = models.Manager()

    def __str__(self) -> str:
        return f"typical times of {self.organisation}"

    def by_kind(self) -> dict[Kind, Typical]:
        """The kinds whose typical times are known."""
        return {
            Kind(of, status, method): Typical(timedelta(seconds=half), timedelta(seconds=most))
            for of, status, method, half, most in self.kinds
        }


def typical_times_of(organisation: Organisation) -> dict[Kind, Typical]:
    """The typical times of an organisation, read once for each `organisation` in hand; none where none are counted."""
    row: TypicalTimes | None = getattr(organisation, "typical_times", None)
    return row.by_kind() if row else {}


def kind_left(of: str, status: str | None, method: str | None, *, scheduled: bool) -> Kind | None:
    """The kind of an order while it had a status that leaves something to be done; None where it is of none.

    What is sent on a day that somebody chose waits for that day, and tells nothing of how long the others take.
    """
    if of == PAYMENT:
        return Kind(of, status, method or "") if status in UNPAID else None
    is_open = status in OPEN_DISPATCH and status != SCHEDULED and not scheduled
    return Kind(of, status or "", method or "") if is_open else None


def kind_of(order: Order) -> Kind | None:
    """The kind of an order by what it waits for now; None where nothing is open, and of what is scheduled."""
    if order.waiting_since is None:
        return None
    if order.payment_status in UNPAID:
        return kind_left(PAYMENT, order.payment_status, order.payment_method, scheduled=False)
    scheduled = order.scheduled_delivery_at is not None
    return kind_left(DISPATCH, order.dispatch_status, order.delivery_method_name, scheduled=scheduled)
