"""Keeps counters and days equal to the orders: by differences in the transaction that writes them, and counted anew."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, F, TextField, Value
from django.db.models.functions import Coalesce

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start, local
from orders.mirror.writing.bulk import found, upsert
from orders.models import MirrorState, OrderCounter, OrderDay
from orders.models.counter import ADDED, COUNTED_FIELDS, halves
from orders.models.day import ADDED_BY_DAY, FIRST_YEAR, LAST_YEAR, SPLIT_FIELDS
from orders.search.sums import BACK, halved
from orders.settlement import Settlement

Combination = tuple[str, ...]
"""The values of an order in COUNTED_FIELDS; null is ""."""

DayKey = tuple[str, date, str, str]
"""The field, day, currency code and value of an OrderDay."""

Key = TypeVar("Key")

_AMOUNTS = ("subtotal", "discount_amount", "delivery_amount", "processing_fee", "total")
COUNTED_COLUMNS = (*COUNTED_FIELDS, "created_at", *_AMOUNTS)
"""The order columns that say how it is counted, but for what its transactions come to."""

_KEY = ("field", "day", "currency_code", "value")
_FIRST, _END = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
_DAYS_AT_ONCE = 31  # that are counted in one transaction
_GROUPED = ("currency_code", *SPLIT_FIELDS)
_PLACES = [COUNTED_FIELDS.index(name) for name in _GROUPED]
_ASKED = dict.fromkeys((*COUNTED_COLUMNS, *Settlement._fields))


class Amounts(NamedTuple):
    """The amounts of an order that are added up (minor units); null is not known."""

    gross: int | None
    discount: int | None
    delivery: int | None
    fee: int | None
    total: int | None
    paid: int | None
    back: int | None


class Counted(NamedTuple):
    """An order as it is counted."""

    values: Combination
    created_at: datetime
    amounts: Amounts

    @property
    def currency_code(self) -> str:
        """The code of its currency as it came."""
        return self.values[COUNTED_FIELDS.index("currency_code")]


def counted(columns: Mapping[str, Any], settled: Settlement) -> Counted:
    """How an order with these COUNTED_COLUMNS is counted, whose transactions come to `settled`."""
    return Counted(
        tuple(columns[name] or "" for name in COUNTED_FIELDS),
        columns["created_at"],
        Amounts._make((*(columns[name] for name in _AMOUNTS), settled.paid_amount, settled.back_amount)),
    )


def counted_row(row: Mapping[str, Any]) -> Counted:
    """How an order with these COUNTED_COLUMNS and columns of Settlement is counted."""
    return counted(row, Settlement(*(row[name] for name in Settlement._fields)))


class Differences:
    """Orders that came and orders that went, as they are counted, until that is written."""

    def __init__(self) -> None:
        self._moved: list[tuple[Counted, int]] = []

    def add(self, order: Counted, n: int = 1) -> None:
        """An order that is counted so more, or less with an `n` of -1."""
        self._moved.append((order, n))

    def write(self, organisation: Organisation) -> None:
        """Add them to the counters and the days; the caller holds the lease, so nobody else counts."""
        sums = _added_up((order.values, _for_counter(order, n)) for order, n in self._moved)
        upsert(
            OrderCounter,
            ("organisation", *COUNTED_FIELDS, *ADDED),
            [(organisation.pk, *values, *added) for values, added in sums.items()],
            unique=("organisation", *COUNTED_FIELDS),
            add=ADDED,
        )
        # During the first copy no days are counted: all of them are once it is complete.
        if self._moved and (zone := counted_zone(organisation)) is not None:
            placed = ((order, n) for order, n in self._moved if _FIRST <= order.created_at < _END)
            _add_to_days(organisation, _by_day(placed, zone))


def recount(organisation: Organisation) -> None:
    """Make the counters anew of every order; the caller holds the lease and a transaction."""
    rows = _all_counters(organisation)
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
    return len({values for values, _ in kept.items() ^ _all_counters(organisation).items()})


def counted_zone(organisation: Organisation) -> ZoneInfo | None:
    """The zone in whose days the organisation's orders are counted; None while they are not."""
    for (name,) in found(organisation, MirrorState, ("days_zone",), by="organisation", among=[organisation.pk]):
        return ZoneInfo(name) if name else None
    return None


def count_all_days(
    organisation: Organisation,
    zone: ZoneInfo,
    writing: Callable[[], AbstractContextManager[None]] = transaction.atomic,
) -> None:
    """Make the days of a zone anew of every order; from then on whoever writes orders keeps them.

    The caller holds the lease, so that nobody writes orders meanwhile; `writing` opens a transaction that holds it.
    """
    states = MirrorState.across_organisations.filter(organisation=organisation)
    with writing():
        states.update(days_zone="")  # until the last of them, days count as not counted
        organisation.order_days.all().delete()
    for rows in _all_days(organisation, zone):
        with writing():  # many, so that nobody waits long for one
            _add_to_days(organisation, rows)
    with writing():
        states.update(days_zone=zone.key)


def miscounted_days(organisation: Organisation) -> int:
    """How many of the days' rows differ from a full count; none while days are not counted."""
    zone = counted_zone(organisation)
    if zone is None:
        return 0
    rows = organisation.order_days.values_list(*_KEY, *ADDED_BY_DAY)
    kept = {(row[: len(_KEY)], row[len(_KEY) :]) for row in rows if any(row[len(_KEY) :])}
    right = {(key, tuple(numbers)) for rows in _all_days(organisation, zone) for key, numbers in rows.items()}
    return len({key for key, _ in kept ^ right})


def _all_counters(organisation: Organisation) -> dict[Combination, tuple[int, ...]]:
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


def _all_days(organisation: Organisation, zone: ZoneInfo) -> Iterator[dict[DayKey, list[int]]]:
    """The numbers of ADDED_BY_DAY of all days of a zone, from the orders themselves, some days at a time."""
    placed = organisation.orders.filter(created_at__lt=_END).order_by("created_at")
    begin = _FIRST
    while (first := placed.filter(created_at__gte=begin).values_list("created_at", flat=True).first()) is not None:
        end = day_start(local(first, zone).date() + timedelta(days=_DAYS_AT_ONCE), zone)
        rows = placed.filter(created_at__gte=first, created_at__lt=end).order_by().values(*_ASKED)
        yield _by_day(((counted_row(row), 1) for row in rows.iterator()), zone)
        begin = end


def _add_to_days(organisation: Organisation, rows: Mapping[DayKey, Sequence[int]]) -> None:
    """Add these numbers to those that are here."""
    upsert(
        OrderDay,
        ("organisation", *_KEY, *ADDED_BY_DAY),
        [(organisation.pk, *key, *numbers) for key, numbers in rows.items()],
        unique=("organisation", *_KEY),
        add=ADDED_BY_DAY,
    )


def _by_day(orders: Iterable[tuple[Counted, int]], zone: ZoneInfo) -> dict[DayKey, list[int]]:
    """What orders, each so many times, add to the numbers of their days."""
    return _added_up(
        (key, numbers)
        for order, n in orders
        for numbers in [_for_day(order, n)]
        for key in _day_keys(local(order.created_at, zone).date(), [order.values[place] for place in _PLACES])
    )


def _day_keys(day: date, values: Sequence[str]) -> Iterator[DayKey]:
    """The keys of the rows in which an order of a day is counted, that has these values of _GROUPED."""
    code, *split = values
    yield "", day, code, ""
    for field, value in zip(SPLIT_FIELDS, split, strict=True):
        yield field, day, code, value


def _for_counter(order: Counted, n: int) -> list[int]:
    """What an order adds to ADDED."""
    total, paid, back = order.amounts.total, order.amounts.paid, order.amounts.back
    numbers = [n, 0 if total is None else n, *_by_halves([total], n)]
    numbers += [0 if paid is None else n, *_by_halves([paid, back], n)]
    return numbers


def _for_day(order: Counted, n: int) -> list[int]:
    """What an order adds to ADDED_BY_DAY."""
    amounts = order.amounts
    known = [0 if amount is None else n for amount in (amounts.gross, amounts.total, amounts.paid)]
    return [n, *known, *_by_halves(amounts, n)]


def _by_halves(amounts: Iterable[int | None], n: int) -> list[int]:
    """The high and the low half of each amount, `n` times, exact whatever the amounts; null adds nothing."""
    return [n * half for amount in amounts for half in halves(amount or 0)]


def _added_up(rows: Iterable[tuple[Key, Iterable[int]]]) -> dict[Key, list[int]]:
    """Numbers added up by what they are numbers of; those that come to nothing are left out."""
    sums: dict[Key, list[int]] = {}
    for key, numbers in rows:
        known = sums.get(key)
        sums[key] = list(numbers) if known is None else [a + b for a, b in zip(known, numbers, strict=True)]
    return {key: numbers for key, numbers in sums.items() if any(numbers)}
