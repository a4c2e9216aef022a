"""Telephone numbers and e-mail addresses as links: what can be dialled or written to, and nothing else."""

import re
from urllib.parse import quote

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse

_REGION = "GB"  # where a number without a country's code is from
_LONGEST = 320
_ADDRESS = re.compile(
    r"[^\s@<>\"(),:;\\\[\]\x00-\x1f]+@[^\s@<>\"(),:;\\\[\]/?#&\x00-\x1f]+\.[^\s@<>\"(),:;\\\[\]/?#&.]{2,}"
)


def phone_link(text: str) -> str:
    """The `tel:` address of a telephone number as somebody typed it; "" for what cannot be dialled."""
    if len(text) > _LONGEST:
        return ""
    try:
        number = parse(text, _REGION)
    except NumberParseException:
        return ""
    return format_number(number, PhoneNumberFormat.RFC3966) if is_possible_number(number) else ""


def mail_link(text: str) -> str:
    """The `mailto:` address of an e-mail address; "" for what is none. Nothing in it can add a header or a text."""
    address = text.strip()
    return f"mailto:{quote(address, safe='@')}" if len(address) <= _LONGEST and _ADDRESS.fullmatch(address) else ""
