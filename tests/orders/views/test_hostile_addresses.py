"""No address, however odd, breaks a page."""

import base64
from typing import Any

import pytest
from django.test import Client

from tests.orders.builders import order, write

BASE = "/o/alder-house"


@pytest.fixture
def few(house: Any) -> Any:
    """The house with a few orders, as these addresses never get as far as many."""
    write(house.hotel, *(order(number) for number in range(1, 4)))
    return house


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/orders/99999999999999999999999/", 404),
        ("/orders/1/lines/99999999999999999999999/", 404),
        ("/orders/?q=999999999999999999", 200),
        ("/orders/?q=99999999999999999999999", 200),
        ("/orders/?q=%ED%A0%80%00", 200),
        ("/orders/?q=%25%5C_%27%22%3B--", 200),
        ("/orders/?total=999999999999999..", 200),
        ("/orders/?created=8999-12-31..", 200),
        ("/orders/?dispatch=%F0%9F%92%90&dispatch=%C3%28", 200),
        ("/orders/?cursor=" + "A" * 5000, 200),
        ("/orders/?cursor=WyItY3JlYXRlZCIsIm9sZGVyIixudWxsLDFd", 200),
        ("/orders/?" + "&".join(f"k{n}=1" for n in range(300)), 200),
        ("/exports/?shape=orders&created-from=2026-01-01", 400),
        ("/exports/file/?shape=everything", 302),
        ("/exports/file/?form=pdf", 302),
    ],
)
def test_it_is_answered(few: Any, staff_client: Client, path: str, status: int) -> None:
    assert staff_client.get(BASE + path).status_code == status


def test_too_many_parameters_are_refused(few: Any, staff_client: Client) -> None:
    """Django's own limit, as a page of ours would cost more than it is worth."""
    assert staff_client.post(f"{BASE}/key/set/", {f"k{n}": "1" for n in range(1500)}).status_code in (400, 403)


@pytest.mark.parametrize(
    ("sort", "text"),
    [
        ("-created", "[" * 2500),
        ("-created", "[" * 250),
        ("-created", '["-created"]'),
        ("-created", "{}"),
        ("-created", "9" * 5000),
        ("-created", '"\\ud800"'),
        ("created", '["created","older","0001-01-01T00:00:00+23:59",1]'),
        ("-scheduled", '["-scheduled","newer","9999-12-31T23:59:59-23:59",1]'),
        ("updated", '["updated","older","2026-01-01T00:00:00",1]'),
        ("total", f'["total","older",{2**63},1]'),
        ("-total", f'["-total","older",1,{-(2**64)}]'),
    ],
)
def test_a_tampered_cursor_leads_to_the_first_page(few: Any, staff_client: Client, sort: str, text: str) -> None:
    coded = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    page = staff_client.get(f"{BASE}/orders/?sort={sort}&cursor={coded}")
    assert page.status_code == 200
    assert b"begin again from the first page" in page.content


def test_many_values_in_the_address_make_no_large_page(filled: Any, staff_client: Client) -> None:
    fields = ("dispatch", "payment", "type", "channel", "method", "delivery")
    query = "&".join(f"{name}={n}" for name in fields for n in range(50))
    page = staff_client.get(f"{BASE}/orders/?{query}")
    assert b"and 288 more" in page.content
    assert len(page.content) < 350_000
    matching = "&".join(f"payment={value}" for value in ("Paid", *(f"Nobody+has+this+value+{n}" for n in range(49))))
    page = staff_client.get(f"{BASE}/orders/?{matching}&size=100")
    assert page.context["count"].n > 0
    assert len(page.content) < 350_000


def test_many_delivery_names_make_no_large_page(house: Any, staff_client: Client) -> None:
    write(house.hotel, *(order(n, deliveryMethodName=f"Courier {n:04}") for n in range(1, 401)))
    page = staff_client.get(f"{BASE}/orders/?delivery=Courier+0400").content
    assert b"and 349 more that are rarer" in page
    assert page.count(b'name="delivery"') == 51
