"""The list on paper holds what the list found, not one page of it."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.views import printing
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.builders import order, write

PRINT = "/o/alder-house/orders/print/"


def ids(response: Any) -> list[int]:
    return [int(number) for number in re.findall(r'id="o(\d+)"', response.content.decode())]


@pytest.mark.parametrize("query", ["", "payment=Paid&sort=total", "size=25"])
def test_all_that_match_are_printed_in_the_lists_order(filled: Any, viewer_client: Client, query: str) -> None:
    response = viewer_client.get(f"{PRINT}?{query}")
    wanted = filled.hotel.orders.order_by("-created_at", "-glu_id")
    if "Paid" in query:
        wanted = filled.hotel.orders.filter(payment_status="Paid").order_by("total", "glu_id")
    assert ids(response) == [found.glu_id for found in wanted]
    assert b"The first" not in response.content


def test_more_than_are_printed_is_said(filled: Any, viewer_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "MOST_PRINTED", 100)
    response = viewer_client.get(PRINT)
    assert len(ids(response)) == 100
    assert "The first 100 of 160 orders, newest first." in " ".join(response.content.decode().split())


def test_what_is_not_copied_yet_is_said_on_paper(filled: Any, viewer_client: Client) -> None:
    accepted_key(filled.hotel, HOTEL_KEY)
    for path in (PRINT, "/o/alder-house/orders/"):
        assert b"so far;" in viewer_client.get(path).content


def test_a_list_of_one_page_says_nothing_of_others(filled: Any, viewer_client: Client) -> None:
    note = b"This paper holds"
    assert note in viewer_client.get("/o/alder-house/orders/").content
    assert note not in viewer_client.get("/o/alder-house/orders/?q=nobody").content


def test_a_filter_that_cannot_be_read_prints_nothing(filled: Any, viewer_client: Client) -> None:
    response = viewer_client.get(f"{PRINT}?total=ten")
    assert (response.status_code, response.headers["Location"]) == (302, "/o/alder-house/orders/?total=ten")


def test_an_orders_messages_and_billing_address_are_on_its_paper(house: Any, viewer_client: Client) -> None:
    lines = [{"id": 1, "name": "Voucher", "personalMessage": "Happy birthday"}, {"id": 2, "name": "Mug"}]
    write(house.hotel, order(7, lines=lines, billingAddressLine1="1 Mill Lane"))
    text = viewer_client.get("/o/alder-house/orders/7/").content.decode()
    assert "Happy birthday" in text
    paper = re.search(r'<div class="print-only sm">.*?</div>', text, re.DOTALL)
    assert paper is not None
    assert "1 Mill Lane" in paper[0]
