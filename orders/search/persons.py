"""People in orders as an address names them: an e-mail address, or a phone number or a postcode and a name."""

from django.utils.translation import gettext as _

from orders.search.criteria import Person
from orders.search.folding import digits
from orders.search.ranges import BadValue

_LONGEST = 400
_TAIL = 9  # digits of a phone number that are compared
_LEAST_DIGITS = 6
_LONGEST_POSTCODE = 12


def read_person(text: str, label: str) -> Person:
    """Read "sam@post.example", "07700 900123, Sam Smith" or "BN7 2QQ, Sam Smith". Raises BadValue."""
    key, name = (part.strip() for part in text.partition(",")[::2])
    if "\0" not in text and len(text) <= _LONGEST:
        if found := by_email(text):
            return found
        if found := by_phone(key, name) or by_postcode(key, name):
            return found
    said = _("%(field)s: write an e-mail address, or a phone number or postcode with a name, as in “%(example)s”.")
    raise BadValue(said % {"field": label, "example": "BN7 2QQ, Sam Smith"})


def by_email(address: str) -> Person | None:
    """Somebody by their e-mail address, however it is capitalised; None for what is none."""
    key = address.strip().lower()
    return Person("email", key, "", key) if "@" in key and len(key.split()) == 1 and '"' not in key else None


def by_phone(number: str, name: str) -> Person | None:
    """Somebody by the end of their phone number, with their name; None where either says too little."""
    found, bare = digits(number), "".join(sign for sign in number if sign not in " -().+/")
    if len(found) < _LEAST_DIGITS or not bare.isascii() or not bare.isdigit():
        return None
    return _named("phone", bare[-_TAIL:], number, name)


def by_postcode(postcode: str, name: str) -> Person | None:
    """Somebody by their postcode, however it is spaced, with their name; None where either says too little."""
    key = postcode.replace(" ", "").upper()
    if not key.isascii() or not key.isalnum() or not any(map(str.isdigit, key)) or len(key) > _LONGEST_POSTCODE:
        return None
    return _named("postcode", key, postcode, name)


def _named(kind: str, key: str, written: str, name: str) -> Person | None:
    name = name.strip()
    if not name or '"' in name or "\n" in name:  # what could not be typed into the search box
        return None
    return Person(kind, key, name, f"{written.strip()}, {name}")
