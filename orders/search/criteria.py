"""What to look for: one object for the list, its counts, its exports and its commands."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Days:
    """Local days of the organisation, both included; null is open. `text` is how an address has them."""

    first: date | None
    last: date | None
    text: str


@dataclass(frozen=True)
class Amounts:
    """Amounts in major units, both included; null is open. `text` is how it was written.

    Of whatever currency an order has, unless `currency` names one.
    """

    least: Decimal | None
    most: Decimal | None
    text: str
    currency: str = ""


@dataclass(frozen=True)
class OrderCriteria:
    """Values of one field are alternatives; fields narrow each other. Nothing set means every order.

    In a field of values "" stands for orders in which Glu gives none. `gone` is "only" for orders that Glu no longer
    returns, "none" for those that it does, and "" for both.
    """

    dispatch: tuple[str, ...] = ()
    payment: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    created: Days | None = None
    updated: Days | None = None
    scheduled: Days | None = None
    total: Amounts | None = None
    q: str = ""
    gone: str = ""

    def is_empty(self) -> bool:
        """True when every order is meant."""
        return all(not getattr(self, field.name) for field in fields(self))

    def only_counted(self) -> bool:
        """True when nothing but fields of values is asked for, so that counters know the exact number."""
        return not (self.created or self.updated or self.scheduled or self.total or self.q or self.gone)

    def created_days(self) -> tuple[date | None, date | None]:
        """On which days the orders that may meet the criteria were created; null is open.

        An order may be delivered or change at any time after its creation, so those filters ask for all that is older.
        """
        first, last = (self.created.first, self.created.last) if self.created else (None, None)
        if self.updated and self.updated.last:
            last = min(last, self.updated.last) if last else self.updated.last
        return first, last


VALUE_FIELDS = {
    "dispatch": "dispatch_status",
    "payment": "payment_status",
    "type": "type",
    "channel": "channel",
    "method": "payment_method",
    "delivery": "delivery_method_name",
}
"""Criteria's fields of values, and the order columns they look at."""

DAY_FIELDS = {"created": "created_at", "updated": "updated_at", "scheduled": "scheduled_delivery_at"}
"""Criteria's fields of days, and the order columns they look at."""

GONE_WORDS = {"only": "No longer at Glu", "none": "Still at Glu"}
"""What can be asked for of `gone`, in words."""

LABELS = {
    "dispatch": "Dispatch",
    "payment": "Payment",
    "type": "Type",
    "channel": "Channel",
    "method": "Payment method",
    "delivery": "Delivery",
    "created": "Created",
    "updated": "Updated",
    "scheduled": "Scheduled",
    "total": "Total",
    "q": "Search",
    "gone": "At Glu",
    "sort": "Sort",
    "size": "Rows",
    "cursor": "Page",
}
"""What people call them."""
