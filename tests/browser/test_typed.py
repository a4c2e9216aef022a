"""A link of the list that is clicked before what was typed is asked for: neither of them is lost."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"
BOX = "#q"


@contextmanager
def at_once(page: Any) -> Iterator[None]:
    """No time goes by in the page while this is done, and its parts come later than what is typed is asked for."""
    held: list[Any] | None = []

    def hold(route: Any) -> None:
        if held is None or route.request.resource_type != "xhr":
            route.continue_()
        else:
            held.append(route)

    page.clock.install(time=datetime(2026, 11, 20, tzinfo=UTC))
    page.clock.pause_at(datetime(2026, 11, 20, 1, tzinfo=UTC))
    page.route("**/o/alder-house/**", hold)
    yield
    page.clock.resume()
    page.wait_for_timeout(600)
    asked, held = held, None
    for route in asked or []:
        route.continue_()


@pytest.mark.parametrize(
    ("before", "link", "then"),
    [
        ("", "#h-total", r"\?q=gift&sort=-?total$"),
        ("", "#sorting .menu >> text=largest first", r"\?q=gift&sort=-total$"),
        ("payment=Paid", "#chips a.chip", r"\?q=gift$"),
        ("", ".sizes a >> nth=1", r"\?q=gift&size=\d+$"),
        ("", ".pager [rel=next]", r"\?q=gift&cursor=\w+$"),
        ("q=lesson", "#h-total", r"\?q=gift&sort=-?total$"),
        ("", "tbody .c-order a >> nth=0", r"/orders/\d+/\?q=gift$"),
        ("", "#acts a[href*=export]", r"/exports/\?q=gift&size=50$"),
    ],
)
def test_what_is_clicked_right_after_typing_takes_the_words_along(
    open_page: Callable[..., Any], before: str, link: str, then: str
) -> None:
    page = open_page(f"{ORDERS}?{before}".rstrip("?"))
    if "#sorting" in link:
        page.click("#sorting summary")
    with at_once(page):
        page.locator(BOX).fill("gift")
        page.click(link)
    page.wait_for_url(re.compile(then))
    if page.locator(BOX).count():
        sync_api.expect(page.locator(BOX)).to_have_value("gift")


@pytest.mark.parametrize("link", ["#chips >> text=Clear", "#tabs [data-anew]", "#chips a.chip >> text=lesson"])
def test_a_click_that_is_for_other_words_has_its_way(open_page: Callable[..., Any], link: str) -> None:
    page = open_page(f"{ORDERS}?q=lesson&payment=Paid")
    with at_once(page):
        page.locator(BOX).fill("lesson gift")
        page.click(link)
    page.wait_for_url(re.compile(r"\?payment=Paid$" if "lesson" in link else f"{ORDERS}$"))
    page.wait_for_timeout(500)
    sync_api.expect(page.locator(BOX)).to_have_value("")


def test_an_answer_that_is_on_its_way_does_not_take_the_place_of_the_click(open_page: Callable[..., Any]) -> None:
    """Nor do clauses that were asked for already stay when they are typed anew."""
    page = open_page(ORDERS)
    page.locator(BOX).press_sequentially("gift payment:paid", delay=2)
    page.wait_for_url(re.compile(r"q=gift&payment=Paid$"))
    sync_api.expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    held = list[Any]()
    page.route(lambda url: "dispatch%3A" in url and "sort" not in url, lambda route: held.append(route))
    with page.expect_request("**/orders/?*dispatch%3A*"):
        page.locator(BOX).fill("gift dispatch:dispatched")
    page.click("#h-total")
    page.wait_for_url(re.compile(r"\?q=gift&dispatch=Dispatched&sort=-?total$"))
    assert held
    sync_api.expect(page.locator(BOX)).to_have_value("gift")
    sync_api.expect(page.locator("#chips a.chip")).to_have_count(2)


@pytest.mark.parametrize(
    ("typed", "link", "then"),
    [("{}x", "#results .empty a >> nth=0", "{}"), ("{}x", "#results >> text=see all orders", "")],
)
def test_a_link_of_an_empty_list_that_is_for_other_words_puts_them_into_the_box(
    open_page: Callable[..., Any], desk: Organisation, typed: str, link: str, then: str
) -> None:
    name = max((desk.orders.exclude(customer_name=None)[0].customer_name or "").split(), key=len)
    page = open_page(ORDERS)
    page.locator(BOX).fill(typed.format(name))
    page.click(link)
    sync_api.expect(page.locator("#results tbody tr")).not_to_have_count(0)
    sync_api.expect(page.locator(BOX)).to_have_value(then.format(name))
