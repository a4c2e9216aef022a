"""Keeps OrderDay equal to the orders: by differences in the transaction that writes them, and counted anew.

Days are not counted during the first copy. They are once it is complete (`orders.mirror.counting`), and then kept.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start, local
from orders.mirror.writing.bulk import found, upsert
from orders.mirror.writing.counted import COUNTED_COLUMNS, Counted, Differences, added_up, by_halves, counted
from orders.models import MirrorState, OrderDay
from orders.models.counter import COUNTED_FIELDS
from orders.models.day import ADDED_BY_DAY, FIRST_YEAR, LAST_YEAR, SPLIT_FIELDS
from orders.settlement import Settlement

DayKey = tuple[str, date, str, str]
"""The field, day, currency code and value of an OrderDay."""

_KEY = ("field", "day", "currency_code", "value")
_FIRST, _END = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
_AT_ONCE = 31  # days that are counted in one transaction
_GROUPED = ("currency_code", *SPLIT_FIELDS)
_PLACES = [COUNTED_FIELDS.index(name) for name in _GROUPED]
_ASKED = dict.fromkeys((*COUNTED_COLUMNS, *Settlement._fields))


def counted_zone(organisation: Organisation) -> ZoneInfo | None:
    """The zone in whose days the organisation's orders are counted; None while they are not."""
    for (name,) in found(organisation, MirrorState, ("days_zone",), by="organisation", among=[organisation.pk]):
        return ZoneInfo(name) if name else None
    return None


def add_days(organisation: Organisation, differences: Differences) -> None:
    """Add the orders that came to their days, and take off those that went; nothing while days are not counted."""
    if not differences.moved or (zone := counted_zone(organisation)) is None:
        return
    moved = ((order, n) for order, n in differences.moved if _FIRST <= order.created_at < _END)
    _add(organisation, _summed(moved, zone))


def count_all_days(
    organisation: Organisation,
    zone: ZoneInfo,
    writing: Callable[[], AbstractContextManager[None]] = transaction.atomic,
) -> None:
    """Count all days anew, in a zone; from then on writers keep them.

    The caller holds the lease, so that nobody writes orders meanwhile; `writing` opens a transaction that holds it.
    There are many, so that nobody waits long for one; until the last of them days count as not counted.
    """
    states = MirrorState.across_organisations.filter(organisation=organisation)
    with writing():
        states.update(days_zone="")
        organisation.order_days.all().delete()
    for rows in _full_count(organisation, zone):
        with writing():
            _add(organisation, rows)
    with writing():
        states.update(days_zone=zone.key)


def miscounted_days(organisation: Organisation) -> int:
    """How many of the days' rows differ from a full count; none while days are not counted."""
    zone = counted_zone(organisation)
    if zone is None:
        return 0
    rows = organisation.order_days.values_list(*_KEY, *ADDED_BY_DAY)
    kept = {(row[: len(_KEY)], row[len(_KEY) :]) for row in rows if any(row[len(_KEY) :])}
    months = _full_count(organisation, zone)
    right = {(key, tuple(numbers)) for rows in months for key, numbers in rows.items()}
    return len({key for key, _ in kept ^ right})


def _add(organisation: Organisation, rows: Mapping[DayKey, Sequence[int]]) -> None:
    """Add these numbers to those that are here."""
    upsert(
        OrderDay,
        ("organisation", *_KEY, *ADDED_BY_DAY),
        [(organisation.pk, *key, *numbers) for key, numbers in rows.items()],
        unique=("organisation", *_KEY),
        add=ADDED_BY_DAY,
    )


def _full_count(organisation: Organisation, zone: ZoneInfo) -> Iterator[dict[DayKey, list[int]]]:
    """The numbers of ADDED_BY_DAY of all days of a zone, from the orders themselves, some days at a time."""
    placed = organisation.orders.filter(created_at__lt=_END).order_by("created_at")
    begin = _FIRST
    while (first := placed.filter(created_at__gte=begin).values_list("created_at", flat=True).first()) is not None:
        end = day_start(local(first, zone).date() + timedelta(days=_AT_ONCE), zone)
        rows = placed.filter(created_at__gte=first, created_at__lt=end).order_by().values(*_ASKED)
        yield _summed(((_counted(row), 1) for row in rows.iterator()), zone)
        begin = end


def _counted(row: Mapping[str, Any]) -> Counted:
    return counted(row, Settlement(*(row[name] for name in Settlement._fields)))


def _summed(orders: Iterable[tuple[Counted, int]], zone: ZoneInfo) -> dict[DayKey, list[int]]:
    """What orders, each so many times, add to the numbers of their days."""
    return added_up(
        (key, numbers)
        for order, n in orders
        for numbers in [_numbers(order, n)]
        for key in _keys(local(order.created_at, zone).date(), [order.values[place] for place in _PLACES])
    )


def _keys(day: date, values: Sequence[str]) -> Iterator[DayKey]:
    """The keys of the rows in which an order of a day is counted, that has these values of _GROUPED."""
    code, *split = values
    yield "", day, code, ""
    for field, value in zip(SPLIT_FIELDS, split, strict=True):
        yield field, day, code, value


def _numbers(order: Counted, n: int) -> list[int]:
    """What an order adds to ADDED_BY_DAY."""
    amounts = order.amounts
    known = [0 if amount is None else n for amount in (amounts.gross, amounts.total, amounts.paid)]
    return [n, *known, *by_halves(amounts, n)]
