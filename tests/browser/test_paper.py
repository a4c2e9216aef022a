"""Printed pages: the whole list, an order with its messages, and nothing beyond the edge of the sheet."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.counts import count_all_days
from orders.models import MirrorState
from tests.browser.long_values import AMISS, LINE, LONG, OVERLAP
from tests.furnished import fill
from tests.orders.builders import EPOCH, transact, transaction

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS, REPORTS = "/o/alder-house/orders/", "/o/alder-house/reports/"
# A4 without its margins, in CSS pixels.
UPRIGHT, ACROSS = {"width": 703, "height": 1031}, {"width": 1031, "height": 703}


def test_printing_the_list_prints_all_that_match(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?size=25")
    with page.expect_response("**/orders/print/**"):
        page.pdf()
    rows = page.locator("tbody tr:visible")
    sync_api.expect(rows).to_have_count(25)  # on the screen nothing has changed
    page.emulate_media(media="print")
    page.set_viewport_size(ACROSS)
    page.evaluate("() => { window.dispatchEvent(new Event('beforeprint')); }")
    sync_api.expect(rows).to_have_count(130)
    sync_api.expect(page.locator(".partial")).to_be_hidden()
    assert page.evaluate(AMISS) == []
    page.evaluate("() => { window.dispatchEvent(new Event('afterprint')); }")
    sync_api.expect(rows).to_have_count(25)


def test_without_script_the_sheet_says_what_it_lacks(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?size=25", java_script_enabled=False)
    page.emulate_media(media="print")
    assert "25 of 130 orders" in page.locator(".partial").inner_text()
    page.emulate_media(media="screen")
    page.click("#acts a:has-text('Print')")
    sync_api.expect(page.locator("tbody tr")).to_have_count(130)


def test_an_order_fits_its_sheet(open_page: Callable[..., Any], desk: Organisation) -> None:
    fill(desk, [{**LONG, "lines": [LINE]}])
    page = open_page()
    page.emulate_media(media="print")
    for path, sheet in ((f"{ORDERS}{LONG['id']}/", UPRIGHT), (f"{ORDERS}?sort=-total", ACROSS)):
        page.set_viewport_size(sheet)
        page.goto(path)
        assert page.evaluate(AMISS) == [], path
        assert page.evaluate(OVERLAP) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= sheet["width"], path
    page.goto(f"{ORDERS}{LONG['id']}/")
    sync_api.expect(page.locator(".line-message")).to_contain_text("Happy birthday")


def test_an_order_and_a_line_are_one_sheet_each(open_page: Callable[..., Any], desk: Organisation) -> None:
    order = desk.orders.filter(lines__personal_message__gt="", recipient_email_address__gt="").first()
    assert order
    page = open_page()
    for path in (f"{ORDERS}{order.glu_id}/", f"{ORDERS}{order.glu_id}/lines/{order.lines.all()[0].glu_id}/"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1, path


@pytest.mark.parametrize(
    ("by", "back"), [("day", LONG["total"] - 1), ("week", 2 * LONG["total"]), ("month", 2 * LONG["total"])]
)
def test_a_report_fits_a_sheet_upright(open_page: Callable[..., Any], desk: Organisation, by: str, back: int) -> None:
    """Also where more went back than came in: a net of millions has a sign before it."""
    most = dict.fromkeys(("discountAmount", "deliveryAmount", "processingFee"), LONG["total"])
    fill(desk, [{**LONG, **most, "id": LONG["id"] + n, "lines": [LINE]} for n in range(9)])
    other = desk.orders.filter(currency_code="GBP", created_at__year__gte=2026)[0].glu_id
    moves = ((n, of, kind) for n in range(28) for of, kind in ((LONG["id"] + n % 9, "Refund"), (other, "Chargeback")))
    some = {"amount": LONG["total"] // 30, "gatewayReference": "pi_made_up_reference_of_thirty_two"}
    rows = (transaction(at, of, kind, f"2025-07-{1 + n:02}T10:00:00", **some) for at, (n, of, kind) in enumerate(moves))
    transact(desk, *rows)
    desk.orders.filter(glu_id__gte=LONG["id"]).update(paid_amount=LONG["total"], refunded_amount=back)
    MirrorState.across_organisations.filter(organisation=desk).update(transactions_complete_at=EPOCH)
    count_all_days(desk, desk.zone)
    page = open_page()
    page.emulate_media(media="print")
    page.set_viewport_size(UPRIGHT)
    days = "from=2025-05-01&to=2025-08-28"
    for path in (f"{REPORTS}?{days}&by={by}", f"{REPORTS}back/?{days}&by={by}", f"{REPORTS}times/?{days}"):
        page.goto(path)
        assert page.evaluate(AMISS) == [], path
        assert page.evaluate(OVERLAP) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= UPRIGHT["width"], path
        # A heading is not left without its rows.
        for short in page.locator(".report.by-value, .report.times:not(.moved)").all():
            assert short.evaluate("node => getComputedStyle(node).breakInside") == "avoid", path
