"""A row says where it matched when it does not show that, and a name that nobody has leads to one that somebody has."""

from typing import Any

import pytest
from django.test import Client

from orders.search.places import nearest, places
from tests.orders.builders import order, write

MESSAGE = (
    "Dear friend, this is a long letter about nothing much, with a picnic by the river in the middle of it, and more"
)
ROW = {
    "customerFirstName": "Aoife",
    "customerLastName": "O’Dowd",
    "phoneNumber": "+44 7700 900416",
    "deliveryAddressPostcode": "pe301qq",
    "deliveryAddressCity": "Lynn",
    "lines": [{"id": 1, "name": "Supper", "personalMessage": MESSAGE}],
}


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("dowd", ""),
        ("aoife picnic", "Personal message: …much, with a picnic by the river in the middle of it, and more"),
        ("07700 900416", "Buyer’s phone: +44 7700 900416"),
        ("PE30 1QQ", "Delivery address, postcode: pe301qq"),
        ("supper lynn", "Line: Supper · Delivery address, city: Lynn"),
        ("1", ""),
    ],
)
def test_where_a_row_matched_is_said_unless_it_shows_it(house: Any, typed: str, place: str) -> None:
    write(house.hotel, order(1, **ROW))
    row = house.hotel.orders.get()
    assert places(house.hotel, [row], typed) == {row.pk: place}


def test_the_list_shows_it(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1, **ROW))
    text = viewer_client.get("/o/alder-house/orders/?q=picnic").content.decode()
    assert "Personal message: …much, with a picnic" in text


def test_near_names_are_offered_where_nothing_is_found(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(1, customerName="Marguerite Wójcik"), order(2, recipientLastName="Wojcicki"))
    write(house.golf, order(3, customerName="Woycik"))
    assert nearest(house.hotel, "wojcek") == ["Wójcik", "Wojcicki"]
    assert nearest(house.hotel, "margerite") == ["Marguerite"]
    assert nearest(house.hotel, "Margurite wojcik") == ["Marguerite wojcik"]
    assert nearest(house.hotel, "zzzzzz") == []
    assert nearest(house.hotel, "900416") == []
    text = " ".join(viewer_client.get("/o/alder-house/orders/?q=margerite").content.decode().split())
    assert 'href="/o/alder-house/orders/?q=Marguerite"' in text
