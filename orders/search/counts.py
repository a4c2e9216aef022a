"""How many orders a filter finds, of which values, and worth how much."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum
from django.template.defaultfilters import pluralize

from glu_admin.tenancy.models import Organisation
from orders.models import Order
from orders.search.criteria import VALUE_FIELDS, OrderCriteria
from orders.search.find import find_orders

COUNT_CAP = 10_000


@dataclass(frozen=True)
class Counted:
    """A number of orders; `exact` is false where there are more than were counted."""

    n: int
    exact: bool = True

    def __str__(self) -> str:
        return f"{self.n:,}" if self.exact else f"{self.n:,}+"

    @property
    def words(self) -> str:
        """With what is counted: "1 order", "10,000+ orders"."""
        return f"{self} order{pluralize(self.n)}"


@dataclass(frozen=True)
class Facet:
    """One value of a field, how many orders have it (None: not counted), and whether it is asked for."""

    value: str
    n: int | None
    selected: bool


@dataclass(frozen=True)
class CurrencySum:
    """Orders and their total (minor units) in one currency."""

    currency: str | None
    orders: int
    total: int


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
    """The sums of orders that are all at hand already."""
    orders, totals = Counter[str | None](), Counter[str | None]()
    for row in rows:
        orders[row.currency_code] += 1
        totals[row.currency_code] += row.total or 0
    return [CurrencySum(code, n, totals[code]) for code, n in orders.most_common()]


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


def sums(organisation: Organisation, criteria: OrderCriteria) -> list[CurrencySum]:
    """One sum a currency over the orders that meet the criteria, never added across currencies."""
    orders: QuerySet[Order] = find_orders(organisation, criteria).order_by()
    rows = orders.values_list("currency_code").annotate(n=Count("pk"), worth=Sum("total"))
    return sorted(
        (CurrencySum(code, n, worth or 0) for code, n, worth in rows), key=lambda one: (-one.orders, one.currency or "")
    )
