"""The filter panel of the list: what stands in its fields, what is wrong with it, and how it is sent."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from glu_admin.tenancy.models import Organisation
from orders.search import Facet, Problem, Query, facets
from orders.search.criteria import DAY_FIELDS, LABELS, VALUE_FIELDS, Days

RANGE_FIELDS = ("created", "updated", "scheduled", "total")
_PRESETS = (("Today", "today"), *((f"Last {days} days", f"-{days - 1}d..") for days in (7, 30)))
_MOST_OFFERED = 50
_PANEL = (*VALUE_FIELDS, *RANGE_FIELDS, "gone")


@dataclass(frozen=True)
class Box:
    """One end of a range: a date field can hold nothing but a date, so what is none stays in a field of text."""

    end: str
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
    """The filter form's fields as the list's address has them: a range's two boxes as one value, no empty ones."""
    out = data.copy()
    for name in RANGE_FIELDS:
        first, last = (out.pop(f"{name}-{end}", [""])[-1].strip() for end in ("from", "to"))
        if first or last:
            whole = first == last or (".." in first and not last)
            out[name] = first if whole else f"{first}..{last}"
    for name in (*RANGE_FIELDS, "q"):
        if name in out and not "".join(out.getlist(name)).strip():
            del out[name]
    return out


def panel(organisation: Organisation, query: Query) -> dict[str, Any]:
    """The template's context for the filter panel and the messages above it."""
    offers = facets(organisation, query.criteria)
    problems = list({problem.key: problem for problem in query.errors}.values())
    return {
        "query": query,
        "problems": problems,
        "only_words": all(problem.key == "q" for problem in problems),
        "hint": next((problem.message for problem in problems if problem.key == "q"), ""),
        "panel_open": any(problem.key in _PANEL for problem in problems),
        "filters": [(LABELS[name], name, *_offered(values)) for name, values in offers.items()],
        "range_fields": [_range_field(query, name, problems) for name in RANGE_FIELDS],
        "presets": [(words, query.url_query(created=text)) for words, text in _PRESETS],
    }


def _offered(values: list[Facet]) -> tuple[list[Facet], int]:
    """The values of a field that fit a page, those asked for among them, and how many more there are."""
    shown = [value for place, value in enumerate(values) if place < _MOST_OFFERED or value.selected]
    return shown, len(values) - len(shown)


def _range_field(query: Query, name: str, problems: list[Problem]) -> RangeField:
    problem = next((problem for problem in problems if problem.key == name), None)
    known = getattr(query.criteria, name)
    if isinstance(known, Days):
        first, last = str(known.first or ""), str(known.last or "")
    else:
        first, dots, last = (problem.value if problem else known.text if known else "").partition("..")
        last = last if dots else first
    boxes = [_box(name, end, value, problem) for end, value in (("from", first), ("to", last))]
    return RangeField(LABELS[name], name, (boxes[0], boxes[1]), problem.message if problem else "")


def _box(name: str, end: str, value: str, problem: Problem | None) -> Box:
    kind = "date" if name in DAY_FIELDS and problem is None else "text"
    return Box(end, value.strip(), kind, problem is not None and problem.end in ("", end))
