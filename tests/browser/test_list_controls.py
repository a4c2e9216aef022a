"""The list's own controls: nothing jumps when they open, and the focus stays where the person is."""

import re
from collections.abc import Callable
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"
FOCUSED_ROW = "tbody .c-order a:focus"


@pytest.mark.parametrize("width", [1440, 390])
def test_filters_open_and_close_where_they_are(open_page: Callable[..., Any], width: int) -> None:
    page = open_page(f"{ORDERS}?created=-3000d..")
    page.set_viewport_size({"width": width, "height": 900})
    places = [
        page.locator(selector) for selector in ("#filters summary", "#sorting summary", "#q", "tbody .c-order >> nth=0")
    ]
    before = [place.bounding_box() for place in places]
    page.click("#filters summary")
    sync_api.expect(page.locator(".filterset button.btn-primary")).to_be_in_viewport(ratio=1)
    assert [place.bounding_box() for place in places] == before
    page.locator("[name=total-from]").focus()
    page.keyboard.press("Escape")
    sync_api.expect(page.locator(".filterset")).to_be_hidden()
    sync_api.expect(page.locator("#filters summary")).to_be_focused()
    page.click("#filters summary")
    page.click("h1")
    sync_api.expect(page.locator(".filterset")).to_be_hidden()


def test_what_was_applied_leaves_the_focus_on_its_button(open_page: Callable[..., Any]) -> None:
    page = open_page(ORDERS)
    page.click("#filters summary")
    page.check("#filters [name=channel] >> nth=0")
    page.click("#filters button.btn-primary")
    sync_api.expect(page.locator("#chips a.chip")).to_have_count(1)
    sync_api.expect(page.locator("#filters summary")).to_be_focused()
    sync_api.expect(page.locator(".filterset")).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_sort_is_one_line_within_the_screen(open_page: Callable[..., Any], width: int) -> None:
    page = open_page(ORDERS)
    page.set_viewport_size({"width": width, "height": 900})
    page.click("#sorting summary")
    for item in page.locator("#sorting .menu a").all():
        box = item.bounding_box()
        assert box["height"] <= 36
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_the_orders_own_way_back_keeps_row_and_place(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?payment=Paid")
    row = page.locator("tbody .c-order a >> nth=44")
    number = row.inner_text()
    row.click()
    page.wait_for_selector("h1:has-text('Order ')")
    page.click("table.grid th a >> nth=0")
    page.wait_for_url(re.compile("/lines/"))
    page.click(".back a")
    page.wait_for_selector("h1:has-text('Order ')")
    page.click(".back a")
    sync_api.expect(page.locator(FOCUSED_ROW)).to_have_text(number)
    sync_api.expect(page.locator(FOCUSED_ROW)).to_be_in_viewport()
    assert page.evaluate("() => navigation.currentEntry.index < navigation.entries().length - 1"), "gone back, not on"


def test_a_list_reached_anew_from_an_order_has_its_row(open_page: Callable[..., Any]) -> None:
    """Also where the browser cannot go back to it."""
    page = open_page(ORDERS)
    page.context.add_init_script("Object.defineProperty(window, 'navigation', { value: undefined });")
    page.goto(f"{ORDERS}?payment=Paid")
    row = page.locator("tbody .c-order a >> nth=44")
    number = row.inner_text()
    row.click()
    page.wait_for_selector("h1:has-text('Order ')")
    page.click(".back a")
    sync_api.expect(page.locator(FOCUSED_ROW)).to_have_text(number)
    sync_api.expect(page.locator(FOCUSED_ROW)).to_be_in_viewport()


def test_a_search_sent_while_a_typed_one_is_asked_is_no_error(open_page: Callable[..., Any]) -> None:
    """What the newer question takes the place of is given up, which nobody needs to read of."""
    page = open_page(ORDERS)
    held: list[Any] = []

    def answer(route: Any) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)  # never answered

    page.route(re.compile(r"/orders/\?.*q=\w"), answer)
    with page.expect_request(re.compile(r"/orders/\?.*q=\w")) as asked:
        page.locator("#q").press_sequentially("paid")
    with page.expect_event("requestfailed", lambda request: request == asked.value):
        page.keyboard.press("Enter")
    sync_api.expect(page).to_have_url(re.compile("q=paid"))
    sync_api.expect(page.locator(".trouble")).to_have_count(0)
