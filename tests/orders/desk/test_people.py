"""An order's people and their other orders: each number is what its link finds."""

from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation
from orders.desk.people import Joined, people_of
from orders.search import count_orders, parse_query
from tests.orders.asked import PAYLOADS
from tests.orders.builders import order, write

PRIYA = {"customerName": "Priya Ashdown", "customerEmailAddress": "Priya@mail.example", "phoneNumber": "07700 900416"}


def numbers(organisation: Organisation, joined: list[Joined]) -> list[tuple[str, int, int]]:
    """Rules with their numbers, which are what the lists behind them have."""
    for found in joined:
        for said, query in ((found.bought, found.bought_query), (found.received, found.received_query)):
            asked = parse_query(query, organisation)
            assert asked.ok, query
            assert count_orders(organisation, asked.criteria) == said
    return [(found.rule, found.bought.n, found.received.n) for found in joined]


def people(organisation: Organisation, glu_id: int = 1) -> tuple[list[Any], list[Any]]:
    found = people_of(organisation, organisation.orders.get(glu_id=glu_id))
    return numbers(organisation, found.buyer), numbers(organisation, found.recipient)


def test_bought_and_received_by_the_same_address(house: Any) -> None:
    write(
        house.hotel,
        order(1, **PRIYA),
        order(2, **{**PRIYA, "customerEmailAddress": "priya@MAIL.example"}),
        order(3, recipientEmailAddress="PRIYA@mail.example"),
        order(4, customerEmailAddress="other@mail.example"),
    )
    write(house.golf, order(1, **PRIYA), order(5, **PRIYA))
    assert people(house.hotel) == ([("Same e-mail address", 2, 1)], [])


def test_another_rule_is_said_where_it_finds_others(house: Any) -> None:
    write(
        house.hotel,
        order(1, **PRIYA, billingAddressPostcode="BN7 2QQ"),
        order(2, customerName="priya ashdown", phoneNumber="+44 7700 900 416", customerEmailAddress="p@work.example"),
        order(3, customerName="Priya Ashdown", billingAddressPostcode="bn72qq"),
        order(4, customerName="Somebody Else", phoneNumber="07700 900416"),
        order(5, customerFirstName="Priya", customerLastName="Ashdown", phoneNumber="07700-900416"),
    )
    buyer, _ = people(house.hotel)
    assert buyer == [
        ("Same e-mail address", 1, 0),
        ("Same phone number and name", 3, 0),
        ("Same name and postcode", 2, 0),
    ]


def test_a_recipient_is_found_by_name_and_postcode(house: Any) -> None:
    to = {"recipientFirstName": "Niamh", "recipientLastName": "Carrick", "deliveryAddressPostcode": "BN7 2QQ"}
    write(
        house.hotel,
        order(1, **PRIYA, **to),
        order(2, deliveryName="NIAMH CARRICK", deliveryAddressPostcode="BN72QQ"),
        order(3, customerName="Niamh Carrick", billingAddressPostcode="bn7 2qq"),
    )
    assert people(house.hotel)[1] == [("Same name and postcode", 1, 2)]


def test_who_says_nothing_is_nobody(house: Any) -> None:
    write(house.hotel, order(1, customerName="Sam", phoneNumber="12", billingAddressPostcode="none"))
    assert people(house.hotel) == ([], [])


def test_every_number_is_its_lists(full: Organisation, django_assert_num_queries: Any) -> None:
    for row in PAYLOADS:
        people(full, row["id"])
    found = full.orders.get(glu_id=4)
    with django_assert_num_queries(1):
        people_of(full, found)


@pytest.mark.parametrize("name", ["O'Dowd, Sam", 'Sam "Sid" Smith', "Łucja Ñandú", "; DROP", "שלום"])
def test_odd_names_find_themselves_or_are_left_out(house: Any, name: str) -> None:
    write(house.hotel, order(1, customerName=name, phoneNumber="07700 900416"))
    buyer, _ = people(house.hotel)
    assert buyer in ([], [("Same phone number and name", 1, 0)])
