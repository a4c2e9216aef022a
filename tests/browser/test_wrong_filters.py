"""What cannot be read is said where it was typed and at the top; what was typed and the rows stay."""

import re
from collections.abc import Callable
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"
ROWS = "tbody .c-order a"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_wrong_amount_costs_nothing(open_page: Callable[..., Any], width: int) -> None:
    page = open_page(f"{ORDERS}?payment=Paid")
    page.set_viewport_size({"width": width, "height": 900})
    rows, address = page.locator(ROWS).all_text_contents(), page.url
    page.click("#filters summary")
    page.check("#filters [name=channel] >> nth=0")
    page.fill("[name=total-to]", "ten")
    page.click("#filters button.btn-primary")
    field = page.locator("[name=total-to]")
    sync_api.expect(page.locator("#problems [role=alert]")).to_contain_text("“ten”")
    sync_api.expect(field).to_be_focused()
    sync_api.expect(field).to_be_in_viewport()
    sync_api.expect(field).to_have_value("ten")
    sync_api.expect(page.locator("#f-total-wrong")).to_be_in_viewport()
    sync_api.expect(page.locator("#filters [name=channel] >> nth=0")).to_be_checked()
    assert page.locator(ROWS).all_text_contents() == rows
    assert page.url == address
    field.fill("£1,000")
    page.click("#filters button.btn-primary")
    sync_api.expect(page.locator("#chips a.chip")).to_have_count(3)
    sync_api.expect(page.locator("#chips")).to_contain_text("Total up to 1,000, GBP only")
    sync_api.expect(page.locator("#problems .notice")).to_have_count(0)
    sync_api.expect(page.locator("#filters")).not_to_have_attribute("open", "")


def test_a_word_that_is_too_short_is_hinted_at_and_the_rows_stay(open_page: Callable[..., Any]) -> None:
    page = open_page(ORDERS)
    rows = page.locator(ROWS).all_text_contents()
    hint = page.locator("#hint")
    page.locator("#q").press_sequentially("g", delay=5)
    sync_api.expect(hint).to_contain_text("at least 2 letters")
    sync_api.expect(page.locator("#say")).to_contain_text("The list has not changed.")
    assert page.locator(ROWS).all_text_contents() == rows
    assert page.locator("[role=alert]").count() == 0
    assert "q=" not in page.url
    with page.expect_response(re.compile("q=g")):
        page.keyboard.press("Enter")
    sync_api.expect(hint).to_be_visible()
    assert page.locator(ROWS).all_text_contents() == rows
    page.locator("#q").press_sequentially("ift", delay=5)
    page.wait_for_url(re.compile("q=gift"))
    sync_api.expect(hint).to_be_hidden()
    sync_api.expect(page.locator("#problems .notice")).to_have_count(0)


def test_without_script_the_message_is_at_the_top_and_at_the_field(open_page: Callable[..., Any]) -> None:
    page = open_page(java_script_enabled=False)
    page.click("#filters summary")
    page.fill("[name=total-from]", "10,50")
    page.click("#filters button.btn-primary")
    sync_api.expect(page.locator("#problems [role=alert]")).to_be_in_viewport()
    sync_api.expect(page.locator("#f-total-wrong")).to_be_visible()
    assert page.input_value("[name=total-from]") == "10,50"
    page.fill("[name=total-from]", "10.50")
    page.click("#filters button.btn-primary")
    assert page.url.endswith("?total=10.50..")
    sync_api.expect(page.locator(ROWS).first).to_be_visible()


def test_an_address_that_cannot_be_read_shows_no_rows(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?created=2026-02-31&colour=red")
    assert page.locator(ROWS).count() == 0
    assert "“2026-02-31”" in page.locator("#problems").inner_text()
    assert page.input_value("[name=created-from]") == "2026-02-31"
    assert page.locator(".chip.error").count() == 1
    assert "colour ignored" in page.locator("#chips").inner_text()
    page.goto(f"{ORDERS}?cursor=broken")
    sync_api.expect(page.locator(".filterset")).to_be_hidden()
    page.click("#problems a")
    sync_api.expect(page.locator(ROWS)).to_have_count(50)
