"""A filter in words: as chips that remove themselves, and as one sentence."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from orders.display.locales import grouped
from orders.display.text import isolated
from orders.search.criteria import DAY_FIELDS, FLAGS, LABELS, NOT, PERSON_FIELDS, VALUE_FIELDS, Amounts, Days
from orders.search.query import Query

SORT_WORDS = {
    "-created": gettext_lazy("newest first"),
    "created": gettext_lazy("oldest first"),
    "-updated": gettext_lazy("last changed first"),
    "updated": gettext_lazy("longest unchanged first"),
    "-total": gettext_lazy("largest first"),
    "total": gettext_lazy("smallest first"),
    "-scheduled": gettext_lazy("latest delivery first"),
    "scheduled": gettext_lazy("next delivery first"),
    "-age": gettext_lazy("longest waiting first"),
    "age": gettext_lazy("shortest waiting first"),
}

_MONTHS = {
    "last-month": gettext_lazy("last month, %(days)s"),
    "this-month": gettext_lazy("this month, %(days)s"),
    "next-month": gettext_lazy("next month, %(days)s"),
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
    return ", ".join([*(parts or [_("All orders")]), str(SORT_WORDS[query.sort])])


def more(number: int) -> str:
    """What is said in place of the rest of a list that was cut: "and 7 more"."""
    return ngettext("and %(n)s more", "and %(n)s more", number) % {"n": grouped(number)}


def _active(query: Query) -> list[Chip]:
    wrong = {(problem.key, problem.value) for problem in query.errors}
    pairs = [pair for pair in query.pairs() if pair not in wrong and pair[0] not in _NO_PART]
    shown, rest = pairs[:MOST_CHIPS], pairs[MOST_CHIPS:]
    out = []
    for name, value in shown:
        words = _part(query, name, value)
        title = _("Remove filter: %(words)s") % {"words": words}
        out.append(Chip(words, title, query.url_query(without=[(name, value)])))
    if rest:
        words = more(len(rest))
        out.append(Chip(words, _("Remove filters: %(words)s") % {"words": words}, query.url_query(without=rest)))
    return out


def _errors(query: Query) -> list[Chip]:
    out = []
    for problem in query.errors[:MOST_CHIPS]:
        label = _of(problem.key, isolated(problem.value[:40]) or _("nothing"))
        out.append(Chip(label, problem.message, query.url_query(without=[(problem.key, problem.value)]), "error"))
    return out


def _ignored(query: Query) -> list[Chip]:
    without = query.url_query()
    shown = query.ignored[:MOST_CHIPS]
    out = [Chip(_unused(isolated(problem.key[:40])), problem.message, without, "ignored") for problem in shown]
    if rest := len(query.ignored) - len(shown):
        out.append(Chip(_unused(more(rest)), _("They are not filters here."), without, "ignored"))
    return out


def _unused(keys: str) -> str:
    return _("%(keys)s ignored") % {"keys": keys}


def _of(name: str, value: str) -> str:
    """A value with what its field is called."""
    return _("%(field)s: %(value)s") % {"field": LABELS.get(name, name), "value": value}


def _part(query: Query, name: str, value: str) -> str:
    shown = isolated(value)
    if name in VALUE_FIELDS:
        return shown if shown and name == "dispatch" else _of(name, shown or _("none given"))
    if name in DAY_FIELDS and (days := getattr(query.criteria, name)):
        return _("%(field)s %(days)s") % {"field": LABELS[name], "days": _days(days)}
    if name == "age" and query.criteria.age:
        return _("Waiting %(age)s") % {"age": query.criteria.age.words}
    if name == "total" and query.criteria.total:
        return _("Total %(amounts)s") % {"amounts": _amounts(query.criteria.total)}
    if name.startswith(NOT):
        told = {"field": LABELS[name.removeprefix(NOT)], "value": shown}
        return (_("%(field)s is not %(value)s") if value else _("%(field)s is given")) % told
    if name in ("has", "no") and value in FLAGS:
        return str(FLAGS[value][name == "no"])
    if name in PERSON_FIELDS:
        return _("%(bought_or_received_by)s %(person)s") % {"bought_or_received_by": LABELS[name], "person": shown}
    if name == "id":
        return _numbers(query.criteria.ids)
    return _("“%(words)s”") % {"words": shown} if name == "q" else _of(name, shown)


def _numbers(ids: tuple[int, ...]) -> str:
    named = [str(number) for number in ids[:_MOST_NUMBERS]]
    rest = [more(len(ids) - _MOST_NUMBERS)] if len(ids) > _MOST_NUMBERS else []
    said = ngettext("Order number %(numbers)s", "Order numbers %(numbers)s", len(ids))
    return said % {"numbers": ", ".join([*named, *rest])}


def _days(days: Days) -> str:
    said = f" {pgettext('between days', 'or')} ".join(_stretch(first, last) for first, last in days.each)
    return _MONTHS[days.text] % {"days": said} if days.text in _MONTHS else said


def _stretch(first: date | None, last: date | None) -> str:
    if first == last and first:
        return _day(first)
    if first is None or last is None:
        return (
            _("from %(day)s") % {"day": _day(first)} if first else _("until %(day)s") % {"day": _day(last or date.max)}
        )
    return _("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}


def _day(day: date) -> str:
    return date_format(day, "j M Y")


def _amounts(amounts: Amounts) -> str:
    if amounts.currency:
        bare = _amounts(replace(amounts, currency=""))
        return _("%(amounts)s, %(currency)s only") % {"amounts": bare, "currency": amounts.currency}
    least, most = ("" if end is None else grouped(end) for end in (amounts.least, amounts.most))
    if not least:
        said = _("below %(amount)s") if amounts.below else _("up to %(amount)s")
        return said % {"amount": most}
    if not most:
        said = _("above %(amount)s") if amounts.above else _("from %(amount)s")
        return said % {"amount": least}
    return most if amounts.least == amounts.most else _("%(first)s to %(last)s") % {"first": least, "last": most}
