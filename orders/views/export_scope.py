"""Which orders of a list an export takes: those selected, those on its page, or all, as many as were shown."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.requests import TeamRequest
from orders.display.locales import grouped
from orders.search import Counted, OrderCriteria, Query, list_page, parse_query
from orders.search.numbers import kept_numbers, read_numbers
from orders.search.ranges import BadValue

KEYS = ("of", "picked", "scope", "selected", "page", "moved")
"""What the export page's address and form have of this, beside a list's own keys."""

_LONGEST = 12


@dataclass(frozen=True)
class Asked:
    """What is asked for: `listed` is the list's query, `selected` and `page` are numbers of orders, () for none.

    `picked` is how many all that match were when they were chosen; None where nobody chose them so. `told` is true
    where the page has said that they are others by now.
    """

    listed: Query
    scope: str = "all"
    selected: tuple[int, ...] = ()
    page: tuple[int, ...] = ()
    picked: int | None = None
    told: bool = False

    @property
    def query(self) -> Query:
        """The query of what is to be exported."""
        numbers = self.numbers
        return replace(self.listed, criteria=OrderCriteria(ids=numbers)) if numbers else self.listed

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the orders, where not all that match are wanted."""
        return {"selected": self.selected, "page": self.page}.get(self.scope, ())

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form carries along."""
        pairs = [(name, kept_numbers(numbers)) for name, numbers in self._numbered() if numbers]
        picked = [] if self.picked is None else [("picked", str(self.picked))]
        return [*pairs, *picked, *([("moved", "yes")] if self.told else [])]

    def scopes(self, count: Counted) -> list[tuple[str, str, bool]]:
        """The choices there are, each with its words and whether it is chosen; `count` is how many match."""
        words = {"selected": _("%(n)s selected"), "page": _("%(n)s on this page")}
        found = [(name, words[name] % {"n": grouped(len(numbers))}) for name, numbers in self._numbered() if numbers]
        every = [*found, ("all", _("All %(n)s matching") % {"n": count})] if found else []
        return [(name, said, name == self.scope) for name, said in every]

    def moved(self, found: Counted) -> str:
        """What to say where others are found now than were chosen, "" where they are as many, or that has been said."""
        expected = len(self.numbers) if self.numbers else self.picked
        if self.told or expected is None or expected == found.n:
            return ""
        said = ngettext(
            "%(n)s were chosen, and %(orders)s is found now.",
            "%(n)s were chosen, and %(orders)s are found now.",
            found.n,
        )
        return said % {"n": grouped(expected), "orders": found.words}

    def _numbered(self) -> Iterable[tuple[str, tuple[int, ...]]]:
        return (("selected", self.selected), ("page", self.page))


def read_asked(request: TeamRequest, organisation: Organisation, own_keys: Iterable[str]) -> Asked:
    """What a request asks for; a page of the list where its address says how many rows one has. Raises Http404."""
    data = (request.POST if request.method == "POST" else request.GET).copy()
    told = {name: "".join(data.pop(name, [])[:1]) for name in KEYS}
    for key in own_keys:
        data.pop(key, None)
    picked = int(told["picked"]) if told["picked"].isdecimal() and len(told["picked"]) < _LONGEST else None
    if request.method != "POST":
        return _from_list(organisation, data, told["of"], picked)
    selected, page = (_numbers(told[name]) for name in ("selected", "page"))
    asked = Asked(parse_query(data, organisation), told["scope"] or "all", selected, page, picked, bool(told["moved"]))
    if asked.scope != "all" and not asked.numbers:
        raise Http404("No such orders.")
    return asked


def _from_list(organisation: Organisation, data: QueryDict, of: str, picked: int | None) -> Asked:
    """What a list's address and its ticks ask for."""
    listed = sent = parse_query(data, organisation)
    if of and sent.ok and not sent.ignored:
        listed = parse_query(of, organisation)
    selected = sent.criteria.ids if listed is not sent else ()
    page: tuple[int, ...] = ()
    if listed.size and listed.ok:
        page = tuple(row.glu_id for row in list_page(organisation, listed, listed.size).rows)
    return Asked(listed, "selected" if selected else "all", selected, page, picked)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return read_numbers(text) if text else ()
    except BadValue:
        raise Http404("No such orders.") from None
