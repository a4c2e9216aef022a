"""A filter in words: as chips that remove themselves, and as one sentence."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from orders.search.criteria import DAY_FIELDS, GONE_WORDS, LABELS, VALUE_FIELDS, Amounts, Days
from orders.search.query import Query

SORT_WORDS = {
    "-created": "newest first",
    "created": "oldest first",
    "-updated": "last changed first",
    "updated": "longest unchanged first",
    "-total": "largest first",
    "total": "smallest first",
    "-scheduled": "latest delivery first",
    "scheduled": "next delivery first",
}


@dataclass(frozen=True)
class Chip:
    """One part of a filter; `kind` is active, error or ignored, `remove_query` the list without it."""

    label: str
    title: str
    remove_query: str
    kind: str = "active"


def chips(query: Query) -> list[Chip]:
    """A chip for every part of the query, those that cannot be used last."""
    out = []
    for name, value in query.pairs():
        if (name, value) in {(problem.key, problem.value) for problem in query.errors} or name in ("sort", "size"):
            continue
        words = _part(query, name, value)
        out.append(Chip(words, f"Remove filter: {words}", query.url_query(without=(name, value))))
    for problem in query.errors:
        label = f"{LABELS.get(problem.key, problem.key)}: {problem.value[:40] or 'nothing'}"
        out.append(Chip(label, problem.message, query.url_query(without=(problem.key, problem.value)), "error"))
    for problem in query.ignored:
        out.append(Chip(f"{problem.key[:40]} ignored", problem.message, query.url_query(), "ignored"))
    return out


def describe(query: Query) -> str:
    """The filter as a sentence: "Outstanding, created 1 Jan 2026 to 31 Jan 2026, newest first"."""
    parts = [_part(query, name, value) for name, value in query.pairs() if name not in ("sort", "size")]
    return ", ".join([*(parts or ["All orders"]), SORT_WORDS[query.sort]])


def _part(query: Query, name: str, value: str) -> str:
    if name in VALUE_FIELDS:
        return (
            value or f"{LABELS[name]}: none given" if name == "dispatch" else f"{LABELS[name]}: {value or 'none given'}"
        )
    if name in DAY_FIELDS and (days := getattr(query.criteria, name)):
        return f"{LABELS[name]} {_days(days)}"
    if name == "total" and query.criteria.total:
        return f"Total {_amounts(query.criteria.total)}"
    if name == "gone":
        return GONE_WORDS.get(value, value)
    return f"“{value}”" if name == "q" else f"{LABELS.get(name, name)}: {value}"


def _days(days: Days) -> str:
    if days.first == days.last and days.first:
        return _day(days.first)
    if days.first is None or days.last is None:
        return f"from {_day(days.first)}" if days.first else f"until {_day(days.last or date.max)}"
    return f"{_day(days.first)} to {_day(days.last)}"


def _day(day: date) -> str:
    return date_format(day, "j M Y")


def _amounts(amounts: Amounts) -> str:
    code = f" {amounts.currency}" if amounts.currency else ""
    if amounts.least is None:
        return f"up to {amounts.most:,}{code}"
    if amounts.most is None:
        return f"from {amounts.least:,}{code}"
    return (
        f"{amounts.least:,}{code}" if amounts.least == amounts.most else f"{amounts.least:,} to {amounts.most:,}{code}"
    )
