"""The search box's words: all are wanted, quotes make a phrase, a hyphen in front excludes."""

import re
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _
from phonenumbers import Leniency, NumberParseException, PhoneNumberMatcher, parse

from orders.search.folding import digits, fold, plain

_TOKEN = re.compile(r'(-?)(?:"([^"]*)"?|([^\s,;"]+))')
_OF_PEOPLE = "mailto|tel|phone|telephone|mobile|email|e-mail|name|customer|buyer|recipient"
LABELLED = frozenset(f"{_OF_PEOPLE}|order|ref|re|fw|fwd|subject".split("|"))
"""What stands with a colon before something that is pasted, and is no clause."""

_LABEL = re.compile(rf"^(?:{_OF_PEOPLE}):\s*")
_ORDER_NUMBER = re.compile(
    r"(?:.*/orders/|[^\w]*(?:(?:re|fwd?|subject|your|order|no|number|id|ref)\b[^\w]*)+)(\d{1,18})\b[^\w]*"
)
_WITHIN = re.compile(r"\border\b[^\w]*(?:(?:no|number|id|ref)\b[^\w]*)*(\d{4,18})\b")
_EMAIL = re.compile(r"[^\s@\"<>]+@[^\s@\"<>]+\.[a-z\d-]{2,}")
_POINTED = re.compile(r"<([^<>]*)>")
_REFERENCE = re.compile(r"(?=.*\d)[^\s\"]{4,}")
_HEXADECIMAL = re.compile(r"[\da-f]{32}")
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]? \d[a-z]{2})\b")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir"})
_NO_NUMBER = re.compile(r"[^\d\s+(),.;:/'`#_\-]")
_REGION = "GB"  # where a phone number without a country's code is from
_PHONE_DIGITS = 6  # the end of a phone number that says enough
_WHOLE_PHONE = 9
_MOST_WORDS = 12
_MOST_TYPED = 300
_SHORT = 2
_GLU_DIGITS = 18


class SearchError(ValueError):
    """A search that cannot be made; the message may be shown."""


@dataclass(frozen=True)
class Words:
    """A search, read, as documents have it; what comes first is tried first, and what finds nothing gives way.

    `uuid`, `ids` (Glu's), `email` and `reference` (a payment's) say which order it is. `number` is a run of digits, as
    of a phone, that a document may hold instead of what is wanted. Of `wanted` it holds all, of `unwanted` none; a
    space at the end of one is where a word of the document ends.
    """

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    uuid: UUID | None = None
    email: str = ""
    reference: str = ""
    number: str = ""
    untitled: tuple[str, ...] = ()


def parse_words(typed: str) -> Words:
    """Read what was typed. Raises SearchError with a hint when it would find too much or cannot be read."""
    if len(typed) > _MOST_TYPED:
        raise SearchError(_("Type at most %(most)d characters.") % {"most": _MOST_TYPED})
    if "\0" in typed:
        raise SearchError(_("That search holds signs that cannot be searched."))
    text = _LABEL.sub("", plain(typed).strip())
    lone = text.strip("\"'`#<>()[]{}.,;:!? ")
    found = _terms(text)
    if _HEXADECIMAL.fullmatch(bare := lone.removeprefix("urn:uuid:").replace("-", "")):
        return Words(uuid=UUID(bare), wanted=found.wanted)
    if named := _ORDER_NUMBER.fullmatch(text) or ('"' not in text and _WITHIN.search(text)):
        return Words(ids=(int(named[1]),), wanted=found.wanted)
    if digits(text) and not _NO_NUMBER.search(text):
        return _number(text, found)
    if address := _address(text, lone):
        return Words(email=address, wanted=(fold(address),))
    return replace(found, reference=lone) if _REFERENCE.fullmatch(lone) else found


def _number(text: str, found: Words) -> Words:
    """Nothing but digits and what parts them: the number of an order, or of a phone."""
    whole = digits(text)
    number = _national(text) if len(whole) >= _PHONE_DIGITS else ""
    is_id = len(whole) <= _GLU_DIGITS and not whole.startswith("0") and "+" not in text
    return replace(found, ids=(int(whole),) if is_id else (), number=number, reference=whole)


def _national(text: str) -> str:
    """A phone number as it is found however it was typed: without its country's code or leading 0."""
    try:
        return str(parse(text, _REGION).national_number)
    except NumberParseException:
        return digits(text)


def _address(text: str, lone: str) -> str:
    """The e-mail address that was pasted, with or without a name; "" for anything else."""
    pointed = _POINTED.search(text)
    address = (_LABEL.sub("", pointed[1]) if pointed else lone).partition("?")[0]
    return address if _EMAIL.fullmatch(address) else ""


def _terms(text: str) -> Words:
    whole = text
    for match in PhoneNumberMatcher(text if digits(text) else "", _REGION, Leniency.POSSIBLE):
        if len(national := str(match.number.national_number)) >= _WHOLE_PHONE:
            whole = whole.replace(match.raw_string, f" {national} ")
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word in _TOKEN.findall(_POSTCODE.sub(r'"\1"', whole) if '"' not in whole else whole):
        if term := fold(phrase or word):
            (unwanted if minus else wanted).append(term)
    if len(wanted) + len(unwanted) > _MOST_WORDS:
        raise SearchError(_("Type at most %(most)d words.") % {"most": _MOST_WORDS})
    if not any(len(term) >= _SHORT or term.isdigit() for term in wanted):
        said = _("Type a word of at least %(least)d letters, an order number or a postcode.")
        raise SearchError(said % {"least": _SHORT})
    return Words(
        _bounded(wanted),
        tuple(f" {term} " if len(term) <= _SHORT else term for term in unwanted),
        untitled=_untitled(wanted),
    )


def _untitled(wanted: list[str]) -> tuple[str, ...]:
    """The terms without titles and the "and" between these; none where there is no title, or too little is left."""
    if _TITLES.isdisjoint(wanted):
        return ()
    rest = [term for term in wanted if term not in _TITLES and term != "and"]
    return _bounded(rest) if any(len(term) >= _SHORT for term in rest) else ()


def _bounded(wanted: list[str]) -> tuple[str, ...]:
    """A short term begins a word; where there are none but short ones, each is a whole word."""
    alone = all(len(term) <= _SHORT for term in wanted)
    return tuple(term if len(term) > _SHORT else f" {term} " if alone else f" {term}" for term in wanted)
