"""The menus of the list: what is wanted, what is not, and what an order has, with the script and without."""

import re
from collections.abc import Callable
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"


@pytest.mark.parametrize("script", [True, False])
def test_what_is_not_wanted_is_left_out(open_page: Callable[..., Any], script: bool) -> None:
    page = open_page(f"{ORDERS}?created=-3000d..", java_script_enabled=script)
    expect = sync_api.expect
    page.click("#pin-dispatch summary")
    packed = page.locator("#pin-dispatch li", has=page.locator("[value=Packed]"))
    packed.locator("input").check()
    page.locator("#pin-dispatch").get_by_text("is not", exact=True).click()
    if script:
        expect(packed.locator(".n")).to_have_count(1)
        left = 130 - int(packed.locator(".n").inner_text())
        assert left < 130
    page.click("#pin-dispatch button")
    expect(page.locator("#chips")).to_contain_text("Dispatch is not Packed")
    page.wait_for_url(re.compile(r"\?not\.dispatch=Packed&created="))
    if script:
        expect(page.locator("#count")).to_have_text(str(left))
    expect(page.locator("tbody .c-dispatch:has-text('Packed')")).to_have_count(0)
    page.click("#pin-dispatch summary")
    expect(page.locator("#pin-dispatch [type=radio][value=not]")).to_be_checked()
    expect(packed.locator("input")).to_be_checked()
    page.locator("#pin-dispatch").get_by_text("is", exact=True).click()
    page.click("#pin-dispatch button")
    expect(page.locator("#chips .chip").first).to_contain_text("Packed . Remove")
    page.wait_for_url(re.compile(r"\?dispatch=Packed&created="))


def test_what_is_not_wanted_is_chosen_under_add_filter(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?created=-3000d..")
    page.click("#filters summary")
    for name in ("Channel", "Payment method", "Delivery", "Currency"):
        sync_api.expect(page.get_by_role("group", name=name).locator(".n").first).to_be_visible()
    channels = page.get_by_role("group", name="Channel")
    value = channels.locator("[name=channel]").first.get_attribute("value")
    channels.locator("[name=channel]").first.check()
    channels.get_by_text("is not", exact=True).click()
    page.click("#filters button.btn-primary")
    sync_api.expect(page.locator("#chips a.chip").first).to_contain_text(f"Channel is not {value}")
    page.click("#chips a.chip >> nth=0")
    sync_api.expect(page.locator("#count")).to_have_text("130")
    page.click("#filters summary")
    sync_api.expect(channels.locator("[type=radio][value='']")).to_be_checked()


@pytest.mark.parametrize("script", [True, False])
def test_what_an_order_has_is_chosen_under_add_filter(open_page: Callable[..., Any], script: bool) -> None:
    page = open_page(ORDERS, java_script_enabled=script)
    expect = sync_api.expect
    page.click("#filters summary")
    page.get_by_label("Personal message").select_option("Yes")
    page.get_by_label("Gone from Glu").select_option("No")
    page.click("#filters button.btn-primary")
    expect(page.locator("#chips .chip").first).to_contain_text("With a personal message")
    expect(page.locator("#chips .chip").nth(1)).to_contain_text("Still at Glu")
    page.wait_for_url(re.compile(r"\?has=message&no=gone$"))
    page.click("#chips .chip >> nth=0")
    page.wait_for_url(re.compile(r"\?no=gone$"))
    expect(page.locator("#chips .chip").first).to_contain_text("Still at Glu")
    page.click("#filters summary")
    expect(page.get_by_label("Personal message")).to_have_value("")
    expect(page.get_by_label("Gone from Glu")).to_have_value("no")
