"""How many orders a filter finds, of which values, and worth how much."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import ngettext

from glu_admin.tenancy.models import Organisation
from orders.display.locales import grouped
from orders.display.money import currency
from orders.display.text import brief
from orders.models import Order, OrderCounter
from orders.models.counter import ADDED, HALF, counter_rows, kept_counters
from orders.search.conditions import as_they_came
from orders.search.criteria import LABELS, VALUE_FIELDS, OrderCriteria
from orders.search.find import Found, find
from orders.search.matching import MOST_FOUND
from orders.search.sums import BACK, Added, CurrencySum, halved, merged, whole

COUNT_CAP = MOST_FOUND
_MOST_SUMMED = 1_000  # of orders that are found by their keys; the sums of more come after the rows
_MOST_NAMED = 20
_LONGEST = 60


@dataclass(frozen=True)
class Counted:
    """A number of orders; `exact` is false where there are more than were counted."""

    n: int
    exact: bool = True

    def __str__(self) -> str:
        return grouped(self.n) + ("" if self.exact else "+")

    @property
    def words(self) -> str:
        """The number with its noun: "1 order", "10,000+ orders"."""
        return ngettext("%(n)s order", "%(n)s orders", self.n) % {"n": self}


@dataclass(frozen=True)
class Facet:
    """One value of a field, how many orders have it (None: not counted), and whether it is ticked.

    Ticked are the values asked for; where a field has none of these, those that are unwanted.
    """

    value: str
    n: int | None
    selected: bool


class CounterRow(NamedTuple):
    """The orders that have a combination of values, as criteria have them; `numbers` are what ADDED names."""

    values: list[str]
    numbers: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many orders."""
        return self.numbers[0]

    @property
    def added(self) -> Added:
        """These orders added up."""
        return whole(self.numbers)


def count_orders(
    organisation: Organisation, criteria: OrderCriteria, found: Found | None = None, *, most: int = COUNT_CAP
) -> Counted:
    """How many orders meet the criteria: exactly from the counters, else counted up to `most`.

    `found` are these orders where they have been looked for already.
    """
    if criteria.only_counted():
        if kept_counters(organisation) is not None:
            return Counted(sum(row.n for row, missed in _judged(read_counters(organisation), criteria) if not missed))
        return Counted(_counters(organisation, criteria).aggregate(n=Sum("n"))["n"] or 0)
    found = found or find(organisation, criteria)
    if found.n is not None:
        return Counted(found.n)
    if found.at_least and not found.narrowed:
        return Counted(found.at_least, exact=False)
    cap = found.at_least or most
    (n,) = _count([found.orders.order_by()[: cap + 1]])
    return Counted(min(n, cap), n <= cap)


def read_counters(organisation: Organisation) -> list[CounterRow]:
    """All counters of an organisation's orders, for whoever asks them several things."""
    if (kept := kept_counters(organisation)) is None:
        return _as_criteria_have_them(counter_rows(organisation))
    read: list[CounterRow] = vars(organisation).setdefault("_read_counters", [])
    if not read:
        read += _as_criteria_have_them(kept)
    return read


def _as_criteria_have_them(counters: Sequence[Any]) -> list[CounterRow]:
    columns = list(VALUE_FIELDS.values())
    return [CounterRow([*map(_said, columns, row)], row[len(columns) :]) for row in counters]


def count_each(organisation: Organisation, asked: Sequence[OrderCriteria], *others: QuerySet[Order]) -> list[Counted]:
    """How many orders meet each of some criteria, and how many `others` are, in one question to the database.

    Each is counted up to COUNT_CAP. For criteria without words, which need questions of their own.
    """
    found = (*(find(organisation, criteria).orders for criteria in asked), *others)
    numbers = _count([orders.order_by()[: COUNT_CAP + 1] for orders in found])
    return [Counted(min(n, COUNT_CAP), n <= COUNT_CAP) for n in numbers]


def _count(found: Sequence[QuerySet[Order]]) -> Sequence[int]:
    """How many orders each query finds, in one question: as `count` has it, which takes Django twice the time."""
    parts, parameters = [], list[Any]()
    for orders in found:
        try:
            sql, values = orders.values("pk").query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS found)")  # noqa: S608
        parameters += values
    if not parameters:
        return [0] * len(parts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        return list(cursor.fetchone())


def count_and_sums(
    organisation: Organisation, criteria: OrderCriteria, found: Found, counters: Sequence[CounterRow]
) -> tuple[Counted, list[CurrencySum]]:
    """How many orders were found and their sums, of one reading; no sums where there are more than are counted."""
    if criteria.only_counted():
        meant = [row for row, missed in _judged(counters, criteria) if not missed]
        code, status = (list(VALUE_FIELDS).index(name) for name in ("currency", "payment"))
        added = merged((row.values[code], row.values[status], row.added) for row in meant)
        return Counted(sum(each.added.orders for each in added)), added
    if found.at_least or (found.n or 0) > _MOST_SUMMED:
        return count_orders(organisation, criteria, found), []
    columns = ("currency_code", "payment_status", "total", "paid_amount")
    orders = found.orders.order_by().annotate(back=BACK).values(*columns, "back")[: COUNT_CAP + 1]
    try:
        sql, parameters = orders.query.sql_with_params()
    except EmptyResultSet:
        return Counted(0), []
    halves = "sum({0} >> {1}), sum({0} & {2})"
    total, paid, back = (halves.format(name, HALF, 2**HALF - 1) for name in ("total", "paid_amount", "back"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT currency_code, payment_status, count(*), count(total), {total}, count(paid_amount), {paid}, "  # noqa: S608
            f"{back} FROM ({sql}) AS found GROUP BY currency_code, payment_status",
            parameters,
        )
        added = merged((row[0], row[1], whole(row[2:])) for row in cursor.fetchall())
    n = sum(each.added.orders for each in added)
    return (Counted(n), added) if n <= COUNT_CAP else (Counted(COUNT_CAP, exact=False), [])


def _counters(organisation: Organisation, criteria: OrderCriteria) -> QuerySet[OrderCounter]:
    """The counters of the orders that meet criteria of counted values."""
    rows = organisation.order_counters.all()
    for name, column in VALUE_FIELDS.items():
        if values := getattr(criteria, name):
            rows = rows.filter(**{f"{column}__in": as_they_came(organisation, name, values)})
        if values := criteria.excluded(name):
            rows = rows.exclude(**{f"{column}__in": as_they_came(organisation, name, values)})
    return rows


def facets(counters: Sequence[CounterRow], criteria: OrderCriteria) -> dict[str, list[Facet]]:
    """Every value each field is known to have, most frequent first, counted under the other fields' filters.

    With days, totals or words in the criteria the values are known but not counted.
    """
    counted = criteria.only_counted()
    numbers: list[dict[str, int]] = [defaultdict(int) for _ in VALUE_FIELDS]
    for row, missed in _judged(counters, criteria):
        for place, value in enumerate(row.values):
            numbers[place][value] += row.n if missed in ([], [place]) else 0
    out: dict[str, list[Facet]] = {}
    for name, known in zip(VALUE_FIELDS, numbers, strict=True):
        chosen = getattr(criteria, name) or criteria.excluded(name)
        for value in chosen:
            known.setdefault(value, 0)
        ranked = sorted(known, key=lambda value: (-known[value], value))
        out[name] = [Facet(value, known[value] if counted else None, value in chosen) for value in ranked]
    return out


def _judged(counters: Iterable[CounterRow], criteria: OrderCriteria) -> Iterator[tuple[CounterRow, list[int]]]:
    """Each counter with the places of the fields of values in which it is not what criteria ask for."""
    asked = [
        (place, getattr(criteria, name), criteria.excluded(name))
        for place, name in enumerate(VALUE_FIELDS)
        if getattr(criteria, name) or criteria.excluded(name)
    ]
    for row in counters:
        yield (
            row,
            [
                place
                for place, wanted, unwanted in asked
                if (wanted and row.values[place] not in wanted) or row.values[place] in unwanted
            ],
        )


def count_values(organisation: Organisation, criteria: OrderCriteria, name: str) -> dict[str, int]:
    """How many orders have each value of a field of values, under all filters but its own; of at most COUNT_CAP."""
    others = tuple(pair for pair in criteria.none_of if pair[0] != name)
    found = find(organisation, replace(criteria, none_of=others, **{name: ()})).orders  # type: ignore[arg-type]
    column = VALUE_FIELDS[name]
    return Counter(_said(column, value) for value in found.order_by().values_list(column, flat=True)[:COUNT_CAP])


def _said(column: str, value: str | None) -> str:
    """A value as criteria have it: a currency however its code is written, "" for none given."""
    return currency(value) if column == VALUE_FIELDS["currency"] else value or ""


def unknown_values(organisation: Organisation, criteria: OrderCriteria) -> list[str]:
    """A sentence for each value asked for that no order has, with those there are: it may be mistyped."""
    out = []
    for name, known in facets(read_counters(organisation), OrderCriteria()).items():
        values = [facet.value for facet in known]
        some = ", ".join(brief(value or "none given", _LONGEST) for value in values[:_MOST_NAMED])
        more = f" and {grouped(len(values) - _MOST_NAMED)} more" if len(values) > _MOST_NAMED else ""
        for asked in (*getattr(criteria, name), *criteria.excluded(name)):
            if asked not in values:
                there_are = f"There are: {some}{more}." if values else "No order has any."
                out.append(f"{LABELS[name]}: no order has “{brief(asked or 'none given', _LONGEST)}”. {there_are}")
    return out


def sums(organisation: Organisation, criteria: OrderCriteria, found: Found | None = None) -> list[CurrencySum]:
    """One sum a currency over the orders that meet the criteria, never added across currencies.

    Of however many from the counters; else all of them are read. `found` are they where they have been looked for.
    """
    by = ("currency_code", "payment_status")
    rows: Iterable[Sequence[Any]]
    if criteria.only_counted():
        counters = _counters(organisation, criteria).filter(n__gt=0).values_list(*by)
        rows = counters.annotate(**{f"sum_{name}": Sum(name) for name in ADDED})
    else:
        orders = (found or find(organisation, criteria)).orders.order_by().annotate(back=BACK).values_list(*by)
        rows = orders.annotate(
            n=Count("pk"),
            with_total=Count("total"),
            **halved("total", "total"),
            with_paid=Count("paid_amount"),
            **halved("paid", "paid_amount"),
            **halved("back", "back"),
        ).values_list(*by, *ADDED)
    return merged((row[0], row[1], whole(row[2:])) for row in rows)
