"""Columns chosen for oneself, for a view and for everybody."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.views.columns import COLUMNS, USUAL
from tests.orders.builders import order, write

LIST = "/o/alder-house/orders/"
CHOOSE = f"{LIST}columns/"


@pytest.fixture
def one(house: Any) -> Any:
    write(
        house.hotel, order(1, channel="Website", customerName="Ada <b>Okafor</b>", customerEmailAddress="a@b.example")
    )
    return house


def heads(client: Client, query: str = "") -> list[str]:
    """The headings of the list, but that of the boxes for picking."""
    text = client.get(LIST + query).text.partition("<thead")[2].partition("</thead>")[0]
    said = [re.sub(r"<[^>]+>|\s+", " ", head).strip() for head in re.findall(r"<th.*?</th>", text, re.DOTALL)]
    return said[1:]


def choose(client: Client, keep: str, *columns: str, query: str = "", **fields: str) -> Any:
    return client.post(CHOOSE, {"column": columns, "keep": keep, "query": query, **fields})


def test_ones_own_come_before_everybodys(one: Any, manager_client: Client, staff_client: Client) -> None:
    choose(manager_client, "everybody", "total", "buyer")
    assert heads(staff_client) == ["Order", "Total", "Buyer"]
    choose(staff_client, "me", "email", "channel")
    assert heads(staff_client) == ["Order", "Buyer’s e-mail", "Channel"]
    assert heads(manager_client) == ["Order", "Total", "Buyer"]
    choose(staff_client, "usual")
    assert heads(staff_client) == ["Order", "Total", "Buyer"]


def test_the_usual_ones_can_be_ones_own(one: Any, manager_client: Client, staff_client: Client) -> None:
    usual = heads(staff_client)
    choose(manager_client, "everybody", "total")
    choose(staff_client, "me", *(one.name for one in USUAL))
    assert heads(staff_client) == usual


def test_places_and_widths_are_kept(one: Any, staff_client: Client) -> None:
    choose(
        staff_client,
        "me",
        "buyer",
        "total",
        "created",
        **{"place-created": "1", "place-buyer": "9", "width-buyer": "broad"},
    )
    assert heads(staff_client) == ["Order", "Created", "Buyer", "Total"]
    assert 'class="c-buyer broad"' in staff_client.get(LIST).text
    assert re.search(r'<option value="broad"\s+selected>', staff_client.get(CHOOSE).text)


@pytest.mark.parametrize("client", ["viewer_client", "staff_client"])
def test_only_a_manager_chooses_for_everybody(one: Any, client: str, request: Any) -> None:
    choose(request.getfixturevalue(client), "everybody", "total")
    one.hotel.refresh_from_db()
    assert one.hotel.list_columns == ""


def test_a_view_has_columns_of_its_own_once_it_is_saved(one: Any, staff_client: Client) -> None:
    one.hotel.saved_views.create(name="Post", slug="post", query="", owner=one.staff, columns="buyer")
    choose(staff_client, "me", "total")
    assert heads(staff_client, "?view=post") == ["Order", "Buyer"]
    shown = choose(staff_client, "view", "channel", "buyer", query="view=post")
    assert shown.headers["Location"] == f"{LIST}?view=post&cols=channel%2Cbuyer"
    assert 'id="save-view"' in staff_client.get(shown.headers["Location"]).text
    staff_client.post("/o/alder-house/views/save/", {"query": "view=post&cols=channel,buyer", "change": ""})
    assert heads(staff_client, "?view=post") == ["Order", "Channel", "Buyer"]
    assert heads(staff_client) == ["Order", "Total"]


def test_every_column_shows_any_order(one: Any, staff_client: Client) -> None:
    write(one.hotel, {"id": 2, "createdAt": "2026-11-01T10:00:00+00:00", "total": "a lot", "channel": 7})
    for name in COLUMNS:
        page = staff_client.get(f"{LIST}?cols={name}")
        assert page.status_code == 200
        assert "<b>Okafor" not in page.text


def test_paper_has_the_lists_columns(one: Any, staff_client: Client) -> None:
    page = staff_client.get(f"{LIST}print/?cols=channel,total").text
    assert re.findall(r'<td role="cell" class="(c-\w+)', page) == ["c-more", "c-total"]


def test_nothing_ticked_is_the_usual_list(one: Any, staff_client: Client) -> None:
    usual = heads(staff_client)
    choose(staff_client, "me")
    assert heads(staff_client) == usual
