"""Where in an order its search matched, when the list does not show it; and names near to those that nobody has."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from orders.display.text import brief
from orders.display.words import field_words
from orders.models import Order, OrderLine
from orders.search.document import Entry, line_entries, order_entries
from orders.search.folding import fold
from orders.search.matching import index
from orders.search.words import SearchError, parse_words

_SHOWN = frozenset({"id", "customerName", "recipientName"})  # what every row of a list shows
_WORDS = {"name": _("Line"), "uuid": _("UUID")}
_LONGEST = 90
_BEFORE = 3
_MOST_PLACES = 2
_NAME_COLUMNS = (
    "customer_first_name",
    "customer_last_name",
    "customer_name",
    "recipient_first_name",
    "recipient_last_name",
)
_LEAST_PART = 3
_MOST_READ = 300
_MOST_OFFERED = 3
_LIKE = 0.7


def places(organisation: Organisation, rows: Sequence[Order], q: str) -> dict[int, str]:
    """By order pk where the words of `q` stand in it, "Personal message: …"; nothing for what its row shows anyway."""
    words = parse_words(q)
    terms = [*words.wanted, *([words.number] if words.number else [])]
    by_order: dict[int, list[OrderLine]] = defaultdict(list)
    for line in organisation.order_lines.filter(order__in=[row.pk for row in rows]).order_by("position", "glu_id"):
        by_order[line.order_id].append(line)
    out = {}
    for row in rows:
        entries = [*order_entries(row), *line_entries(by_order[row.pk])]
        hidden = [term for term in terms if not any(_holds(entry, term) for entry in entries if entry.field in _SHOWN)]
        found = [(entry, term) for term in hidden if (entry := _first(entries, term))]
        said = dict.fromkeys(f"{_label(entry.field)}: {_around(entry.text, term)}" for entry, term in found)
        out[row.pk] = " · ".join([*said][:_MOST_PLACES])
    return out


def nearest(organisation: Organisation, q: str) -> list[str]:
    """Searches that differ from `q`, which finds nothing, by a name that some order has and `q` nearly names."""
    try:
        wanted = parse_words(q).wanted
    except SearchError:
        return []
    out: list[str] = []
    for term in wanted:
        if term.isalpha() and not index().matches(organisation.pk, (term,), (), 1):
            known = _names(organisation, term)
            for near in get_close_matches(term, known, _MOST_OFFERED, _LIKE):
                out.append(" ".join(known[near] if fold(word) == term else word for word in q.split()))
    return out[:_MOST_OFFERED]


def _names(organisation: Organisation, term: str) -> dict[str, str]:
    """Words of names that share a half with a term, by how they are folded: one slip leaves the other half whole."""
    half = max(_LEAST_PART, len(term) // 2)
    parts = (index().matches(organisation.pk, (part,), (), _MOST_READ) for part in (term[:half], term[-half:]))
    pks = [pk for found in parts for _, pk in found]
    rows = organisation.orders.filter(pk__in=pks).values_list(*_NAME_COLUMNS)
    return {fold(word): word for row in rows for name in row if name for word in name.split() if fold(word)}


def _first(entries: Iterable[Entry], term: str) -> Entry | None:
    return next((entry for entry in entries if _holds(entry, term)), None)


def _holds(entry: Entry, term: str) -> bool:
    return any(term in f" {folded} " for folded in entry.folded)


def _label(field: str) -> str:
    return str(_WORDS.get(field) or field_words(field))


def _around(text: str, term: str) -> str:
    """The part of a text in which a term stands, short enough for a row."""
    words = text.split()
    first = term.split()[0]
    place = next((at for at, word in enumerate(words) if first in fold(word)), 0)
    start = max(0, place - _BEFORE) if len(text) > _LONGEST else 0
    return brief(("…" if start else "") + " ".join(words[start:]), _LONGEST)
