"""Texts that other people wrote: made so that they can be written anywhere, and turn nothing around them."""

import json
import re
import unicodedata
from typing import Any

from orders.payload import listed

_REPLACED = "\N{REPLACEMENT CHARACTER}"
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of a surrogate pair
_TELLING = ("code", "name", "title", "id")

_OPENS, _CLOSES = "\u2066\u2067\u2068", "\u2069"  # isolates, and what ends one
_FIRST_STRONG = "\u2068"
# Classes of the bidirectional algorithm that run, or make run, from right to left.
_TURNING = frozenset({"R", "AL", "AN", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def writable(text: str) -> str:
    """`text` with a replacement mark where a sign stands that a page, a file or a database cannot take."""
    return _UNWRITABLE.sub(_REPLACED, text)


def brief(text: str, most: int) -> str:
    """`text` cut to `most` characters, the last of them an ellipsis where something was cut."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def in_words(value: Any) -> str:
    """A JSON value as a short text: an object by its telling key, a list by its elements; "" for null."""
    match value:
        case None:
            return ""
        case str():
            return writable(value)
        case {"name": name, "value": inner}:
            return f"{in_words(name)}: {in_words(inner)}"
        case dict():
            telling = next((value[key] for key in _TELLING if value.get(key)), None)
            return in_words(telling) if telling is not None else json_text(value)
        case list():
            return ", ".join(words for item in value if (words := in_words(item)))
    return json.dumps(value)


def reference(value: Any) -> str:
    """A reference of Glu's as its id: a number, the end of an address, or an object's id."""
    if isinstance(value, dict):
        value = value.get("id")
    return in_words(value).rstrip("/").rpartition("/")[2]


def listed_words(value: Any) -> str:
    """A list in words, however it came: "AUTUMN10, SPRING5"."""
    return in_words(listed(value))


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON that people can read; half a surrogate pair stands escaped."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace").decode()


def spelled_out(value: Any) -> str:
    """A JSON value at length: objects and lists as JSON in lines, all else in words."""
    return json_text(value, indent=2) if isinstance(value, (dict, list)) else in_words(value)


def closed(text: str) -> str:
    """`text` with every Unicode isolate that it opens closed, and without marks that would close one around it."""
    if _CLOSES not in text and not any(sign in text for sign in _OPENS):
        return text
    depth, out = 0, []
    for sign in text:
        depth += (sign in _OPENS) - (sign == _CLOSES)
        if depth < 0:
            depth = 0
        else:
            out.append(sign)
    return "".join(out) + _CLOSES * depth


def isolated(text: str) -> str:
    """`text` made fit for the middle of a sentence: if it runs from right to left, the sentence around it does not.

    A text that only runs from left to right, as our sentences do, is left as it is.
    """
    if text.isascii() or all(unicodedata.bidirectional(sign) not in _TURNING for sign in text):
        return text
    return f"{_FIRST_STRONG}{closed(text)}{_CLOSES}"
