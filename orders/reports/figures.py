"""How many orders a period has, and worth how much: by slice and by value, for each currency by itself."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_noop, ngettext, pgettext

from glu_admin.tenancy.models import Organisation
from orders.display.locales import grouped
from orders.display.money import currency
from orders.models import MirrorState, OrderDay
from orders.models.counter import joined
from orders.models.day import ADDED_BY_DAY, SPLIT_FIELDS
from orders.reports.period import Period, folded
from orders.search.criteria import NOT, VALUE_FIELDS

MOST = (4, 12)
"""So many currencies stand in a report, and so many values of a field have a row, those of most orders."""

SPLITS = {
    "type": gettext_noop("Type"),
    "channel": gettext_noop("Channel"),
    "delivery": gettext_noop("Delivery method"),
    "method": gettext_noop("Payment method"),
    "payment": gettext_noop("Payment status"),
}
"""The fields by whose values orders are told apart, as addresses name them, and what people call them."""


class Figures(NamedTuple):
    """Orders added up (minor units of one currency).

    `with_gross` and `with_total` of them have these amounts, and of `with_paid` transactions are known.
    """

    orders: int = 0
    with_gross: int = 0
    with_total: int = 0
    with_paid: int = 0
    gross: int = 0
    discount: int = 0
    delivery: int = 0
    fee: int = 0
    total: int = 0
    paid: int = 0
    back: int = 0

    @property
    def net(self) -> int:
        """What was paid and has not gone back."""
        return self.paid - self.back

    def plus(self, other: "Figures") -> "Figures":
        """Both added up."""
        return Figures(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Row:
    """Some orders of a section: what they are, their figures, and the query string of their list.

    Where `is_value` its words are a value of a field as it came, "" for none given.
    """

    words: str
    figures: Figures
    query: str
    is_value: bool = False


@dataclass(frozen=True)
class Split:
    """A section's orders by the values of one field: its name in addresses, what people call it, and its rows."""

    name: str
    label: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Section:
    """A period in one currency, "" for none given: row by row, all of it, and by the values of each field."""

    currency: str
    rows: Sequence[Row]
    whole: Row
    splits: Sequence[Split]


@dataclass(frozen=True)
class Report:
    """The sections of a period, most orders first, and the other currencies that it has, each with all its orders."""

    sections: Sequence[Section]
    others: Sequence[Row]


def is_counted(organisation: Organisation, state: MirrorState | None) -> bool:
    """Whether days are counted in the zone that the organisation has now; its mirror, at this state, sees to it."""
    return state is not None and state.days_zone == organisation.timezone


def report(
    organisation: Organisation, period: Period, only: str | None = None, *, most: tuple[int, int] | None = MOST
) -> Report:
    """The figures of a period; `only` those of one currency, as its code is shown.

    `most` is how many currencies, and how many values of a field, have rows of their own; None for all.
    """
    currencies, values = most or (None, None)
    rows = organisation.order_days.filter(day__gte=period.first, day__lte=period.last)
    by_day, wholes = _by_day(rows.filter(field="", n__gt=0))
    ranked = sorted(wholes, key=lambda code: (-wholes[code].orders, code))
    chosen = [code for code in ranked if only in (None, code)][:currencies]
    by_value = _by_value(rows, chosen)
    return Report(
        [_section(period, code, by_day[code], wholes[code], by_value[code], values) for code in chosen],
        [Row(code, wholes[code], _query(code, period.days)) for code in ranked if code not in chosen],
    )


def folded_rows(period: Period, section: Section) -> list[Row]:
    """A section's rows for a page: stretches without orders are one row each."""
    return [
        Row(part.words, Figures(), _query(section.currency, part.days)) if place is None else section.rows[place]
        for part, place in folded(period.slices(), [not row.figures.orders for row in section.rows])
    ]


def _by_day(rows: QuerySet[OrderDay]) -> tuple[dict[str, dict[date, Figures]], dict[str, Figures]]:
    """The figures of each day by currency, and of all days."""
    by_day: dict[str, dict[date, Figures]] = defaultdict(dict)
    wholes: dict[str, Figures] = defaultdict(Figures)
    for day, code, *numbers in rows.values_list("day", "currency_code", *ADDED_BY_DAY):
        name, figures = currency(code), _figures(numbers)
        by_day[name][day] = by_day[name].get(day, Figures()).plus(figures)
        wholes[name] = wholes[name].plus(figures)
    return by_day, wholes


def _by_value(rows: QuerySet[OrderDay], codes: Iterable[str]) -> dict[str, dict[str, dict[str, Figures]]]:
    """The figures of each value of each field, by currency."""
    found: dict[str, dict[str, dict[str, Figures]]] = {code: {name: {} for name in SPLIT_FIELDS} for code in codes}
    sums = {f"sum_{name}": Sum(name) for name in ADDED_BY_DAY}
    split = rows.filter(field__in=SPLIT_FIELDS).order_by().values_list("field", "currency_code", "value")
    for field, code, value, *numbers in split.annotate(**sums):
        figures = _figures(numbers)
        if figures.orders and (of_code := found.get(currency(code))) is not None:
            of_code[field][value] = of_code[field].get(value, Figures()).plus(figures)
    return found


def _section(
    period: Period,
    code: str,
    days: dict[date, Figures],
    whole: Figures,
    values: dict[str, dict[str, Figures]],
    most: int | None,
) -> Section:
    slices = period.slices()
    ends, added = [part.last for part in slices], [Figures()] * len(slices)
    for day, figures in days.items():
        place = bisect_left(ends, day)
        added[place] = added[place].plus(figures)
    rows = [Row(part.words, figures, _query(code, part.days)) for part, figures in zip(slices, added, strict=True)]
    splits = [
        Split(name, SPLITS[name], _split(period, code, name, values[VALUE_FIELDS[name]], most)) for name in SPLITS
    ]
    return Section(code, rows, Row(pgettext("all rows", "All"), whole, _query(code, period.days)), splits)


def _split(period: Period, code: str, name: str, values: dict[str, Figures], most: int | None) -> list[Row]:
    """A row for each value, most orders first, and one for all that have rows no more."""
    ranked = sorted(values, key=lambda value: (-values[value].orders, value))
    shown, rest = ranked[:most], ranked[most:] if most else []
    if len(rest) == 1:
        shown, rest = ranked, []
    rows = [Row(value, values[value], _query(code, period.days, [(name, value)]), is_value=True) for value in shown]
    if rest:
        figures = Figures()
        for value in rest:
            figures = figures.plus(values[value])
        others = _query(code, period.days, [(f"{NOT}{name}", value) for value in shown])
        words = ngettext("%(n)s other", "%(n)s others", len(rest)) % {"n": grouped(len(rest))}
        rows.append(Row(words, figures, others))
    return rows


def _query(code: str, days: str, pairs: Sequence[tuple[str, str]] = ()) -> str:
    return urlencode([*pairs, ("currency", code), ("created", days)])


def _figures(numbers: Sequence[Any]) -> Figures:
    """The figures of numbers as ADDED_BY_DAY names them, amounts by halves."""
    counts, halved = numbers[:4], numbers[4:]
    return Figures(*counts, *map(joined, halved[::2], halved[1::2]))
