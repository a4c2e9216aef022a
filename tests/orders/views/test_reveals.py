"""Technical details: never on a page before somebody asks for them, and who asked is told."""

from typing import Any

import pytest
from django.test import Client

from tests.orders.builders import order, write

ORDER = "/o/alder-house/orders/41/"
SHOW = f"{ORDER}technical/"
HIDDEN = ("192.0.2.99", "SecretBrowser")


@pytest.fixture
def desk(house: Any) -> Any:
    device = {"ipAddress": HIDDEN[0], "userAgent": f"{HIDDEN[1]}/9", "browserInfo": {"name": HIDDEN[1]}}
    write(house.hotel, order(41, **device))
    write(house.golf, order(41, ipAddress="192.0.2.1"))
    return house


def seen(page: str) -> bool:
    return any(text in page for text in HIDDEN)


@pytest.mark.parametrize("extra", [{}, {"HTTP_HX_REQUEST": "true"}])
def test_they_are_shown_to_staff_who_ask_and_that_is_recorded(
    desk: Any, staff_client: Client, extra: dict[str, Any]
) -> None:
    assert not seen(staff_client.get(ORDER).content.decode())
    shown = staff_client.post(SHOW, {"back": "payment=Paid"}, **extra)
    page = shown.content.decode()
    assert shown.status_code == 200
    assert all(text in page for text in HIDDEN)
    assert "no-store" in shown.headers["Cache-Control"]
    (kept,) = desk.hotel.reveals.all()
    assert (kept.order_glu_id, kept.user) == (41, desk.staff)
    page = staff_client.get(ORDER).content.decode()
    assert "Staff saw its technical details" in page
    assert not seen(page)


def test_nobody_else_sees_them(desk: Any, viewer_client: Client, outsider_client: Client, staff_client: Client) -> None:
    assert viewer_client.post(SHOW).status_code == 403
    assert outsider_client.post(SHOW).status_code == 404
    assert not seen(staff_client.get(SHOW, follow=True).content.decode())
    assert not desk.hotel.reveals.exists()
    assert "Show them" not in viewer_client.get(ORDER).content.decode()


def test_an_order_without_any_has_no_card(desk: Any, staff_client: Client) -> None:
    write(desk.hotel, order(42))
    assert "Technical fields" not in staff_client.get("/o/alder-house/orders/42/").content.decode()
