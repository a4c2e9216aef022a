"""What to look for: one object for the list, its counts, its exports and its commands."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Days:
    """Local days of the organisation, both included; null is open. `text` is how an address has them.

    Where several stretches are meant they are `stretches`, and `first` and `last` are the ends of them all.
    """

    first: date | None
    last: date | None
    text: str
    stretches: tuple[tuple[date | None, date | None], ...] = ()

    @property
    def each(self) -> tuple[tuple[date | None, date | None], ...]:
        """Every stretch of days, one or several."""
        return self.stretches or ((self.first, self.last),)


@dataclass(frozen=True)
class Amounts:
    """Amounts in major units, both included unless `above` or `below` says otherwise; null is open.

    Of whatever currency an order has, unless `currency` names one. `text` is how it was written.
    """

    least: Decimal | None
    most: Decimal | None
    text: str
    currency: str = ""
    above: bool = False
    below: bool = False


@dataclass(frozen=True)
class Ages:
    """How long orders have waited: since instants (aware) from `began_from` on and before `began_before`; null is open.

    `text` is how an address has it, `words` how people say it.
    """

    began_from: datetime | None = field(compare=False)
    began_before: datetime | None = field(compare=False)
    text: str
    words: str


@dataclass(frozen=True)
class Person:
    """Somebody who buys or receives: by an e-mail address, or by a phone number or a postcode and their name.

    `kind` says which of PERSON_KINDS `key` is. `text` is how it was written.
    """

    kind: str
    key: str
    name: str
    text: str


@dataclass(frozen=True)
class OrderCriteria:
    """Values of one field are alternatives; fields narrow each other. Nothing set means every order.

    In a field of values "" stands for orders in which Glu gives none; `none_of` are pairs of such a field and a value
    that an order must not have. `ids` are Glu's, of which it must be one. Of FLAGS it has all of `has`, none of `no`.
    `bought` is who bought it, `received` who gets it.
    `gone` is "only" for orders that Glu no longer returns, "none" for those that it does, and "" for both.
    """

    dispatch: tuple[str, ...] = ()
    payment: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    currency: tuple[str, ...] = ()
    none_of: tuple[tuple[str, str], ...] = ()
    created: Days | None = None
    updated: Days | None = None
    scheduled: Days | None = None
    total: Amounts | None = None
    age: Ages | None = None
    q: str = ""
    gone: str = ""
    has: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    bought: Person | None = None
    received: Person | None = None

    def is_empty(self) -> bool:
        """True when every order is meant."""
        return all(not getattr(self, each.name) for each in fields(self))

    def excluded(self, name: str) -> tuple[str, ...]:
        """The values of a field that an order must not have."""
        return tuple(value for field, value in self.none_of if field == name)

    def only_counted(self) -> bool:
        """True when nothing but values is asked for, so that counters know the exact number."""
        asked = {each.name for each in fields(self) if getattr(self, each.name)} - {"none_of"}
        return (asked | {name for name, _ in self.none_of}) <= VALUE_FIELDS.keys()

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
    "currency": "currency_code",
}
"""Criteria's fields of values, and the order columns they look at."""

DAY_FIELDS = {"created": "created_at", "updated": "updated_at", "scheduled": "scheduled_delivery_at"}
"""Criteria's fields of days, and the order columns they look at."""

PERSON_FIELDS = ("bought", "received")
"""Criteria's fields that name a person."""

PERSON_KINDS = {
    "email": "Same e-mail address",
    "phone": "Same phone number and name",
    "postcode": "Same name and postcode",
}
"""By what orders are taken to be of one person, the surest first, in words."""

NOT = "not."
"""What stands before the name of a field of values in an address where none of the values is wanted."""

FLAGS = {
    "message": ("With a personal message", "Without a personal message"),
    "recipient-email": ("With the recipient’s e-mail", "Without the recipient’s e-mail"),
    "scheduled": ("With a scheduled delivery", "Without a scheduled delivery"),
    "discount": ("With a discount", "Without a discount"),
    "refund": ("With a refunded line", "Without a refunded line"),
    "refunded": ("Money refunded", "No money refunded"),
    "partly-refunded": ("Partly refunded", "Not partly refunded"),
    "chargeback": ("With a chargeback", "Without a chargeback"),
    "offline": ("Paid offline", "Not paid offline"),
    "chase-due": ("Chased, to be looked at now", "Not chased, or not to be looked at now"),
    "chase-later": ("Chased, to be looked at later", "Not chased, or to be looked at now"),
    "due": ("Due to go out", "Scheduled for later"),
    "late-start": ("Too few working days left", "Enough working days left"),
    "by-email": ("Delivered by e-mail", "Not delivered by e-mail"),
    "odd-email": ("To be e-mailed, address missing or odd", "No e-mail address missing or odd"),
    "collect": ("To be collected", "Not to be collected"),
    "unpaid": ("Known to be unpaid", "Not known to be unpaid"),
    "prepared": ("Marked prepared", "Not marked prepared"),
    "posted": ("Marked posted", "Not marked posted"),
    "ready": ("Marked ready to collect", "Not marked ready to collect"),
    "handed-over": ("Marked handed over", "Not marked handed over"),
    "printed": ("Sheet printed", "Sheet not printed"),
    "chased": ("Chased", "Not chased"),
    "late": ("Late", "Not late"),
    "stuck": ("Waiting longer than usual", "Not waiting longer than usual"),
    "past-schedule": ("Past its scheduled day", "Not past its scheduled day"),
    "unconfirmed": ("Sent here, still open at Glu", "Not sent here and open at Glu"),
    "unmarked": ("Dispatched at Glu, not marked here", "Not dispatched at Glu without a mark here"),
    "lint": ("Something odd", "Nothing odd"),
    "note": ("With a note", "Without a note"),
    "gone": ("No longer at Glu", "Still at Glu"),
}
"""What an order has or has not, in words for both."""

WAITING_FLAGS = frozenset({"late", "stuck", "past-schedule"})
"""The flags that only orders have that wait."""

MARKS = ("prepared", "posted", "ready", "handed-over", "printed", "chased")
"""The flags that are marks of the team, by the names of their kinds."""

FLAG_LABELS = {
    "message": "Personal message",
    "recipient-email": "Recipient’s e-mail",
    "scheduled": "Scheduled delivery",
    "discount": "Discount",
    "refund": "Refunded line",
    "refunded": "Money refunded",
    "partly-refunded": "Partly refunded",
    "chargeback": "Chargeback",
    "due": "Due to go out",
    "late-start": "Too few working days left",
    "by-email": "Delivered by e-mail",
    "odd-email": "E-mail address missing or odd",
    "collect": "To be collected",
    "unpaid": "Known to be unpaid",
    "prepared": "Prepared here",
    "posted": "Posted here",
    "ready": "Ready to collect",
    "handed-over": "Handed over here",
    "printed": "Sheet printed",
    "chased": "Chased",
    "late": "Late",
    "stuck": "Waiting longer than usual",
    "past-schedule": "Past its scheduled day",
    "unconfirmed": "Sent here, open at Glu",
    "unmarked": "Dispatched, not marked here",
    "lint": "Something odd",
    "note": "Note",
    "gone": "Gone from Glu",
}
"""What people are asked, to say yes or no; flags that only queues and the search box name are left out."""

GONE_WORDS = dict(zip(("only", "none"), FLAGS["gone"], strict=True))
"""What can be asked for of `gone`, in words."""

LABELS = {
    "dispatch": "Dispatch",
    "payment": "Payment",
    "type": "Type",
    "channel": "Channel",
    "method": "Payment method",
    "delivery": "Delivery",
    "currency": "Currency",
    "created": "Created",
    "updated": "Updated",
    "scheduled": "Scheduled",
    "total": "Total",
    "age": "Age",
    "q": "Search",
    "gone": "At Glu",
    "has": "Has",
    "no": "Has not",
    "id": "Order number",
    "bought": "Bought by",
    "received": "Received by",
    "sort": "Sort",
    "size": "Rows",
    "cursor": "Page",
    "view": "View",
    "cols": "Columns",
}
"""What people call them."""
