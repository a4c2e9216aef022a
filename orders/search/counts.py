"""How many orders a filter finds, of which values, and worth how much."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Sum
from django.template.defaultfilters import pluralize

from glu_admin.tenancy.models import Organisation
from orders.display.money import currency
from orders.display.text import brief
from orders.models import Order
from orders.search.criteria import LABELS, VALUE_FIELDS, OrderCriteria
from orders.search.find import find_orders

COUNT_CAP = 10_000
_HALF = 32
_MOST_NAMED = 20
_LONGEST = 60


@dataclass(frozen=True)
class Counted:
    """A number of orders; `exact` is false where there are more than were counted."""

    n: int
    exact: bool = True

    def __str__(self) -> str:
        return f"{self.n:,}" if self.exact else f"{self.n:,}+"

    @property
    def words(self) -> str:
        """The number with its noun: "1 order", "10,000+ orders"."""
        return f"{self} order{pluralize(self.n)}"


@dataclass(frozen=True)
class Facet:
    """One value of a field, how many orders have it (None: not counted), and whether it is asked for."""

    value: str
    n: int | None
    selected: bool


@dataclass(frozen=True)
class CurrencySum:
    """Orders and their total (minor units) in one currency, "" for none; `without` of them have no total to add."""

    currency: str
    orders: int
    total: int
    without: int = 0


def count_orders(organisation: Organisation, criteria: OrderCriteria) -> Counted:
    """How many orders meet the criteria: exactly from the counters, else counted up to COUNT_CAP."""
    if criteria.only_counted():
        rows = organisation.order_counters.all()
        for name, column in VALUE_FIELDS.items():
            if values := getattr(criteria, name):
                rows = rows.filter(**{f"{column}__in": values})
        return Counted(rows.aggregate(n=Sum("n"))["n"] or 0)
    n = find_orders(organisation, criteria).order_by()[: COUNT_CAP + 1].count()
    return Counted(min(n, COUNT_CAP), n <= COUNT_CAP)


def sum_rows(rows: Sequence[Order]) -> list[CurrencySum]:
    """One sum a currency over orders that are in memory already."""
    return _merged((row.currency_code, 1, row.total or 0, row.total is None) for row in rows)


def facets(organisation: Organisation, criteria: OrderCriteria) -> dict[str, list[Facet]]:
    """Every value each field is known to have, most frequent first, counted under the other fields' filters.

    With days, totals or words in the criteria the values are known but not counted.
    """
    rows = list(organisation.order_counters.filter(n__gt=0).values_list(*VALUE_FIELDS.values(), "n"))
    counted = criteria.only_counted()
    out: dict[str, list[Facet]] = {}
    for place, name in enumerate(VALUE_FIELDS):
        chosen = getattr(criteria, name)
        numbers: dict[str, int] = defaultdict(int)
        others = [(at, getattr(criteria, other)) for at, other in enumerate(VALUE_FIELDS) if other != name]
        for row in rows:
            numbers[row[place]] += row[-1] if all(not wanted or row[at] in wanted for at, wanted in others) else 0
        for value in chosen:
            numbers.setdefault(value, 0)
        ranked = sorted(numbers, key=lambda value: (-numbers[value], value))
        out[name] = [Facet(value, numbers[value] if counted else None, value in chosen) for value in ranked]
    return out


def unknown_values(organisation: Organisation, criteria: OrderCriteria) -> list[str]:
    """A sentence for each value asked for that no order has, with those there are: it may be mistyped."""
    out = []
    for name, known in facets(organisation, OrderCriteria()).items():
        values = [facet.value for facet in known]
        some = ", ".join(brief(value or "none given", _LONGEST) for value in values[:_MOST_NAMED])
        more = f" and {len(values) - _MOST_NAMED:,} more" if len(values) > _MOST_NAMED else ""
        for asked in getattr(criteria, name):
            if asked not in values:
                there_are = f"There are: {some}{more}." if values else "No order has any."
                out.append(f"{LABELS[name]}: no order has “{brief(asked or 'none given', _LONGEST)}”. {there_are}")
    return out


def sums(organisation: Organisation, criteria: OrderCriteria) -> list[CurrencySum]:
    """One sum a currency over the orders that meet the criteria, never added across currencies."""
    orders: QuerySet[Order] = find_orders(organisation, criteria).order_by()
    rows = orders.values_list("currency_code").annotate(
        n=Count("pk"),
        with_total=Count("total"),
        # By halves of 32 bits, as the whole may pass what a database adds up in.
        high=Sum(F("total").bitrightshift(_HALF)),
        low=Sum(F("total").bitand(2**_HALF - 1)),
    )
    return _merged(
        (code, n, (int(high or 0) << _HALF) + int(low or 0), n - with_total) for code, n, with_total, high, low in rows
    )


def _merged(rows: Iterable[tuple[str | None, int, int, int]]) -> list[CurrencySum]:
    """One sum a currency, most orders first, out of (code as it came, orders, total, orders without a total)."""
    found: dict[str, CurrencySum] = {}
    for code, orders, total, without in rows:
        name = currency(code)
        known = found.get(name, CurrencySum(name, 0, 0))
        found[name] = CurrencySum(name, known.orders + orders, known.total + total, known.without + without)
    return sorted(found.values(), key=lambda total: (-total.orders, total.currency))
