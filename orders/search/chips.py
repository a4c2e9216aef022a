"""A filter in words: as chips that remove themselves, and as one sentence."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from orders.display.text import isolated
from orders.search.criteria import DAY_FIELDS, FLAGS, LABELS, NOT, PERSON_FIELDS, VALUE_FIELDS, Amounts, Days
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
    "-age": "longest waiting first",
    "age": "shortest waiting first",
}

MOST_CHIPS = 12
"""How many parts of a filter are named before it says how many more there are."""

_MOST_NUMBERS = 3
_NO_PART = ("sort", "size")


@dataclass(frozen=True)
class Chip:
    """One part of a filter; `kind` is active, error or ignored, `remove_query` the list without it."""

    label: str
    title: str
    remove_query: str
    kind: str = "active"


def chips(query: Query) -> list[Chip]:
    """A chip for every part of the query, those that cannot be used last; after MOST_CHIPS of a kind "and 7 more"."""
    return [*_active(query), *_errors(query), *_ignored(query)]


def describe(query: Query) -> str:
    """The filter as a sentence: "Outstanding, created 1 Jan 2026 to 31 Jan 2026, newest first"."""
    pairs = [pair for pair in query.pairs() if pair[0] not in _NO_PART]
    parts = [_part(query, name, value) for name, value in pairs[:MOST_CHIPS]]
    parts += [more(len(pairs) - MOST_CHIPS)] if len(pairs) > MOST_CHIPS else []
    return ", ".join([*(parts or ["All orders"]), SORT_WORDS[query.sort]])


def more(number: int) -> str:
    """What is said in place of the rest of a list that was cut: "and 7 more"."""
    return f"and {number:,} more"


def _active(query: Query) -> list[Chip]:
    wrong = {(problem.key, problem.value) for problem in query.errors}
    pairs = [pair for pair in query.pairs() if pair not in wrong and pair[0] not in _NO_PART]
    shown, rest = pairs[:MOST_CHIPS], pairs[MOST_CHIPS:]
    out = []
    for name, value in shown:
        words = _part(query, name, value)
        out.append(Chip(words, f"Remove filter: {words}", query.url_query(without=[(name, value)])))
    if rest:
        words = more(len(rest))
        out.append(Chip(words, f"Remove filters: {words}", query.url_query(without=rest)))
    return out


def _errors(query: Query) -> list[Chip]:
    out = []
    for problem in query.errors[:MOST_CHIPS]:
        label = f"{LABELS.get(problem.key, problem.key)}: {isolated(problem.value[:40]) or 'nothing'}"
        out.append(Chip(label, problem.message, query.url_query(without=[(problem.key, problem.value)]), "error"))
    return out


def _ignored(query: Query) -> list[Chip]:
    without = query.url_query()
    shown = query.ignored[:MOST_CHIPS]
    out = [Chip(f"{isolated(problem.key[:40])} ignored", problem.message, without, "ignored") for problem in shown]
    if rest := len(query.ignored) - len(shown):
        out.append(Chip(f"{more(rest)} ignored", "They are not filters here.", without, "ignored"))
    return out


def _part(query: Query, name: str, value: str) -> str:
    shown = isolated(value)
    if name in VALUE_FIELDS:
        return (
            shown or f"{LABELS[name]}: none given" if name == "dispatch" else f"{LABELS[name]}: {shown or 'none given'}"
        )
    if name in DAY_FIELDS and (days := getattr(query.criteria, name)):
        return f"{LABELS[name]} {_days(days)}"
    if name == "age" and query.criteria.age:
        return f"Waiting {query.criteria.age.words}"
    if name == "total" and query.criteria.total:
        return f"Total {_amounts(query.criteria.total)}"
    if name.startswith(NOT):
        label = LABELS[name.removeprefix(NOT)]
        return f"{label} is not {shown}" if value else f"{label} is given"
    if name in ("has", "no") and value in FLAGS:
        return FLAGS[value][name == "no"]
    if name in PERSON_FIELDS:
        return f"{LABELS[name]} {shown}"
    if name == "id":
        return _numbers(query.criteria.ids)
    return f"“{shown}”" if name == "q" else f"{LABELS.get(name, name)}: {shown}"


def _numbers(ids: tuple[int, ...]) -> str:
    named = ", ".join(str(number) for number in ids[:_MOST_NUMBERS])
    rest = f", {more(len(ids) - _MOST_NUMBERS)}" if len(ids) > _MOST_NUMBERS else ""
    return f"{LABELS['id']}{'s' if len(ids) > 1 else ''} {named}{rest}"


def _days(days: Days) -> str:
    return " or ".join(_stretch(first, last) for first, last in days.each)


def _stretch(first: date | None, last: date | None) -> str:
    if first == last and first:
        return _day(first)
    if first is None or last is None:
        return f"from {_day(first)}" if first else f"until {_day(last or date.max)}"
    return f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return date_format(day, "j M Y")


def _amounts(amounts: Amounts) -> str:
    code = f" {amounts.currency}" if amounts.currency else ""
    if amounts.least is None:
        return f"{'below' if amounts.below else 'up to'} {amounts.most:,}{code}"
    if amounts.most is None:
        return f"{'above' if amounts.above else 'from'} {amounts.least:,}{code}"
    return (
        f"{amounts.least:,}{code}" if amounts.least == amounts.most else f"{amounts.least:,} to {amounts.most:,}{code}"
    )
