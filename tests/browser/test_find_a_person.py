"""Somebody calls: "it never arrived". Half a phone number is enough to say where the order stands."""

from collections.abc import Callable
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation
from tests.furnished import fill
from tests.orders.builders import order

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"
ROWS = "tbody .c-order a"


@pytest.fixture
def caller(desk: Organisation) -> Organisation:
    """Alder House with two orders of one caller, who writes her number in two ways."""
    given = {"customerName": "Beth Rowntree", "paymentStatus": "Paid", "deliveryMethodName": "1st Class", "lines": []}
    first = order(900_001, "2026-11-03T10:00:00+00:00", phoneNumber="07700 900416", dispatchStatus="Dispatched")
    second = order(900_002, "2026-11-04T10:00:00+00:00", phoneNumber="+44 7700 900 416", dispatchStatus="Outstanding")
    fill(desk, [{**first, **given, "recipientFirstName": "Ines"}, {**second, **given}])
    return desk


@pytest.mark.parametrize("script", [True, False])
def test_half_a_phone_number_tells_where_the_order_stands(
    open_page: Callable[..., Any], caller: Organisation, script: bool
) -> None:
    """And what was found stays found: back, after a reload, and in another tab."""
    page = open_page(java_script_enabled=script)
    expect = sync_api.expect
    page.fill("#q", "900416")
    if not script:
        page.click(".search-go")
    expect(page.locator(ROWS)).to_have_text(["900002", "900001"])
    found = page.url
    page.click(f"{ROWS} >> nth=1")
    expect(page.locator("h1")).to_have_text("Order 900001")
    expect(page.locator(".page-head")).to_contain_text("Dispatched")
    expect(page.locator(".lede")).to_contain_text("by Beth Rowntree for Ines")
    expect(page.locator("[aria-labelledby=by-h] a[href^='tel:']")).to_be_visible()
    page.reload()
    expect(page.locator("#order-number")).to_have_text("900001")
    page.go_back()
    expect(page.locator(ROWS)).to_have_text(["900002", "900001"])
    expect(page.locator("#q")).to_have_value("900416")
    assert page.url == found
    page.reload()
    expect(page.locator(ROWS)).to_have_text(["900002", "900001"])
    with page.context.expect_page() as opened:
        page.click(f"{ROWS} >> nth=0", modifiers=["Control"])
    tab = opened.value
    expect(tab.locator("#order-number")).to_have_text("900002")
    tab.click(".back a")
    expect(tab.locator(ROWS)).to_have_text(["900002", "900001"])
    assert tab.url == found
