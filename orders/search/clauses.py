"""The search box's language beyond words: `payment:Pending,Failed -channel:Web created:-7d.. has:message`.

A clause says what a pair of the address says; what is left are words.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.display.money import currency
from orders.display.text import brief
from orders.search.criteria import DAY_FIELDS, LABELS, NOT, PERSON_FIELDS, VALUE_FIELDS, OrderCriteria
from orders.search.folding import fold, plain
from orders.search.numbers import kept_numbers, pasted_numbers
from orders.search.words import LABELLED

NAMES = (*VALUE_FIELDS, *DAY_FIELDS, "age", "total", "has", "no", "id", *PERSON_FIELDS)
"""What a clause may begin with."""

EXAMPLES = (
    (("patel lucja",), gettext_lazy("All of these words, in any order, with or without accents")),
    (('"spa day" -golf',), gettext_lazy("These words together; without this word")),
    (
        ("48216", "07700 900416", "BN7 2QQ"),
        gettext_lazy("A number, or a list of them; any part of a phone number, postcode, e-mail or code"),
    ),
    (
        ("payment:Pending,Failed", "-channel:Web"),
        gettext_lazy("One of these; none of these. So are dispatch, type, method, delivery, currency"),
    ),
    (
        ("created:-7d..", "refunded:last-month", "scheduled:today..+14d", "total:50..100", "age:3wd.."),
        gettext_lazy("From, to and both, all included; updated too, 31/1/2026 and this-month; ages in wd, d, h or min"),
    ),
    (
        ("has:message no:recipient-email",),
        gettext_lazy("Also late, stuck, lint, past-schedule, scheduled, discount, refund, refunded, chargeback, gone"),
    ),
)
"""What can be typed, and what it finds."""

_QUOTED = r'"(?:[^"]|"")*"?'
_TOKEN = re.compile(
    rf'-?{_QUOTED}|(?P<clause>(?P<minus>-?)(?P<name>[a-z][a-z-]*):(?P<value>(?:{_QUOTED}|[^\s"])+))|\S+', re.I
)
_VALUE = re.compile(r'"(?P<quoted>(?:[^"]|"")*)"?|[^,"]+')
_ELSEWHERE = LABELLED | {"http", "https"}  # no clauses
_OPPOSITE = {"has": "no", "no": "has"}
_NONE = "none"
_MOST_NAMED = 12
_LONGEST = 40

Known = Callable[[str], Sequence[str]]
"""Gives the values that an organisation's orders have in a field of values."""


class Pair(NamedTuple):
    """What a clause says as an address does, and where in the typed text it stands."""

    key: str
    value: str
    start: int
    stop: int


@dataclass(frozen=True)
class Box:
    """A typed text, read: the clauses' pairs, and the words that are left."""

    words: str
    pairs: tuple[Pair, ...]


class BadClause(ValueError):
    """A clause that cannot be read, and where it stands; the message says what would be right."""

    def __init__(self, message: str, start: int, stop: int) -> None:
        super().__init__(message)
        self.start, self.stop = start, stop


def read_box(typed: str, known: Known) -> Box:
    """Part a typed text into clauses and words. Raises BadClause; values that have a form are left to their readers."""
    if numbers := pasted_numbers(typed):
        return Box("", (Pair("id", numbers, 0, len(typed)),))
    text = typed if '"' in typed else "".join(map(_straight, typed))
    known = cache(known)  # asked once a field, however many values were typed
    words: list[str] = []
    pairs: list[Pair] = []
    for token in _TOKEN.finditer(text):
        if token["clause"] is None or token["name"].lower() in _ELSEWHERE:
            words.append(token[0])
            continue
        try:
            said = _said(token["name"].lower(), token["value"], known, negated=bool(token["minus"]))
        except ValueError as error:
            raise BadClause(str(error), *token.span()) from None
        pairs += [Pair(key, value, *token.span()) for key, value in said]
    left = " ".join(words)
    if numbers := pasted_numbers(left):
        return Box("", (*pairs, Pair("id", numbers, 0, len(typed))))
    return Box(left, tuple(pairs))


def written(criteria: OrderCriteria) -> str:
    """The text that asks for just these criteria when it is typed."""
    parts = []
    for name in VALUE_FIELDS:
        for minus, values in (("", getattr(criteria, name)), ("-", criteria.excluded(name))):
            if values:
                parts.append(f"{minus}{name}:" + ",".join(map(_quoted, values)))
    for name in (*DAY_FIELDS, "age", "total", *PERSON_FIELDS):
        if asked := getattr(criteria, name):
            parts.append(f'{name}:"{asked.text}"' if " " in asked.text else f"{name}:{asked.text}")
    for name, word, flags in (("has", "only", criteria.has), ("no", "none", criteria.no)):
        if flags := (*flags, *(["gone"] if criteria.gone == word else [])):
            parts.append(f"{name}:{','.join(flags)}")
    if criteria.ids:
        parts.append(f"id:{kept_numbers(criteria.ids)}")
    return " ".join([*parts, *([criteria.q] if criteria.q else [])])


def _said(name: str, value: str, known: Known, *, negated: bool) -> Iterable[tuple[str, str]]:
    """The pairs that a clause means. Raises ValueError with what would be right."""
    if name not in NAMES:
        raise ValueError(_no_filter(name))
    if name in VALUE_FIELDS:
        key = f"{NOT}{name}" if negated else name
        return [(key, meant) for match in _VALUE.finditer(value) for meant in _meant(name, match, known(name))]
    bare = value.replace('"', "")
    if name in _OPPOSITE:
        return [(_OPPOSITE[name] if negated else name, bare)]
    if negated:
        raise ValueError(_("%(field)s cannot be left out; write what is wanted of it.") % {"field": LABELS[name]})
    return [(name, bare)]


def _no_filter(name: str) -> str:
    """What to say of a clause that begins with something else than NAMES."""
    near = get_close_matches(name, NAMES, 1)
    said = (
        _("%(name)s: is not a filter. Do you mean %(near)s:? In quotes it is looked for as it stands.")
        if near
        else _("%(name)s: is not a filter. There are %(names)s. In quotes it is looked for as it stands.")
    )
    return said % {"name": name, "near": "".join(near), "names": ", ".join(NAMES)}


def _meant(name: str, typed: re.Match[str], values: Sequence[str]) -> list[str]:
    """The values somebody means: as it stands in quotes, else in any letters, or begun. Raises ValueError."""
    if typed["quoted"] is not None:
        return [typed["quoted"].replace('""', '"')]
    asked = fold(typed[0])
    if name == "currency" and asked and (currency(typed[0]) in values):
        return [currency(typed[0])]
    if found := [value for value in values if fold(value) == asked]:
        return found
    if asked == _NONE:
        return [""]
    begun = [value for value in values if asked and fold(value).startswith(asked)]
    if len(begun) == 1:
        return begun
    raise ValueError(_no_value(name, typed[0], asked, values, begun))


def _no_value(name: str, typed: str, asked: str, values: Sequence[str], begun: Sequence[str]) -> str:
    """What to say of a value that no order has in a field: which is near, or which there are, or so `begun`."""
    folded = {fold(value): value for value in values if value}
    near = [] if begun else [folded[text] for text in get_close_matches(asked, folded, 1)]
    there = ", ".join(brief(value, _LONGEST) for value in begun or [*folded.values()][:_MOST_NAMED])
    said = (
        _("%(field)s: no order has “%(value)s”. Do you mean %(near)s?")
        if near
        else _("%(field)s: no order has “%(value)s”. There are: %(there)s.")
    )
    told = {"field": LABELS[name], "value": brief(typed, _LONGEST), "near": "".join(near)}
    return said % {**told, "there": there or _("none yet")}


def _straight(sign: str) -> str:
    """Any quotation mark as ", every other sign as it is."""
    return '"' if not sign.isascii() and plain(sign) == '"' else sign


def _quoted(value: str) -> str:
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
