"""How texts are made alike, those that are searched and those that are typed: small Latin letters and digits."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Mn", "Me"})  # controls, formats, halves of pairs, marks upon letters
_CONTROLS = dict.fromkeys(code for code in range(128) if not chr(code).isprintable() and not chr(code).isspace())
_APOSTROPHES = re.compile("['`]")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^a-z\d\s]+(?=\d)", re.ASCII)
_NO_WORD = re.compile(r"[^a-z\d]+")


def plain(typed: str) -> str:
    """A text in small ASCII letters with its punctuation, every quotation mark as " and every apostrophe as ' or `.

    A sign that stands for a word by itself, as ideographs and emoji do, becomes its number: 王 is "u738b", so that
    short names are as exact, and as long, as others.
    """
    if typed.isascii():
        return typed.translate(_CONTROLS).lower()
    return "".join(map(_sign, unicodedata.normalize("NFC", _without_marks(typed))))


@lru_cache(maxsize=2048)  # who pays and who gets an order, and where, is often the same, and so are products
def fold(typed: str) -> str:
    """The words of a text, with single spaces: "Łucja  O’Dowd-Patel" becomes "lucja odowd patel".

    Apostrophes vanish, and so does what stands between two digits; other punctuation parts words.
    """
    text = plain(typed)
    if text.isalnum():
        return text
    text = _BETWEEN_DIGITS.sub("", _APOSTROPHES.sub("", text))
    return _NO_WORD.sub(" ", text).strip()


def joined(typed: str) -> str:
    """The same in one piece, without spaces."""
    return fold(typed).replace(" ", "")


def digits(typed: str) -> str:
    """Only the digits of a text, whatever script they are in."""
    return "".join(sign for sign in plain(typed) if sign.isdigit())


def _without_marks(typed: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", typed) if unicodedata.category(sign) != "Mn")


@lru_cache(maxsize=8192)
def _sign(sign: str) -> str:
    """One sign as ASCII; "" for one that nobody sees."""
    if sign.isspace():
        return " "
    category, wide = unicodedata.category(sign), unicodedata.east_asian_width(sign) in "WFH"
    if category in _UNSEEN or (category == "Sk" and wide):  # the latter colour the emoji before them
        return ""
    if wide or category == "So":
        alike = unicodedata.normalize("NFKC", sign)
        return alike.lower() if alike.isascii() else "".join(f"u{ord(each):x}" for each in _without_marks(alike))
    return anyascii(sign).lower()
