"""The fields of an order and of its lines as people read them, whatever Glu sent in them.

What fits its column is there. What does not (a text that no database takes, a value of another kind) is kept in
`extra`, and is said from there: this is the one way to it for pages, search and files.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.tenancy.times import has_place
from orders.display.money import currency
from orders.display.money import money as money_text
from orders.display.text import in_words, listed_words
from orders.documented import LINE_FIELDS, ORDER_FIELDS
from orders.models import Order, OrderLine
from orders.payload import ParsedLine, ParsedOrder, extra_of, time_text

Row = Order | OrderLine | ParsedOrder | ParsedLine
"""An order or a line, from the database or as it will be written."""

_ORDER = {entry.column: entry.glu for entry in ORDER_FIELDS}
_LINE = {entry.column: entry.glu for entry in LINE_FIELDS}
_SETTLED = (
    (gettext_noop("paid %(amount)s"), "paid_amount"),
    (gettext_noop("refunded %(amount)s"), "refunded_amount"),
    (gettext_noop("charged back %(amount)s"), "charged_back_amount"),
)
_GLU = {Order: _ORDER, ParsedOrder: _ORDER, OrderLine: _LINE, ParsedLine: _LINE}


def value(row: Row, column: str) -> Any:
    """The value in a column of an order or line; where Glu sent something that does not fit it, that in words.

    None where nothing came. A time in the calendar's first or last year is said as it came.
    """
    found = getattr(row, column)
    if found is None:
        return _came(row, column)
    if isinstance(found, datetime) and not has_place(found):
        return _came(row, column) or time_text(found)
    return found


def text(row: Row, column: str) -> str:
    """A field of text; "" where nothing came."""
    found = value(row, column)
    return "" if found is None else str(found)


def money(row: Order | OrderLine, column: str) -> str:
    """An amount with the sign of its currency; what came in its place in words; "" where nothing came."""
    found = value(row, column)
    return found if isinstance(found, str) else money_text(found, currency_of(row))


def currency_of(row: Order | OrderLine) -> str:
    """The code of an order's currency, for the order or one of its lines; "" where none came."""
    return currency(text(row if isinstance(row, Order) else row.order, "currency_code"))


def discount_codes(row: Order | OrderLine) -> str:
    """Discount codes by whatever keys Glu gives them: "AUTUMN10, SPRING5"."""
    return listed_words(extra_of(row).get("discountCodes")) if '"discountCodes":' in row.extra else ""


def buyer_name(order: Order) -> str:
    """The buyer by name, else by address, else ""."""
    parts = _joined(text(order, "customer_first_name"), text(order, "customer_last_name"))
    return text(order, "customer_name") or parts or text(order, "customer_email_address")


def recipient_name(order: Order) -> str:
    """The recipient by name, else by address, else ""."""
    parts = _joined(text(order, "recipient_first_name"), text(order, "recipient_last_name"))
    return parts or text(order, "recipient_email_address")


def settled_words(order: Order) -> str:
    """What was paid of an order and went back, as its transactions tell: "paid £12.50, refunded £3.00"."""
    found = [(words, amount) for words, column in _SETTLED if (amount := getattr(order, column))]
    return ", ".join(_(words) % {"amount": money_text(amount, order.currency_code)} for words, amount in found)


def _came(row: Row, column: str) -> str | None:
    name = _GLU[type(row)].get(column)
    if not row.extra or name is None or f'"{name}":' not in row.extra:  # nearly always: no need to decode it
        return None
    came = extra_of(row).get(name)
    return None if came is None else in_words(came)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
