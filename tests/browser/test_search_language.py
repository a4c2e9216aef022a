"""The search box takes clauses: they become chips, what is wrong is underlined, and a card says what can be typed."""

import re
from collections.abc import Callable
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"
ROWS = "tbody .c-order a"


def test_clauses_filter_as_they_are_typed_and_become_chips_when_sent(open_page: Callable[..., Any]) -> None:
    page = open_page(ORDERS)
    box, chips = page.locator("#q"), page.locator("#chips a.chip")
    box.press_sequentially("gift payment:paid", delay=2)
    page.wait_for_url(re.compile("q=gift&payment=Paid"))
    sync_api.expect(box).to_have_value("gift payment:paid")
    sync_api.expect(chips).to_have_count(0)
    box.press("Enter")
    sync_api.expect(chips).to_have_count(2)
    sync_api.expect(box).to_have_value("gift")
    sync_api.expect(box).to_be_focused()
    box.fill("gift -dispatch:Dispatched")
    box.press("Enter")
    sync_api.expect(chips).to_have_count(3)
    page.locator("#chips a.chip", has_text="Payment: Paid").click()
    sync_api.expect(chips).to_have_count(2)
    page.wait_for_url(re.compile(r"q=gift&not\.dispatch=Dispatched$"))


@pytest.mark.parametrize("before", ["", "gift"])
def test_what_is_sent_is_not_lost_to_what_was_typed_however_slow_the_answer(
    open_page: Callable[..., Any], before: str
) -> None:
    """Nor where it takes the place of what was sent `before`."""
    page = open_page(ORDERS)
    page.clock.install()
    held = list[Any]()
    page.route("**/orders/?*q=gift*", lambda route: held.append(route))
    for text in filter(None, [before, "gift -dispatch:Dispatched"]):
        page.locator("#q").fill(text)
        with page.expect_request("**/orders/?*q=gift*"):
            page.locator("#q").press("Enter")
    page.clock.run_for(1_000)  # what was typed would be asked for in this time
    held[-1].continue_()
    sync_api.expect(page.locator("#chips a.chip")).to_have_count(2)
    page.wait_for_url(re.compile(r"q=gift&not\.dispatch=Dispatched$"))
    assert len(held) == (2 if before else 1)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_wrong_clause_is_underlined_and_the_rows_stay(open_page: Callable[..., Any], width: int) -> None:
    page = open_page(ORDERS)
    page.set_viewport_size({"width": width, "height": 900})
    rows = page.locator(ROWS).all_text_contents()
    page.locator("#q").press_sequentially("gift payment:payd", delay=2)
    sync_api.expect(page.locator("#hint u")).to_have_text("payment:payd")
    sync_api.expect(page.locator("#hint")).to_contain_text("Do you mean Paid?")
    assert page.locator(ROWS).all_text_contents() == rows
    page.goto(page.url.partition("?")[0] + "?q=payment:payd")
    sync_api.expect(page.locator("#problems u")).to_have_text("payment:payd")
    sync_api.expect(page.locator("#q")).to_have_value("payment:payd")
    assert page.locator(ROWS).count() == 0


@pytest.mark.parametrize("width", [1440, 390])
def test_a_card_says_what_can_be_typed(open_page: Callable[..., Any], width: int) -> None:
    page = open_page(f"{ORDERS}?payment=Paid&q=gift")
    page.set_viewport_size({"width": width, "height": 900})
    page.click("#language summary")
    sync_api.expect(page.locator("#language tr")).to_have_count(6)
    sync_api.expect(page.locator("#typed code")).to_have_text('payment:"Paid" gift')
    card = page.locator("#language .menu").bounding_box()
    assert card
    assert card["x"] >= 0
    assert card["x"] + card["width"] <= width
    page.keyboard.press("Escape")
    sync_api.expect(page.locator("#language")).not_to_have_attribute("open", "")
