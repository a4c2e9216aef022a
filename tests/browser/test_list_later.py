"""What comes to a list after its rows: news that waits to be wanted, and what each part of a filter hides."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation
from tests.furnished import fill
from tests.orders.builders import order

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"


def test_news_wait_until_they_are_wanted(open_page: Callable[..., Any], desk: Organisation) -> None:
    page = open_page(ORDERS)
    expect = sync_api.expect
    first = page.locator("tbody .c-order a").first
    before = first.inner_text()
    moment = datetime.now(UTC)
    fill(desk, [{**order(987654, moment.isoformat(timespec="seconds")), "lines": []}])
    desk.orders.filter(glu_id=987654).update(first_copied_at=moment, copied_at=moment)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('poll'))")
    expect(page.locator(".newbar")).to_contain_text("1 new")
    expect(first).to_have_text(before)
    page.click(".newbar a")
    expect(first).to_have_text("987654")
    expect(page.locator(".newbar")).to_have_count(0)
    expect(page.locator("#count")).to_have_text("131")


def test_what_a_filter_hides_is_one_click_away(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?payment=Paid&dispatch=Nowhere")
    way_out = page.locator("#why .chip", has_text="Nowhere")
    number = way_out.locator(".n").inner_text().removesuffix(" orders")
    way_out.click()
    sync_api.expect(page.locator("#count")).to_have_text(number)
    sync_api.expect(page.locator("tbody .c-order a").first).to_be_visible()
