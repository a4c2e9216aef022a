"""Previous and next on an order's page walk the list that the person came from, in its own order."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.search import list_page, neighbours, parse_query
from tests.orders.builders import order, write

HERE = "/o/alder-house/orders/"
DAY = "2026-11-01T10:00:00+00:00"


@pytest.fixture
def seven(house: Any) -> Any:
    """Ties in time, orders without a total, one of another payment, and a stranger with the same number."""
    for number, total in ((1, 500), (2, None), (3, 500), (4, 900), (5, None), (6, 100)):
        write(house.hotel, order(number, DAY, total=total, paymentStatus="Paid"))
    write(house.hotel, order(7, DAY, total=1, paymentStatus="Pending"))
    write(house.golf, order(4, DAY, total=900, paymentStatus="Paid"))
    return house


@pytest.mark.parametrize("sort", ["created", "-created", "total", "-total", "scheduled", "-updated"])
def test_the_ways_on_walk_the_list_in_both_directions(seven: Any, sort: str) -> None:
    query = parse_query(f"payment=Paid&sort={sort}", seven.hotel)
    listed = list_page(seven.hotel, query, 25).rows
    beside = [neighbours(seven.hotel, query, row) for row in listed]
    numbers = [row.glu_id for row in listed]
    assert [after for _, after in beside] == [*numbers[1:], None]
    assert [before for before, _ in beside] == [None, *numbers[:-1]]


def test_the_place_in_the_list_comes_after_the_page(seven: Any, viewer_client: Client) -> None:
    page = viewer_client.get(f"{HERE}3/?payment=Paid&sort=-total").text
    assert "/orders/3/place/?payment=Paid&amp;sort=-total" in page
    place = viewer_client.get(f"{HERE}3/place/?payment=Paid&sort=-total").text
    assert re.search(r"2 of 6", place)
    assert re.findall(r'href="(/o/[^"]+)"', place) == [
        f"{HERE}4/?payment=Paid&amp;sort=-total",
        f"{HERE}1/?payment=Paid&amp;sort=-total",
    ]
    first = viewer_client.get(f"{HERE}4/place/?payment=Paid&sort=-total").text
    assert first.count('aria-disabled="true"') == 1


def test_without_script_the_ways_lead_on_and_say_where_the_list_ends(seven: Any, viewer_client: Client) -> None:
    asked = "payment=Paid&sort=-total"
    onward = viewer_client.get(f"{HERE}4/beside/next/?{asked}")
    assert onward.headers["Location"] == f"{HERE}3/?{asked}"
    end = viewer_client.get(f"{HERE}4/beside/previous/?{asked}", follow=True)
    assert end.redirect_chain[-1][0] == f"{HERE}4/?{asked}"
    assert "This is the first order of that list." in end.text
    assert viewer_client.get(f"{HERE}4/beside/sideways/?{asked}").status_code == 404


def test_an_order_that_left_the_list_has_no_place_but_ways_on(seven: Any, viewer_client: Client) -> None:
    place = viewer_client.get(f"{HERE}7/place/?payment=Paid&sort=total").text
    assert " of 6" not in place
    assert f'href="{HERE}6/' in place


def test_a_list_that_cannot_be_read_leads_nowhere(seven: Any, viewer_client: Client) -> None:
    assert viewer_client.get(f"{HERE}4/beside/next/?created=soon").headers["Location"].startswith(f"{HERE}4/?created")
    place = viewer_client.get(f"{HERE}4/place/?created=soon").text
    assert 'href="/o/' not in place
    assert "hx-get" not in place
