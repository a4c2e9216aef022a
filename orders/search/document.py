"""The text in which an order is searched: a line for each text of the order and its lines, folded."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from orders.display.fields import text
from orders.models import Order, OrderLine
from orders.payload import ParsedLine, ParsedOrder, extra_of
from orders.search.folding import digits, fold, joined

_BRITISH = re.compile(r"([a-z]{1,2}\d[a-z\d]?)(\d[a-z]{2})")
_CODES = frozenset({"code", "sku"})
_NAMES = (
    ("customerName", ("customer_first_name", "customer_last_name")),
    ("customerName", ("customer_name",)),
    ("recipientName", ("recipient_first_name", "recipient_last_name")),
    ("deliveryName", ("delivery_name",)),
)
_PLACES = tuple(
    (f"{place}Address{part}", f"{place}_address_{part.lower()}")
    for place in ("delivery", "billing")
    for part in ("Line1", "Line2", "City", "Postcode")
)


class Entry(NamedTuple):
    """One text of an order: Glu's name of its field, the text as it came, and how it stands in the document."""

    field: str
    text: str
    folded: tuple[str, ...]


def document_text(order: Order | ParsedOrder, lines: Iterable[OrderLine | ParsedLine] = ()) -> str:
    """Every text by which this order and its lines are found, one a line, with a space before and after it."""
    return with_lines(_written(order_entries(order)), lines)


def with_lines(document: str, lines: Iterable[OrderLine | ParsedLine]) -> str:
    """The document of an order without its lines, with the texts by which these lines are found added."""
    added = _written(line_entries(lines))
    return "\n".join(dict.fromkeys([*document.split("\n"), *added.split("\n")])) if added else document


def order_entries(order: Order | ParsedOrder) -> Iterator[Entry]:
    """The texts by which an order is found, without those of its lines."""
    yield Entry("id", str(order.glu_id), (str(order.glu_id),))
    yield _entry("uuid", text(order, "uuid"))
    for field, columns in _NAMES:
        yield _name(field, [text(order, column) for column in columns])
    yield _entry("customerEmailAddress", text(order, "customer_email_address"))
    yield _entry("recipientEmailAddress", text(order, "recipient_email_address"))
    phone = text(order, "phone_number")
    yield Entry("phoneNumber", phone, (digits(phone),))
    for field, column in _PLACES:
        found = text(order, column)
        yield _postcode(field, found) if column.endswith("postcode") else _entry(field, found)
    yield from _codes(order)


def line_entries(lines: Iterable[OrderLine | ParsedLine]) -> Iterator[Entry]:
    """The texts by which the lines of an order are found."""
    for line in lines:
        yield _entry("name", text(line, "name"))
        yield _entry("personalMessage", text(line, "personal_message"))
        yield from _codes(line)


def _written(entries: Iterable[Entry]) -> str:
    return "\n".join(dict.fromkeys(f" {folded} " for entry in entries for folded in entry.folded if folded))


def _entry(field: str, found: str) -> Entry:
    return Entry(field, found, (fold(found),) if found else ())


def _name(field: str, parts: list[str]) -> Entry:
    """A name; one of many parts, or in letters that are written without spaces, also stands in one piece."""
    name = " ".join(filter(None, parts))
    folded = [fold(name)]
    if folded[0].count(" ") > 1 or not name.isascii():
        folded += [joined(name), joined("".join(reversed(parts)))]
    return Entry(field, name, tuple(folded))


def _postcode(field: str, found: str) -> Entry:
    """A postcode with and without its space, however it came."""
    whole = joined(found)
    british = _BRITISH.fullmatch(whole)
    return Entry(field, found, (" ".join(british.groups()) if british else fold(found), whole))


def _codes(row: Order | OrderLine | ParsedOrder | ParsedLine) -> Iterator[Entry]:
    """Codes of discounts and gift cards, and what a variant is called in the shop: as they came, and in one piece."""
    if '"discountCodes":' in row.extra or any(f'"{key}":' in row.extra for key in _CODES):
        for name, value in extra_of(row).items():
            for code in _found(value, is_code=name == "discountCodes"):
                yield Entry(name, code, (fold(code), joined(code)))


def _found(value: Any, *, is_code: bool) -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from _found(inner, is_code=key in _CODES or (is_code and isinstance(inner, dict)))
        case list():
            for inner in value:
                yield from _found(inner, is_code=is_code)
        case str() | int() if is_code and not isinstance(value, bool):
            yield str(value)
