"""How long orders usually keep a status is told from what was recorded, and what waits longer is found and told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.desk.typical import claim_counting, count_typical
from orders.display.ages import clock_of
from orders.display.percentiles import FEWEST
from orders.display.typical import longer_than_usual
from orders.mirror.writing.orders import write_orders
from orders.models import TypicalTimes
from orders.models.typical import Kind, Typical, typical_times_of
from orders.search import find_orders, parse_query
from tests.orders.builders import order

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLACED = NOW - timedelta(days=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POST = Kind("dispatch", "Outstanding", "Royal Mail")
CARD = Kind("payment", "Pending", "Gateway")


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def said(glu_id: int, at: datetime, placed: datetime = PLACED, **fields: Any) -> dict[str, Any]:
    usual = {"deliveryMethodName": "Royal Mail", "paymentMethod": "Gateway", "updatedAt": at.isoformat()}
    return order(glu_id, placed.isoformat(), **{**usual, **fields})


def seen(organisation: Organisation, at: datetime, *rows: dict[str, Any]) -> None:
    write_orders(organisation, read_rows(list(rows)), at)


def history(organisation: Organisation, **fields: Any) -> None:
    """FEWEST orders: number n was paid n hours after it was placed, and dispatched n days after that."""
    for n in range(1, FEWEST + 1):
        paid = PLACED + n * HOUR
        steps = (
            (PLACED, "Pending", "Outstanding"),
            (paid, "Paid", "Outstanding"),
            (paid + n * DAY, "Paid", "Dispatched"),
        )
        for at, payment, dispatch in steps:
            seen(organisation, at, said(n, at, paymentStatus=payment, dispatchStatus=dispatch, **fields))


def counted(organisation: Organisation) -> dict[Kind, Typical]:
    count_typical(organisation)
    return typical_times_of(Organisation.objects.get(pk=organisation.pk))


def test_dispatch_counts_from_the_payment_and_each_kind_has_its_own(house: Any) -> None:
    history(house.hotel)
    assert counted(house.hotel) == {POST: Typical(10 * DAY, 19 * DAY), CARD: Typical(10 * HOUR, 19 * HOUR)}
    assert counted(house.golf) == {}


def test_what_fewer_did_or_what_waits_for_its_day_is_not_typical(house: Any) -> None:
    history(house.hotel, scheduledDeliveryAt=NOW.isoformat())
    house.hotel.orders.filter(glu_id=1).delete()
    assert counted(house.hotel) == {}


def test_it_is_not_known_how_long_an_order_had_a_status_that_it_came_with(house: Any) -> None:
    for n in range(1, FEWEST + 1):
        seen(house.hotel, PLACED + HOUR, said(n, PLACED, dispatchStatus="Packed", paymentStatus="Paid"))
        seen(house.hotel, PLACED + DAY, said(n, PLACED + DAY, dispatchStatus="Dispatched", paymentStatus="Paid"))
    assert counted(house.hotel) == {}


def test_what_waits_longer_than_its_kind_is_found_as_it_is_told(house: Any) -> None:
    history(house.hotel)
    count_typical(house.hotel)
    paid = {"paymentStatus": "Paid", "dispatchStatus": "Outstanding"}
    at, after = NOW - 19 * DAY, NOW - 19 * DAY - timedelta(seconds=1)
    rows = {
        101: (at, paid),
        102: (after, paid),
        103: (after, {**paid, "scheduledDeliveryAt": (NOW - DAY).isoformat()}),
        104: (after, {**paid, "deliveryMethodName": "Courier"}),
        105: (NOW - 20 * HOUR, {"paymentStatus": "Pending", "dispatchStatus": "Outstanding"}),
        106: (NOW - 18 * HOUR, {"paymentStatus": "Pending", "dispatchStatus": "Outstanding"}),
        107: (after, {**paid, "paymentStatus": "Refunded"}),
    }
    for n, (began, fields) in rows.items():
        seen(house.hotel, NOW, said(n, began, began, **fields))
    hotel = Organisation.objects.get(pk=house.hotel.pk)
    found = find_orders(hotel, parse_query("has=stuck", hotel).criteria)
    assert set(found.values_list("glu_id", flat=True)) == {102, 105}
    every = hotel.orders.count()
    assert find_orders(hotel, parse_query("no=stuck", hotel).criteria).count() == every - 2
    clock = clock_of(hotel, NOW)
    told = {one.glu_id: longer_than_usual(one, clock.typical, NOW) for one in hotel.orders.all()}
    assert {n: words for n, words in told.items() if words} == {
        102: "That is longer than usual: of orders by Royal Mail, half leave Outstanding within 10 days of being paid, "
        "95 of 100 within 19 days.",
        105: "That is longer than usual: of payments by Gateway, half leave Pending within 10 hours, "
        "95 of 100 within 19 hours.",
    }


def test_without_typical_times_nothing_is_stuck(house: Any) -> None:
    seen(house.hotel, NOW, said(1, PLACED, paymentStatus="Paid", dispatchStatus="Outstanding"))
    query = parse_query("has=stuck", house.hotel)
    assert not find_orders(house.hotel, query.criteria).exists()


def test_each_day_they_are_given_to_one_to_count(house: Any) -> None:
    every = Organisation.objects.all()
    assert claim_counting(every) == []  # nothing is known yet of who is new
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        assert set(claim_counting(every)) == {house.hotel.pk, house.golf.pk}
        assert claim_counting(every) == []
        count_typical(house.hotel)
    with time_machine.travel(NOW + 4 * HOUR, tick=False):
        assert claim_counting(every) == [house.golf.pk]  # whoever had it has not counted
    with time_machine.travel(NOW + DAY + 3 * HOUR, tick=False):
        assert set(claim_counting(every)) == {house.hotel.pk, house.golf.pk}
    assert TypicalTimes.across_organisations.get(organisation=house.hotel).counted_at == NOW + 2 * HOUR
