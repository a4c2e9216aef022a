"""The text in which an order is searched, and how texts are folded to be alike."""

import unicodedata
from collections.abc import Iterable

from orders.display.fields import text
from orders.models import Order, OrderLine
from orders.payload import ParsedLine, ParsedOrder

# Letters that are not a plain letter with an accent, so that decomposition leaves them.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "’": "'"})


def fold(typed: str) -> str:
    """Lower case, without accents, with single spaces: "Łucja  LLŷd" becomes "lucja llyd"."""
    plain = typed.replace("\0", " ").casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(plain.split())


def digits(typed: str) -> str:
    """Only the digits of a text."""
    return "".join(c for c in typed if c.isascii() and c.isdigit())


def document_text(order: Order | ParsedOrder, lines: Iterable[OrderLine | ParsedLine] = ()) -> str:
    """Every text by which this order and its lines are found, folded, one a line."""
    postcodes = [text(order, "delivery_address_postcode"), text(order, "billing_address_postcode")]
    phone = text(order, "phone_number")
    entries = [
        str(order.glu_id),
        text(order, "uuid"),
        " ".join((text(order, "customer_first_name"), text(order, "customer_last_name"))),
        text(order, "customer_name"),
        text(order, "customer_email_address"),
        phone,
        digits(phone),
        " ".join((text(order, "recipient_first_name"), text(order, "recipient_last_name"))),
        text(order, "recipient_email_address"),
        text(order, "delivery_name"),
        *postcodes,
        *(postcode.replace(" ", "") for postcode in postcodes),
    ]
    return with_lines("\n".join(_folded(entries)), lines)


def with_lines(document: str, lines: Iterable[OrderLine | ParsedLine]) -> str:
    """The document of an order without its lines, with the texts by which these lines are found added."""
    entries = [text(line, column) for line in lines for column in ("name", "personal_message")]
    return "\n".join(dict.fromkeys([*document.split("\n"), *_folded(entries)]))


def _folded(entries: Iterable[str]) -> list[str]:
    return [folded for entry in entries if (folded := fold(entry))]
