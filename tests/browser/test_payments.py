"""Chasing payments: two clicks at most to the first number to call, three chased, and found again on their day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import OrderMark
from tests.furnished import fill

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

HOME, PAYMENTS = "/o/alder-house/", "/o/alder-house/queues/payment/"


@pytest.fixture
def owing(desk: Organisation) -> list[int]:
    """Three orders that wait at the gateway since yesterday, with numbers to call."""
    made = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    desk.orders.update(payment_status="Paid")
    desk.orders.update(waiting_since=None)
    rows: list[dict[str, Any]] = [
        {
            "id": 900_001 + n,
            "createdAt": made,
            "updatedAt": made,
            "currencyCode": "GBP",
            "total": 7500,
            "paymentStatus": "Pending",
            "paymentMethod": "Gateway",
            "dispatchStatus": "Outstanding",
            "customerName": f"Beth Rowntree {n}",
            "phoneNumber": "07700 900416",
            "customerEmailAddress": f"beth{n}@mail.example",
            "lines": [],
        }
        for n in range(3)
    ]
    fill(desk, rows)
    return [row["id"] for row in rows]


def test_three_are_chased_and_found_again_on_their_day(
    open_page: Callable[..., Any], desk: Organisation, owing: list[int]
) -> None:
    page = open_page(HOME)
    expect = sync_api.expect
    clicks = 0
    page.get_by_role("link", name="Payments").click()
    clicks += 1
    number = page.locator("#rung-gateway a[href^='tel:']").first
    expect(number).to_have_attribute("href", "tel:+44-7700-900416")
    assert clicks <= 2
    expect(page.locator("#rung-gateway .n").first).to_have_text("3")
    for left in (2, 1):
        page.locator("#rung-gateway tbody tr").first.get_by_text("Chase", exact=True).click()
        page.locator("#rung-gateway tbody tr").first.get_by_role("button", name="Tomorrow").click()
        expect(page.locator("#rung-gateway tbody tr")).to_have_count(left)
        expect(page.locator("#say")).to_contain_text("is chased; look again on")
    page.locator("#rung-gateway tbody tr").first.get_by_text("Chase", exact=True).click()
    page.locator("#rung-gateway input[type=date]").fill((now() + timedelta(days=9)).date().isoformat())
    page.get_by_role("button", name="On this day").click()
    expect(page.locator("#rung-gateway")).to_have_count(0)
    assert page.url.endswith(PAYMENTS)
    assert desk.order_marks.filter(kind=OrderMark.Kind.CHASED).count() == 3
    desk.order_marks.update(look_again_on=now().date())
    page.reload()
    expect(page.locator("#rung-due tbody tr")).to_have_count(3)
    expect(page.locator("#rung-due")).to_contain_text("by Mo Manager")
    page.locator("#rung-due").get_by_role("link", name="All 3").click()
    expect(page.locator("tbody .c-order a")).to_have_count(3)


def test_without_script_a_chase_is_noted_and_undone(
    open_page: Callable[..., Any], desk: Organisation, owing: list[int]
) -> None:
    page = open_page(PAYMENTS, java_script_enabled=False)
    expect = sync_api.expect
    page.locator("#rung-gateway summary").first.click()
    page.locator("#rung-gateway").get_by_role("button", name="In a week").first.click()
    expect(page.locator("#rung-gateway tbody tr")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("is chased; look again on")
    chased = desk.order_marks.get().order_glu_id
    page.goto(f"/o/alder-house/orders/{chased}/")
    page.get_by_role("button", name=f"Undo the chase of {chased}").click()
    expect(page.locator("main")).to_contain_text("is not chased any more")
    page.goto(PAYMENTS)
    expect(page.locator("#rung-gateway tbody tr")).to_have_count(3)
