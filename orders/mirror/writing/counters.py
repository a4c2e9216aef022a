"""Keeps OrderCounter equal to the orders, by differences in the transaction that writes them."""

from django.db.models import Count, F, TextField, Value
from django.db.models.functions import Coalesce

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import upsert
from orders.mirror.writing.counted import Combination, Counted, Differences, added_up, by_halves
from orders.mirror.writing.days import add_days
from orders.models import OrderCounter
from orders.models.counter import ADDED, COUNTED_FIELDS
from orders.search.sums import BACK, halved


def add_differences(organisation: Organisation, differences: Differences) -> None:
    """Add to each combination's counter and to the days; the caller holds the lease, so nobody else counts."""
    sums = added_up((order.values, _numbers(order, n)) for order, n in differences.moved)
    upsert(
        OrderCounter,
        ("organisation", *COUNTED_FIELDS, *ADDED),
        [(organisation.pk, *values, *added) for values, added in sums.items()],
        unique=("organisation", *COUNTED_FIELDS),
        add=ADDED,
    )
    add_days(organisation, differences)


def recount(organisation: Organisation) -> None:
    """Count every order anew; the caller holds the lease and a transaction."""
    rows = _full_count(organisation)
    organisation.order_counters.all().delete()
    names = (*COUNTED_FIELDS, *ADDED)
    OrderCounter.across_organisations.bulk_create(
        OrderCounter(organisation=organisation, **dict(zip(names, (*values, *numbers), strict=True)))
        for values, numbers in rows.items()
    )


def miscounted(organisation: Organisation) -> int:
    """How many counters differ from a full count of the orders."""
    place = len(COUNTED_FIELDS)
    rows = organisation.order_counters.values_list(*COUNTED_FIELDS, *ADDED)
    kept = {row[:place]: row[place:] for row in rows if any(row[place:])}
    return len({values for values, _ in kept.items() ^ _full_count(organisation).items()})


def _full_count(organisation: Organisation) -> dict[Combination, tuple[int, ...]]:
    """The numbers of ADDED by the values of COUNTED_FIELDS, from the orders themselves."""
    grouped = (
        organisation.orders.order_by()
        .annotate(back=BACK)
        .values_list(*(Coalesce(F(name), Value("", output_field=TextField())) for name in COUNTED_FIELDS))
        .annotate(
            n=Count("pk"),
            with_total=Count("total"),
            **halved("total", "total"),
            with_paid=Count("paid_amount"),
            **halved("paid", "paid_amount"),
            **halved("back", "back"),
        )
    )
    place = len(COUNTED_FIELDS)
    return {row[:place]: tuple(int(number or 0) for number in row[place:]) for row in grouped}


def _numbers(order: Counted, n: int) -> list[int]:
    """What an order adds to ADDED."""
    amounts = order.amounts
    numbers = [n, 0 if amounts.total is None else n, *by_halves([amounts.total], n)]
    numbers += [0 if amounts.paid is None else n, *by_halves([amounts.paid, amounts.back], n)]
    return numbers
