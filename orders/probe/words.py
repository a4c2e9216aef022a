"""What of Glu's answers may be kept: short words of a vocabulary, never a person's."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

_WORD = re.compile(r"[^\W\d_][\w &/()+.-]{0,39}")
_LONG_NUMBER = re.compile(r"\d{4}")
_MOST_WORDS = 12


def plain(value: object) -> str:
    """A number or a word of a vocabulary as it is, anything else by its kind."""
    if type(value) is int and abs(value) < 10**15:
        return str(value)
    if isinstance(value, str) and _WORD.fullmatch(value) and not _LONG_NUMBER.search(value):
        return value
    if value is None or value == "":
        return _("nothing")
    kinds = {str: _("a text"), bool: _("yes or no"), dict: _("an object"), list: _("a list")}
    return kinds.get(type(value), _("a number"))


def counted(values: Iterable[object]) -> str:
    """How often each value came, most often first. So many that they can be no vocabulary are only counted."""
    counts = Counter(plain(value) for value in values)
    if len(counts) > _MOST_WORDS:
        return _("%(number)d different values") % {"number": len(counts)}
    return listed(counts)


def listed(counts: Mapping[str, int]) -> str:
    """Names with their counts as a text, most frequent first: "GBP 12, EUR 3"; "none" without any."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count}" for name, count in ranked) or _("none")
