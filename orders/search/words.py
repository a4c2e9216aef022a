"""The search box's language: words are all wanted, quotes make a phrase, a hyphen in front excludes."""

import re
from dataclasses import dataclass
from uuid import UUID

from orders.search.document import digits, fold

_TOKEN = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
_DISTRICT = re.compile(r"[a-z]{1,2}\d[a-z\d]?")
_POSTCODE = re.compile(r"([a-z]{1,2}\d[a-z\d]?) (\d[a-z]{2})")
_PHONE = re.compile(r"[+\d][\d ()\-]{5,}")
_MOST_WORDS = 12
_LEAST_LETTERS = 3


class SearchError(ValueError):
    """A search that cannot be made; the message may be shown."""


@dataclass(frozen=True)
class Words:
    """A search, read: texts the document must and must not hold, or an id, a uuid or an e-mail address it must be."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    glu_id: int | None = None
    uuid: UUID | None = None
    email: str = ""


def parse_words(text: str) -> Words:
    """Read what was typed. Raises SearchError with a hint when it would find too much or cannot be read."""
    if "\0" in text or len(text) > 300:
        raise SearchError("That search is too long or holds signs that cannot be searched.")
    lone = text.strip().lstrip("#")
    if lone.isascii() and lone.isdigit() and len(lone) < 19:
        return Words(glu_id=int(lone), wanted=(lone,))
    try:
        return Words(uuid=UUID(lone)) if len(lone) == 36 else _words(text)
    except ValueError as error:
        if isinstance(error, SearchError):
            raise
        return _words(text)


def _words(text: str) -> Words:
    lone = fold(text)
    if re.fullmatch(r"[^\s@\"]+@[^\s@\"]+\.[^\s@\"]+", lone):
        return Words(email=lone, wanted=(lone,))
    if _PHONE.fullmatch(lone) and len(digits(lone)) >= 6:
        return Words(wanted=(_national(digits(lone)),))
    lone = _POSTCODE.sub(r"\1\2", lone)
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word in _TOKEN.findall(lone):
        term = (phrase or word).strip().strip("#")
        if term:
            (unwanted if minus else wanted).append(term)
    if len(wanted) + len(unwanted) > _MOST_WORDS:
        raise SearchError(f"Type at most {_MOST_WORDS} words.")
    if not any(len(term) >= _LEAST_LETTERS or term.isdigit() or _DISTRICT.fullmatch(term) for term in wanted):
        raise SearchError(f"Type a word of at least {_LEAST_LETTERS} letters, an order number or a postcode.")
    return Words(wanted=tuple(wanted), unwanted=tuple(unwanted))


def _national(number: str) -> str:
    """A phone number as it is found however it was typed: without +44 or the leading 0."""
    return number.removeprefix("0044").removeprefix("44").removeprefix("0")
