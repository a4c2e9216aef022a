"""The filters of the list: what stands in menus and panel, what is wrong with it, and how it is sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.search import (
    COUNT_CAP,
    CounterRow,
    Facet,
    Problem,
    Query,
    count_values,
    facets,
    parse_query,
    read_counters,
    written,
)
from orders.search.clauses import EXAMPLES
from orders.search.criteria import DAY_FIELDS, FLAG_LABELS, LABELS, NOT, VALUE_FIELDS, Days, OrderCriteria

RANGE_FIELDS = (*DAY_FIELDS, "age", "total")
_PRESETS = (
    (gettext_lazy("Today"), "today"),
    (gettext_lazy("Last 7 days"), "-6d.."),
    (gettext_lazy("This month"), "this-month"),
    (gettext_lazy("Last month"), "last-month"),
)
_EXAMPLES = {
    "total": (gettext_lazy("least"), gettext_lazy("most")),
    "age": ("3wd", "5wd"),
}
_MOST_OFFERED = 50
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SEVERAL = re.compile(r",\S")  # as an address has several stretches of days; a day may have a comma and a space
PINNED = ("dispatch", "payment", "type")
"""The fields of values that have a menu of their own beside the chips."""

_PANEL = (*(name for name in VALUE_FIELDS if name not in PINNED), *RANGE_FIELDS, "has", "no", "gone")


@dataclass(frozen=True)
class Values:
    """A field's values that fit a menu, how many rarer ones there are, and whether their numbers are here already.

    `unwanted` is true where the ticked ones are those that an order must not have.
    """

    label: str
    name: str
    values: list[Facet]
    more: int
    counted: bool
    unwanted: bool


@dataclass(frozen=True)
class Box:
    """One end of a range: a date field can hold nothing but a date, so what is none stays in a field of text.

    `example` is what stands in it while it is empty, "" for nothing.
    """

    end: str
    label: str
    example: str
    value: str
    type: str
    wrong: bool


@dataclass(frozen=True)
class RangeField:
    """The two boxes of a range, and what is wrong with what stands in them ("" for nothing)."""

    label: str
    name: str
    boxes: tuple[Box, Box]
    message: str


def canonical(data: QueryDict) -> QueryDict:
    """The filter form's fields as the list's address has them: a range's two boxes as one value, no empty ones.

    The values of a menu that says "is not" are those unwanted; what is said of a flag is what an order has or has not.
    """
    out = data.copy()
    for name in VALUE_FIELDS:
        if "".join(out.pop(f"{name}-is", [])) == "not" and name in out:
            out.setlist(f"{NOT}{name}", [*out.getlist(f"{NOT}{name}"), *out.pop(name)])
    for flag in FLAG_LABELS:
        if (asked := "".join(out.pop(f"flag-{flag}", []))) in ("has", "no"):
            out.appendlist(asked, flag)
    for name in RANGE_FIELDS:
        first, last = (out.pop(f"{name}-{end}", [""])[-1].strip() for end in ("from", "to"))
        if first or last:
            several = name in DAY_FIELDS and _SEVERAL.search(first)
            whole = first == last or (not last and (".." in first or several))
            out[name] = first if whole else f"{first}..{last}"
    for name in (*RANGE_FIELDS, "q"):
        if name in out and not "".join(out.getlist(name)).strip():
            del out[name]
    return out


def carried(query: Query) -> list[tuple[str, str]]:
    """What of a query no field of the form says, so that the form carries it along unseen."""
    unwanted = (f"{NOT}{name}" for name in VALUE_FIELDS if _unwanted(query.criteria, name))
    said = {*VALUE_FIELDS, *unwanted, *RANGE_FIELDS, "q"}
    flags = {(asked, flag) for flag, asked in _flags(query.criteria).items() if flag in FLAG_LABELS}
    return [pair for pair in query.pairs() if pair[0] not in said and pair not in flags]


def panel(organisation: Organisation, query: Query, counters: Sequence[CounterRow]) -> dict[str, Any]:
    """The template's context for the filter panel and the messages above it."""
    counted = query.criteria.only_counted()
    known = facets(counters, query.criteria)
    offers = {name: _offered(query.criteria, name, values, counted) for name, values in known.items()}
    problems = list({problem.key: problem for problem in query.errors}.values())
    return {
        "query": query,
        "problems": problems,
        "only_words": all(problem.key == "q" for problem in problems),
        "hint": next((problem for problem in problems if problem.key == "q"), None),
        "typed": written(query.criteria) if query.ok else "",
        "examples": EXAMPLES,
        "panel_open": any(problem.key in _PANEL for problem in problems),
        "pinned": [offers[name] for name in PINNED],
        "filters": [offer for name, offer in offers.items() if name not in PINNED],
        "range_fields": [_range_field(query, name, problems) for name in RANGE_FIELDS],
        "flags": [(flag, label, _flags(query.criteria).get(flag, "")) for flag, label in FLAG_LABELS.items()],
        "presets": preset_days(query),
        "amounts_in": query.criteria.total.currency if query.criteria.total else "",
    }


def preset_days(query: Query) -> list[tuple[str, str]]:
    """Days of creation that are often asked for, in words, each with the query string that has them instead."""
    return [(str(words), query.url_query(created=text)) for words, text in _PRESETS]


@door(Role.VIEWER)
def order_values(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The values of `field` with how many orders of the list have each, for a menu that has just been opened.

    Raises Http404 for what is no field of values.
    """
    data = canonical(request.GET)
    name = "".join(data.pop("field", []))
    query = parse_query(data, organisation)
    if name not in VALUE_FIELDS:
        raise Http404("No such field.")
    numbers = count_values(organisation, query.criteria, name) if query.ok else None
    known = [
        replace(facet, n=None if numbers is None else numbers.get(facet.value, 0))
        for facet in facets(read_counters(organisation), query.criteria)[name]
    ]
    most = COUNT_CAP if numbers and sum(numbers.values()) >= COUNT_CAP else None
    known.sort(key=lambda facet: -(facet.n or 0))
    offered = _offered(query.criteria, name, known, counted=True)
    return render(request, "orders/list/_values.html", {"field": offered, "most": most})


def _unwanted(criteria: OrderCriteria, name: str) -> bool:
    """Whether a field's menu says "is not"; values that are asked for have it say "is"."""
    return not getattr(criteria, name) and bool(criteria.excluded(name))


def _flags(criteria: OrderCriteria) -> dict[str, str]:
    """What is asked of each flag, "has" or "no"; those that nothing is asked of are left out."""
    gone = {"only": {"gone": "has"}, "none": {"gone": "no"}}.get(criteria.gone, {})
    return {**dict.fromkeys(criteria.no, "no"), **dict.fromkeys(criteria.has, "has"), **gone}


def _offered(criteria: OrderCriteria, name: str, known: list[Facet], counted: bool) -> Values:
    """The values of a field that fit a page, those asked for among them."""
    shown = [value for place, value in enumerate(known) if place < _MOST_OFFERED or value.selected]
    return Values(str(LABELS[name]), name, shown, len(known) - len(shown), counted, _unwanted(criteria, name))


def _range_field(query: Query, name: str, problems: list[Problem]) -> RangeField:
    problem = next((problem for problem in problems if problem.key == name), None)
    known = getattr(query.criteria, name)
    text = problem.value if problem else known.text if known else ""
    first, dots, last = (text, "..", "") if isinstance(known, Days) and known.stretches else text.partition("..")
    boxes = [_box(name, end, value, problem) for end, value in (("from", first), ("to", last if dots else first))]
    return RangeField(str(LABELS[name]), name, (boxes[0], boxes[1]), problem.message if problem else "")


def _box(name: str, end: str, value: str, problem: Problem | None) -> Box:
    kind = "date" if name in DAY_FIELDS and problem is None and (not value or _DAY.fullmatch(value)) else "text"
    label = (_("%(field)s from") if end == "from" else _("%(field)s to")) % {"field": LABELS[name]}
    example = _EXAMPLES.get(name, ("", ""))[end == "to"]
    return Box(end, label, str(example), value.strip(), kind, problem is not None and problem.end in ("", end))
