"""What an order's page says of one that went by e-mail."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.mirror.gone import mark_gone
from orders.search.delivery import by_email, is_by_email
from tests.orders.builders import EPOCH, order, write

ORDER = "/o/alder-house/orders/41/"
SENT = {
    "dispatchStatus": "Dispatched",
    "deliveryMethodType": "email",
    "customerEmailAddress": "sam@post.example",
    "recipientEmailAddress": "kim@post.example",
    "updatedAt": "2026-11-03T09:00:00+00:00",
}
UNKNOWN = "Whether it arrived or was read is not known here. If it did not arrive, check the address, then"


def told(client: Client) -> str:
    """What the delivery card says of the e-mail."""
    found = re.search(r'id="emailed">(.*?)</p>', client.get(ORDER).text, re.S)
    return " ".join(re.sub("<[^>]+>", " ", found[1]).split()) if found else ""


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Glu says Dispatched since 3 Nov 09:00 at the latest, by e-mail to kim@post.example ."),
        (
            {"emailToRecipient": False},
            "Glu says Dispatched since 3 Nov 09:00 at the latest, by e-mail to sam@post.example .",
        ),
        (
            {"emailToRecipient": True, "recipientEmailAddress": None},
            "Glu says Dispatched , by e-mail, and the order has no address for that.",
        ),
        (
            {"scheduledDeliveryAt": "2026-12-24T09:00:00+00:00"},
            "Glu says Dispatched since 3 Nov 09:00 at the latest, by e-mail to kim@post.example . "
            "It went before its scheduled day, 24 December 2026.",
        ),
        (
            {"scheduledDeliveryAt": "2026-11-03T18:00:00+00:00"},
            "Glu says Dispatched since 3 Nov 09:00 at the latest, by e-mail to kim@post.example .",
        ),
    ],
)
def test_what_is_known_of_an_email_and_what_to_do_is_said(
    house: Any, viewer_client: Client, fields: dict[str, Any], said: str
) -> None:
    write(house.hotel, order(41, **{**SENT, **fields}))
    assert told(viewer_client) == f"{said} {UNKNOWN} send it again in Glu."


@pytest.mark.parametrize("fields", [{"dispatchStatus": "Outstanding"}, {"deliveryMethodType": "post"}])
def test_nothing_is_said_of_what_did_not_go_by_email(house: Any, viewer_client: Client, fields: dict[str, Any]) -> None:
    write(house.hotel, order(41, **{**SENT, **fields}))
    assert told(viewer_client) == ""


def test_nothing_is_said_of_an_order_that_is_gone(house: Any, viewer_client: Client) -> None:
    write(house.hotel, order(41, **SENT))
    mark_gone(house.hotel, list(house.hotel.orders.all()), EPOCH)
    assert told(viewer_client) == ""


def test_one_order_goes_by_email_where_the_list_finds_it(house: Any) -> None:
    kinds = [None, "", "email", "E-Mail", "Digital", "post", "collection"]
    names = [None, "E-mail to you", "EMAIL", "Royal Mail", "Send by email"]
    methods = [{"deliveryMethodType": kind, "deliveryMethodName": name} for kind in kinds for name in names]
    write(house.hotel, *(order(n, **method) for n, method in enumerate(methods, 1)))
    found = set(house.hotel.orders.filter(by_email()))
    assert found == {one for one in house.hotel.orders.all() if is_by_email(one)}
    assert 0 < len(found) < len(methods)
