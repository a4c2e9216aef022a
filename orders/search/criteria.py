"""What to look for: one object for the list, its counts, its exports and its commands."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _


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
    `refunded` are days on which money went back: it was refunded or charged back.
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
    refunded: Days | None = None
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

        An order may be delivered, change or be refunded at any time after its creation, so those filters ask for all
        that is older.
        """
        lasts = [days.last for days in (self.created, self.updated, self.refunded) if days and days.last]
        return self.created.first if self.created else None, min(lasts, default=None)


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

DAY_COLUMNS = {"created": "created_at", "updated": "updated_at", "scheduled": "scheduled_delivery_at"}
"""Criteria's fields of days that look at order columns, and these."""

DAY_FIELDS = (*DAY_COLUMNS, "refunded")
"""Criteria's fields of days."""

PERSON_FIELDS = ("bought", "received")
"""Criteria's fields that name a person."""

PERSON_KINDS = {
    "email": _("Same e-mail address"),
    "phone": _("Same phone number and name"),
    "postcode": _("Same name and postcode"),
}
"""By what orders are taken to be of one person, the surest first, in words."""

NOT = "not."
"""What stands before the name of a field of values in an address where none of the values is wanted."""

FLAGS = {
    "message": (_("With a personal message"), _("Without a personal message")),
    "recipient-email": (_("With the recipient’s e-mail"), _("Without the recipient’s e-mail")),
    "scheduled": (_("With a scheduled delivery"), _("Without a scheduled delivery")),
    "discount": (_("With a discount"), _("Without a discount")),
    "refund": (_("With a refunded line"), _("Without a refunded line")),
    "refunded": (_("Money refunded"), _("No money refunded")),
    "partly-refunded": (_("Partly refunded"), _("Not partly refunded")),
    "chargeback": (_("With a chargeback"), _("Without a chargeback")),
    "offline": (_("Paid offline"), _("Not paid offline")),
    "chase-due": (_("Chased, to be looked at now"), _("Not chased, or not to be looked at now")),
    "chase-later": (_("Chased, to be looked at later"), _("Not chased, or to be looked at now")),
    "due": (_("Due to go out"), _("Scheduled for later")),
    "late-start": (_("Too few working days left"), _("Enough working days left")),
    "by-email": (_("Delivered by e-mail"), _("Not delivered by e-mail")),
    "odd-email": (_("To be e-mailed, address missing or odd"), _("No e-mail address missing or odd")),
    "collect": (_("To be collected"), _("Not to be collected")),
    "unpaid": (_("Known to be unpaid"), _("Not known to be unpaid")),
    "prepared": (_("Marked prepared"), _("Not marked prepared")),
    "posted": (_("Marked posted"), _("Not marked posted")),
    "ready": (_("Marked ready to collect"), _("Not marked ready to collect")),
    "handed-over": (_("Marked handed over"), _("Not marked handed over")),
    "printed": (_("Sheet printed"), _("Sheet not printed")),
    "chased": (_("Chased"), _("Not chased")),
    "late": (_("Late"), _("Not late")),
    "stuck": (_("Waiting longer than usual"), _("Not waiting longer than usual")),
    "past-schedule": (_("Past its scheduled day"), _("Not past its scheduled day")),
    "unconfirmed": (_("Sent here, still open at Glu"), _("Not sent here and open at Glu")),
    "unmarked": (_("Dispatched at Glu, not marked here"), _("Not dispatched at Glu without a mark here")),
    "lint": (_("Something odd"), _("Nothing odd")),
    "note": (_("With a note"), _("Without a note")),
    "gone": (_("No longer at Glu"), _("Still at Glu")),
}
"""What an order has or has not, in words for both."""

WAITING_FLAGS = frozenset({"late", "stuck", "past-schedule"})
"""The flags that only orders have that wait."""

MARKS = ("prepared", "posted", "ready", "handed-over", "printed", "chased")
"""The flags that are marks of the team, by the names of their kinds."""

FLAG_LABELS = {
    "message": _("Personal message"),
    "recipient-email": _("Recipient’s e-mail"),
    "scheduled": _("Scheduled delivery"),
    "discount": _("Discount"),
    "refund": _("Refunded line"),
    "refunded": _("Money refunded"),
    "partly-refunded": _("Partly refunded"),
    "chargeback": _("Chargeback"),
    "due": _("Due to go out"),
    "late-start": _("Too few working days left"),
    "by-email": _("Delivered by e-mail"),
    "odd-email": _("E-mail address missing or odd"),
    "collect": _("To be collected"),
    "unpaid": _("Known to be unpaid"),
    "prepared": _("Prepared here"),
    "posted": _("Posted here"),
    "ready": _("Ready to collect"),
    "handed-over": _("Handed over here"),
    "printed": _("Sheet printed"),
    "chased": _("Chased"),
    "late": _("Late"),
    "stuck": _("Waiting longer than usual"),
    "past-schedule": _("Past its scheduled day"),
    "unconfirmed": _("Sent here, open at Glu"),
    "unmarked": _("Dispatched, not marked here"),
    "lint": _("Something odd"),
    "note": _("Note"),
    "gone": _("Gone from Glu"),
}
"""What people are asked, to say yes or no; flags that only queues and the search box name are left out."""

GONE_WORDS = dict(zip(("only", "none"), FLAGS["gone"], strict=True))
"""What can be asked for of `gone`, in words."""

LABELS = {
    "dispatch": _("Dispatch"),
    "payment": _("Payment"),
    "type": _("Type"),
    "channel": _("Channel"),
    "method": _("Payment method"),
    "delivery": _("Delivery"),
    "currency": _("Currency"),
    "created": _("Created"),
    "updated": _("Updated"),
    "scheduled": _("Scheduled"),
    "refunded": _("Money back"),
    "total": _("Total"),
    "age": _("Waiting"),
    "q": _("Search"),
    "gone": _("At Glu"),
    "has": _("Has"),
    "no": _("Has not"),
    "id": _("Order number"),
    "bought": _("Bought by"),
    "received": _("Received by"),
    "sort": _("Sort"),
    "size": _("Rows"),
    "cursor": _("Page"),
    "view": _("View"),
    "cols": _("Columns"),
}
"""What people call them."""
