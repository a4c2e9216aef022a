"""Filters from the menus beside the chips, kept as a view, and found again among the tabs."""

import re
from collections.abc import Callable
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"


def test_a_filter_is_chosen_saved_and_opened_again(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?created=-3000d..")
    sync_api.expect(page.locator("#tab-all")).to_have_text("130")
    page.click("#pin-payment summary")
    paid = page.locator("#pin-payment li", has=page.locator("[value=Paid]"))
    number = paid.locator(".n").inner_text()
    paid.locator("input").check()
    page.click("#pin-payment button")
    sync_api.expect(page.locator("#count")).to_have_text(number)
    sync_api.expect(page.locator("#pin-payment summary")).to_be_focused()
    page.click("#save-view summary")
    page.fill("#view-name", "Paid ones")
    page.click("#save-view button")
    page.wait_for_url(re.compile("view=paid-ones"))
    sync_api.expect(page.locator(".tabs [aria-current]")).to_contain_text(f"Paid ones {number}")
    sync_api.expect(page.locator("#save-view")).to_have_count(0)
    page.click("th a:has-text('Total')")
    sync_api.expect(page.locator("#save-view")).to_be_visible()
    page.click("text=Change “Paid ones” to this")
    page.wait_for_url(re.compile("sort=-total"))
    sync_api.expect(page.locator("#save-view")).to_have_count(0)
    page.click(".tabs >> text=All")
    sync_api.expect(page.locator("#count")).to_have_text("130")
    page.click(".tabs >> text=Paid ones")
    page.wait_for_url(re.compile("payment=Paid.*sort=-total&view=paid-ones"))


def test_menus_and_views_work_without_script(open_page: Callable[..., Any]) -> None:
    page = open_page(ORDERS, java_script_enabled=False)
    page.click("#pin-payment summary")
    page.check("#pin-payment [value=Paid]")
    page.click("#pin-payment button")
    sync_api.expect(page.locator("#chips .chip").first).to_contain_text("Payment: Paid")
    page.click("#save-view summary")
    page.fill("#view-name", "Paid ones")
    page.click("#save-view button")
    sync_api.expect(page.locator(".tabs [aria-current]")).to_contain_text("Paid ones")
    sync_api.expect(page.locator("#tab-all")).to_be_hidden()
    page.click(".tabs >> text=Manage")
    page.click("summary:has-text('Delete')")
    page.click("text=Delete this view")
    sync_api.expect(page.locator("body")).to_contain_text("No views yet")


@pytest.mark.parametrize("script", [True, False])
def test_a_second_view_of_a_name_replaces_the_first_if_one_says_so(open_page: Callable[..., Any], script: bool) -> None:
    page = open_page(f"{ORDERS}?payment=Paid", java_script_enabled=script)
    expect = sync_api.expect
    tab = page.locator(".tabs a", has_text="Paid ones")
    for query in ("payment=Paid", "payment=Pending"):
        page.goto(f"{ORDERS}?{query}")
        page.click("#save-view summary")
        page.fill("#view-name", "Paid ones")
        page.click("#save-view button")
    expect(page.locator(".errorlist")).to_contain_text("There is a view “Paid ones” already.")
    page.click("text=Replace “Paid ones”")
    page.wait_for_url(re.compile("payment=Pending&view=paid-ones"))
    expect(tab).to_have_count(1)
    expect(tab).to_have_attribute("aria-current", "page")
    page.click("#chips .chip >> nth=0")
    page.wait_for_url(re.compile(r"orders/\?view=paid-ones$"))
    expect(tab).to_contain_text("Changed")
    expect(tab).to_have_attribute("aria-current", "true")
    if script:
        expect(page.locator("#tab-all")).to_have_text("130")
        expect(tab.locator(".n")).not_to_have_text("…")
    page.click("text=Change “Paid ones” to this")
    expect(tab).to_have_attribute("aria-current", "page")
    page.click("#pin-payment summary")
    page.check("#pin-payment [value=Paid]")
    page.click("#pin-payment button")
    expect(tab).to_contain_text("Changed")
    page.click("#chips >> text=Clear")
    expect(page.locator(".tabs [aria-current]")).to_contain_text("All")
    expect(tab).not_to_contain_text("Changed")
