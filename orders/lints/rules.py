"""The rules for what is odd in one order and its lines, each told by a letter that the order's row keeps.

Whether it was perhaps bought twice is no rule of these: that asks for other orders, and is asked on its page.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_noop

from glu_admin.tenancy.times import has_place
from orders.lints.domains import meant_domain
from orders.models import Order
from orders.payload import ParsedOrder

_POSTAL = ("post", "mail", "courier", "parcel", "delivery", "tracked")
_NOT_POSTAL = ("email", "e-mail", "electronic", "digital", "collect", "pick up", "pickup")
_WITHOUT_POSTCODE_ODD = frozenset(
    {"", "united kingdom", "uk", "gb", "great britain", "england", "scotland", "wales", "northern ireland"}
)
_LEFT = frozenset({"Dispatched", "Cancelled", "Failed", "Refunded"})

AnyOrder = Order | ParsedOrder
"""An order, from the database or as it will be written."""


class Rule(StrEnum):
    """What may be odd in an order."""

    EMAIL = "E"
    TOTAL = "T"
    LINES = "L"
    POSTCODE = "P"
    SCHEDULED = "S"
    BUYER_DOMAIN = "B"
    RECIPIENT_DOMAIN = "R"


BRIEF = {
    Rule.EMAIL: gettext_noop("e-mail address missing or wrong"),
    Rule.TOTAL: gettext_noop("total off"),
    Rule.LINES: gettext_noop("lines off the subtotal"),
    Rule.POSTCODE: gettext_noop("no postcode"),
    Rule.SCHEDULED: gettext_noop("scheduled before it was placed"),
    Rule.BUYER_DOMAIN: gettext_noop("buyer’s e-mail perhaps mistyped"),
    Rule.RECIPIENT_DOMAIN: gettext_noop("recipient’s e-mail perhaps mistyped"),
}
"""What is odd, in a few words of English; who shows them translates them."""


def odd(order: AnyOrder, subtotals: Sequence[int | None], zone: ZoneInfo) -> str | None:
    """The letters of the rules by which an order with lines of these subtotals is odd; None for none of them."""
    found = {
        Rule.EMAIL: wrong_email(order),
        Rule.TOTAL: worked_total(order) not in (None, order.total),
        Rule.LINES: lines_are_off(order.subtotal, subtotals),
        Rule.POSTCODE: lacks_postcode(order),
        Rule.SCHEDULED: scheduled_before_placed(order, zone),
        Rule.BUYER_DOMAIN: bool(meant(order.customer_email_address)),
        Rule.RECIPIENT_DOMAIN: bool(meant(order.recipient_email_address)),
    }
    return "".join(rule for rule, is_so in found.items() if is_so) or None


def with_lines_off(known: str | None, off: bool) -> str | None:
    """The letters that an order has once its lines came: those of before, and whether they are off."""
    letters = {*(known or ""), *([Rule.LINES] if off else [])} - (set() if off else {Rule.LINES})
    return "".join(rule for rule in Rule if rule in letters) or None


def worked_total(order: AnyOrder) -> int | None:
    """What subtotal, discount, delivery and fee come to; None where one of them or the total is not known."""
    subtotal, discount = order.subtotal, order.discount_amount
    delivery, fee = order.delivery_amount, order.processing_fee
    if subtotal is None or discount is None or delivery is None or fee is None or order.total is None:
        return None
    return int(subtotal - discount + delivery + fee)


def worked_subtotal(subtotals: Iterable[int | None]) -> int | None:
    """What the subtotals of an order's lines come to; None where one is not known, or there are no lines."""
    amounts = list(subtotals)
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known and len(known) == len(amounts) else None


def lines_are_off(subtotal: int | None, subtotals: Iterable[int | None]) -> bool:
    """Whether the lines come to something else than the order's subtotal, as far as both are known."""
    worked_out = worked_subtotal(subtotals)
    return subtotal is not None and worked_out is not None and worked_out != subtotal


def is_postal(order: AnyOrder) -> bool:
    """Whether an order goes by post, as far as its delivery method or an address to deliver to tells."""
    method = f"{order.delivery_method_type or ''} {order.delivery_method_name or ''}".lower()
    if any(word in method for word in _NOT_POSTAL):
        return False
    return any(word in method for word in _POSTAL) or bool((order.delivery_address_line1 or "").strip())


def lacks_postcode(order: AnyOrder) -> bool:
    """Whether an order is to go by post within the United Kingdom without a postcode.

    What has left the house, or never will, needs no address.
    """
    if (order.delivery_address_postcode or "").strip() or order.dispatch_status in _LEFT or not is_postal(order):
        return False
    return " ".join((order.delivery_address_country or "").lower().split()) in _WITHOUT_POSTCODE_ODD


def scheduled_before_placed(order: AnyOrder, zone: ZoneInfo) -> bool:
    """Whether an order is scheduled for a local day before that on which it was placed."""
    due, made = order.scheduled_delivery_at, order.created_at
    if due is None or not has_place(due) or not has_place(made):
        return False
    return bool(due.astimezone(zone).date() < made.astimezone(zone).date())


def wrong_email(order: AnyOrder) -> bool:
    """Whether an order is to be e-mailed to its recipient, and there is no address for that or none that can be."""
    if not order.email_to_recipient:
        return False
    try:
        validate_email((order.recipient_email_address or "").strip())
    except ValidationError:
        return True
    return False


def meant(address: str | None) -> str:
    """The common domain that was probably meant by that of an e-mail address; "" for none."""
    return meant_domain((address or "").rpartition("@")[2]) if "@" in (address or "") else ""
