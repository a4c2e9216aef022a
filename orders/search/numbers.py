"""Lists of order numbers: as they are pasted, and as an address keeps them."""

import re
from collections.abc import Iterable
from itertools import pairwise

from django.utils.translation import gettext as _

from orders.display.locales import grouped
from orders.search.folding import plain
from orders.search.ranges import BadValue

MOST_NUMBERS = 1_000
_FEW = 20
_PASTED = re.compile(r"[#\s]*\d+(?:[\s,;#]+\d+)+[\s,;.]*")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_KEPT = re.compile(r"~?\d{1,18}(?:[,~]\d{1,18})*")
_LEAST_DIGITS = 4


def pasted_numbers(typed: str) -> str:
    """What was pasted as a list with commas, if it is two order numbers or more; "" for anything else.

    Numbers with nothing but spaces between are a list when they are alike: about as long, and none begins with 0.
    """
    text = plain(typed).strip()
    if not _PASTED.fullmatch(text) or _THOUSANDS.fullmatch(text):
        return ""
    found = re.findall(r"\d+", text)
    if not any(sign in text for sign in ",;#\n\t"):
        lengths = [len(number) for number in found]
        if min(lengths) < _LEAST_DIGITS or max(lengths) - min(lengths) > 1 or any(n.startswith("0") for n in found):
            return ""
    return ",".join(found)


def read_numbers(text: str) -> tuple[int, ...]:
    """Order numbers out of `700001,700002` or `700001~1`, where ~ is "so many further". Raises BadValue."""
    text = "".join(text.split())
    if not _KEPT.fullmatch(text):
        raise BadValue(_("Order numbers are digits with commas between, such as 48216,48217."))
    found: set[int] = set()
    at = 0
    for sign, number in re.findall(r"([,~]?)(\d+)", text):
        at = at + int(number) if sign == "~" else int(number)
        found.add(at)
    if len(found) > MOST_NUMBERS:
        said = _("At most %(most)s order numbers can be asked for at once; these are %(n)s.")
        raise BadValue(said % {"most": grouped(MOST_NUMBERS), "n": grouped(len(found))})
    if max(found) >= 2**63:
        raise BadValue(_("That is no number of an order."))
    return tuple(sorted(found))


def kept_numbers(numbers: Iterable[int]) -> str:
    """How an address has them: a few with commas, many by how far each is from the one before, which is shorter."""
    ordered = sorted(set(numbers))
    if len(ordered) <= _FEW:
        return ",".join(map(str, ordered))
    steps = (later - earlier for earlier, later in pairwise(ordered))
    return "~".join(map(str, [ordered[0], *steps]))
