"""A line that is slow, a server that fails, a session that ends: what is shown stays, and there is a way on."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from glu_admin.tenancy.models import Organisation
from tests.furnished import PASSWORD, fill
from tests.orders.builders import order

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS, QUEUE = "/o/alder-house/orders/", "/o/alder-house/queues/dispatch/"
ROWS = "tbody .c-order a"


def held(page: Any, path: Any) -> list[Any]:
    """Requests to an address from now on, which wait until they are let go; these are their routes."""
    routes: list[Any] = []
    page.route(path, lambda route: routes.append(route))
    return routes


def test_on_a_slow_line_old_rows_stay_and_nothing_is_done_twice(
    open_page: Callable[..., Any], desk: Organisation
) -> None:
    placed = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    post = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "deliveryMethodName": "Swift Mail", "lines": []}
    fill(desk, [{**order(900_001 + n, placed), **post} for n in range(2)])
    page = open_page(f"{ORDERS}?payment=Paid")
    expect = sync_api.expect
    rows = page.locator(ROWS).all_text_contents()
    routes = held(page, re.compile(r"sort=-total"))
    page.click("#h-total")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "true")
    assert page.locator(ROWS).all_text_contents() == rows
    routes[0].continue_()
    expect(page.locator("th[aria-sort=descending] #h-total")).to_be_visible()
    expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    page.goto(QUEUE)
    routes = held(page, "**/queues/dispatch/mark/")
    card = page.locator(".lane:has(h2:has-text('Swift Mail'))")
    card.locator("tbody .pick input").first.check()
    card.locator("button:has-text('Mark posted')").dblclick()
    expect(card).to_have_attribute("aria-busy", "true")
    expect(card.locator("tbody tr")).to_have_count(2)
    routes[0].continue_()
    expect(page.locator("#done")).to_contain_text("Order 900001 marked posted.")
    expect(card.locator("tbody tr")).to_have_count(1)
    page.unroute_all()
    assert len(routes) == 1
    assert desk.order_marks.count() == 1


def test_where_a_part_fails_its_rows_stay_and_it_is_tried_again(
    open_page: Callable[..., Any], provoked: list[str]
) -> None:
    provoked += ["net::ERR_FAILED", "Response Status Error Code 500", "htmx:sendError"]
    page = open_page(f"{ORDERS}?payment=Paid")
    expect = sync_api.expect
    rows = page.locator(ROWS).all_text_contents()
    page.route(re.compile(r"sort=-total"), lambda route: route.fulfill(status=500, body="Oh"))
    page.click("#h-total")
    card = page.locator("#results .trouble")
    expect(card).to_contain_text("Something went wrong")
    expect(card).to_be_focused()
    assert page.locator(ROWS).all_text_contents() == rows
    assert page.url.endswith("?payment=Paid")
    page.unroute_all()
    card.get_by_role("link", name="Try again").click()
    expect(page.locator("th[aria-sort=descending] #h-total")).to_be_visible()
    expect(page.locator(".trouble")).to_have_count(0)
    assert parse_qs(urlsplit(page.url).query) == {"payment": ["Paid"], "sort": ["-total"]}
    page.route("**/orders/**", lambda route: route.abort())
    page.click("#chips a.chip >> nth=0")
    expect(page.locator(".trouble")).to_contain_text("The server cannot be reached")
    expect(page.locator(ROWS).first).to_be_visible()


def test_after_a_session_has_ended_one_comes_back_to_what_was_asked(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?payment=Paid")
    page.context.clear_cookies()
    page.locator("#q").press_sequentially("smith", delay=5)
    page.wait_for_url(re.compile(r"/accounts/login/\?next="))
    page.fill("[name=login]", "manager@desk.example")
    page.fill("[name=password]", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_url(re.compile(r"/orders/\?"))
    assert parse_qs(urlsplit(page.url).query) == {"payment": ["Paid"], "q": ["smith"]}
    sync_api.expect(page.locator("#q")).to_have_value("smith")
