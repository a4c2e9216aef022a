"""The desk's own words: every field that people meet has some, and pages use them."""

from typing import Any

from django.test import Client

from orders.display.words import FIELD_WORDS, field_words
from orders.documented import LINE_FIELDS, LINE_OBJECTS, ORDER_FIELDS, ORDER_OBJECTS
from tests.orders.builders import order, write

UNSEEN = {"uuid", "updatedAt", "userAgent", "ipAddress", "browserInfo", "attachedOrder"}
"""Fields that no history tells of."""


def test_every_documented_field_has_words() -> None:
    documented = {field.glu for field in (*ORDER_FIELDS, *LINE_FIELDS)} | ORDER_OBJECTS | LINE_OBJECTS
    assert documented - UNSEEN == set(FIELD_WORDS)


def test_a_field_that_is_not_documented_is_said_in_its_own_words() -> None:
    assert field_words("storeReference") == "Store reference"
    assert field_words("card_type") == "Card type"


def test_a_history_uses_them(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(41, deliveryAddressLine2="Flat 2"))
    newer = "2030-01-02T10:00:00+00:00"
    write(house.hotel, order(41, deliveryAddressLine2="Flat 3", customerFirstName="Ada", updatedAt=newer))
    page = viewer_client.get("/o/alder-house/orders/41/").content.decode()
    assert "Delivery address, line 2" in page
    assert "Buyer, first name" in page


def test_a_title_says_the_filter(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(41))
    page = viewer_client.get("/o/alder-house/orders/?dispatch=Outstanding&sort=total").content.decode()
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert title.startswith("Outstanding, smallest first")
