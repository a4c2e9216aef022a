"""Orders that Glu no longer returns: found by a filter, plain to see on the list, and in files as on the list."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.search import count_orders, parse_query
from tests.orders.builders import order, write

LIST, EXPORT, MIRROR = "/o/alder-house/orders/", "/o/alder-house/exports/", "/o/alder-house/mirror/"


@pytest.fixture
def hotel(house: Any) -> Organisation:
    """Three orders, one of which is gone at Glu."""
    write(house.hotel, *(order(number, dispatchStatus="Dispatched", paymentStatus="Paid") for number in (41, 42, 43)))
    house.hotel.orders.filter(glu_id=42).update(gone_at=now())
    return house.hotel  # type: ignore[no-any-return]


def ids(client: Client, query: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="o(\d+)"', client.get(f"{LIST}?{query}").content.decode())]


def text(client: Client, path: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", client.get(path).content.decode()).split())


def test_the_mirror_page_leads_to_exactly_them(hotel: Organisation, viewer_client: Client) -> None:
    assert f'href="{LIST}?gone=only"' in viewer_client.get(MIRROR).content.decode()
    assert ids(viewer_client, "gone=only") == [42]
    assert "No longer at Glu . Remove this filter" in text(viewer_client, f"{LIST}?gone=only")
    assert ids(viewer_client, "gone=none") == [43, 41]
    assert ids(viewer_client, "") == [43, 42, 41]
    hotel.orders.update(gone_at=None)
    assert "?gone=only" not in viewer_client.get(MIRROR).content.decode()


def test_the_filter_is_one_like_any_other(hotel: Organisation, viewer_client: Client) -> None:
    query = parse_query("dispatch=Dispatched&gone=only", hotel)
    assert query.url_query() == "dispatch=Dispatched&has=gone"
    assert str(count_orders(hotel, query.criteria)) == "1"
    assert not query.criteria.is_empty()
    assert parse_query("gone=", hotel).criteria.is_empty()
    assert ids(viewer_client, "gone=perhaps") == []
    page = " ".join(viewer_client.get(f"{LIST}?gone=only").content.decode().split())
    flag = page.partition('name="flag-gone"')[2].partition("</select>")[0]
    assert 'value="has" selected' in flag  # applying another filter keeps it


def test_a_gone_order_is_plain_to_see(hotel: Organisation, viewer_client: Client) -> None:
    page = viewer_client.get(LIST).content.decode()
    row = next(row for row in page.split("<tr ") if 'id="o42"' in row)
    assert ">Gone</span>" in row
    assert "status grey" in row
    assert "status green" not in row
    assert page.count(">Gone</span>") == 1
    assert "status green" in next(row for row in page.split("<tr ") if 'id="o41"' in row)


@pytest.mark.parametrize(("query", "heading"), [("", "3 orders"), ("q=42", "1 order"), ("gone=none", "2 orders")])
def test_an_export_says_the_number_that_will_be_written(
    hotel: Organisation, staff_client: Client, query: str, heading: str
) -> None:
    page = staff_client.get(f"{EXPORT}?{query}").content.decode()
    assert f"<h2> {heading} </h2>" in " ".join(page.split())
    response: Any = staff_client.post(f"{EXPORT}file/", dict([query.split("=")] if query else []))
    rows = b"".join(response).decode().splitlines()
    assert len(rows) - 1 == int(heading.split()[0])


def test_one_order_is_not_orders(hotel: Organisation, viewer_client: Client) -> None:
    found = text(viewer_client, f"{LIST}?q=41")
    assert "1 order :" in found.replace("1 order:", "1 order :")
    assert "1 orders" not in found
    assert "3 orders" in text(viewer_client, LIST)
