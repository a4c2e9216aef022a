"""Queues are questions that the list answers with the same orders."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.desk.marks import Kind, set_marks
from orders.desk.queues import QUEUES
from orders.search import find_orders
from tests.orders.builders import order, write

POST = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "deliveryMethodName": "1st Class"}


def ids(organisation: Organisation, name: str) -> set[int]:
    query = QUEUES[name].query(organisation)
    return set(find_orders(organisation, query.criteria).values_list("glu_id", flat=True))


def at(days: int) -> str:
    return (now() + timedelta(days=days)).isoformat(timespec="seconds")


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_written_as_the_list_writes_it(house: Any, name: str) -> None:
    query = QUEUES[name].query(house.hotel)
    assert query.ok
    assert query.ignored == ()
    assert sorted(QUEUES[name].text.split("&")) == sorted(query.url_query().split("&"))
    assert QUEUES[name].count(house.hotel).n == 0


def test_what_is_to_be_dispatched(house: Any) -> None:
    wanted = [
        order(1, **POST),
        order(2, **{**POST, "dispatchStatus": "Packed", "paymentStatus": "Under Review"}),  # nobody knows it as unpaid
        order(3, **{**POST, "paymentStatus": None, "deliveryMethodType": "drone", "deliveryMethodName": None}),
        order(4, **POST, scheduledDeliveryAt=at(-3)),
        order(5, **POST, scheduledDeliveryAt=at(0)),
        order(6, **{**POST, "paymentStatus": "Partially Refunded"}),
    ]
    others = [
        order(11, **{**POST, "dispatchStatus": "Dispatched"}),
        order(12, **{**POST, "dispatchStatus": "Awaiting Courier"}),
        *(order(20 + n, **{**POST, "paymentStatus": status}) for n, status in enumerate(["pending", "Failed"])),
        order(13, **{**POST, "paymentStatus": "Refunded"}),
        order(14, **POST, deliveryMethodType="Email"),
        order(15, **{**POST, "deliveryMethodName": "E-mail, at once"}),
        order(16, **POST, scheduledDeliveryAt=at(30)),
        *(order(n, **POST) for n in (17, 18, 19)),
    ]
    write(house.hotel, *wanted, *others)
    write(house.golf, *wanted)
    set_marks(house.hotel, house.hotel.orders.filter(glu_id=17), Kind.POSTED, house.staff)
    set_marks(house.hotel, house.hotel.orders.filter(glu_id=18), Kind.HANDED_OVER, house.staff)
    house.hotel.orders.filter(glu_id=19).update(gone_at=now())
    set_marks(house.hotel, house.hotel.orders.filter(glu_id=1), Kind.PREPARED, house.staff)
    assert ids(house.hotel, "dispatch") == {1, 2, 3, 4, 5, 6}


def test_what_is_wrong_with_what_is_scheduled(house: Any) -> None:
    write(
        house.hotel,
        order(1, **{**POST, "dispatchStatus": "Scheduled", "paymentStatus": "Pending"}, scheduledDeliveryAt=at(0)),
        order(2, **POST, scheduledDeliveryAt=at(-2)),
        order(3, **POST, scheduledDeliveryAt=at(5), emailToRecipient=True, recipientEmailAddress="kim"),
        order(4, **POST, scheduledDeliveryAt=at(0)),
        order(5, **POST, scheduledDeliveryAt=at(13)),
        order(6, **{**POST, "dispatchStatus": "Dispatched"}, scheduledDeliveryAt=at(-2)),
        order(7, **{**POST, "deliveryMethodName": "Collect"}, scheduledDeliveryAt=at(0)),
        order(8, **{**POST, "paymentStatus": "Pending"}, scheduledDeliveryAt=at(-2)),
    )
    assert ids(house.hotel, "due-unpaid") == {1, 8}
    assert ids(house.hotel, "past-schedule") == {2, 8}
    assert ids(house.hotel, "odd-email") == {3}
    assert ids(house.hotel, "late-start") == {1, 4}
    assert ids(house.hotel, "scheduled") == {1, 3, 4, 5, 7}
