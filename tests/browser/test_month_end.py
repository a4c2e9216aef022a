"""The end of a month: an accountant reads what March came to, refunds and all, and takes a file of the same numbers."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.transactions import write_transactions
from tests.furnished import fill
from tests.orders.builders import order

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

# What was paid, in what way money went back, and how much of it; the first and the last are of other months, as the
# night of the 31st is an hour short of UTC's.
SOLD = [
    ("2026-02-28T23:59:59+00:00", 9900, "Refund", 9900),
    ("2026-03-01T00:00:00+00:00", 5000, None, 0),
    ("2026-03-12T10:00:00+00:00", 7550, "Refund", 2500),
    ("2026-03-20T16:00:00+00:00", 4000, "Refund", 4000),
    ("2026-03-25T09:30:00+00:00", 1999, "Chargeback", 1999),
    ("2026-03-31T22:59:59+00:00", 10001, None, 0),
    ("2026-03-31T23:00:00+00:00", 8800, None, 0),
]
NET = "£200.51"  # 50.00 + 75.50 + 40.00 + 19.99 + 100.01, less 25.00, 40.00 and 19.99
BACK = "£84.99"


@pytest.fixture
def march(desk: Organisation) -> Organisation:
    """Alder House with the orders of a spring besides, their transactions known."""
    rows, moved = [], []
    for glu_id, (placed, paid, way, back) in enumerate(SOLD, 900_001):
        status = "Refunded" if back == paid and way == "Refund" else "Paid"
        rows.append({**order(glu_id, placed, total=paid, paymentStatus=status, customerName="Kim Ray"), "lines": []})
        for place, (kind, amount) in enumerate([("Payment", paid), (way, back)]):
            if kind:
                about = {"attachedOrder": glu_id, "type": kind, "amount": amount, "currencyCode": "GBP"}
                reference = f"ref_{kind.lower()}_{glu_id}"
                moved.append({"id": 10 * glu_id + place, "createdAt": placed, "gatewayReference": reference, **about})
    desk.orders.filter(created_at__gte="2026-02-01T00:00Z", created_at__lt="2026-04-02T00:00Z").delete()
    fill(desk, rows)
    write_transactions(desk, read_rows(moved), datetime.now(UTC), None)
    return desk


@pytest.mark.parametrize("script", [True, False])
def test_a_month_is_read_and_taken_as_a_file_of_the_same_numbers(
    open_page: Callable[..., Any], march: Organisation, script: bool
) -> None:
    page = open_page("/o/alder-house/", java_script_enabled=script)
    expect = sync_api.expect
    page.click(".nav-main a:has-text('Orders')")
    page.click("#filters summary")
    page.fill("[name=created-from]", "2026-03-01")
    page.fill("[name=created-to]", "2026-03-31")
    page.click("#filters button.btn-primary")
    expect(page.locator("#count")).to_have_text("5")
    sums = page.locator(".sums li")
    expect(sums).to_have_count(1)
    expect(sums).to_contain_text(f"net {NET} after {BACK} went back")
    expect(sums).to_contain_text("Refunded £40.00")
    page.click("#acts a:has-text('Export')")
    page.select_option("[name=columns]", "accounting")
    with page.expect_download() as download:
        page.click("form.export footer button")
    assert "2026-03" in download.value.suggested_filename
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    def added(*columns: str) -> str:
        return f"£{sum((Decimal(row[name] or 0) for row in rows for name in columns), Decimal(0))}"

    assert len(rows) == 5
    assert (added("Net"), added("Refunded", "Charged back"), added("Total")) == (NET, BACK, "£285.50")
    assert {row["Refund reference"] for row in rows} == {"", "ref_refund_900003", "ref_refund_900004"}
    page.go_back()
    page.click("tbody .c-order a:has-text('900003')")
    money = page.locator("section[aria-labelledby=money-h]")
    expect(money).to_contain_text("ref_refund_900003")
    expect(money.locator("tr.total").last).to_have_text(re.compile(r"Net\s+.*£50\.50", re.S))
