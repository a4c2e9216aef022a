"""Whatever people and Glu write is shown as it is and never run: on every page, with markup in every text."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation, User
from orders.desk.marks import Kind, set_marks
from orders.documented import LINE_FIELDS, ORDER_FIELDS
from orders.mirror.writing.transactions import write_transactions
from tests.browser.places import places
from tests.furnished import fill

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(1)><b hx-get=/x hx-trigger=load>{{ 7 }}=1+1'
ORDER_TEXTS, LINE_TEXTS = (
    dict.fromkeys((entry.glu for entry in fields if entry.kind in ("text", "word")), NASTY)
    for fields in (ORDER_FIELDS, LINE_FIELDS)
)
# By its number: in what it differs, so that it is in the queue, on a rung, among the failed, or in none that is known.
KINDS: dict[int, dict[str, Any]] = {
    900_005: {"dispatchStatus": "Outstanding", "paymentStatus": "Paid"},
    900_004: {"dispatchStatus": "Outstanding", "paymentStatus": "Pending", "paymentMethod": f"Gateway {NASTY}"},
    900_003: {"dispatchStatus": "Failed", "paymentStatus": "Failed"},
    900_002: {"dispatchStatus": "Dispatched", "paymentMethod": f"Complimentary {NASTY}", "total": 100},
    900_001: {"currencyCode": NASTY, "total": NASTY, "discountCodes": [NASTY], "variant": {NASTY: NASTY}},
}
FOUND = """() => [
  ...window.__violations,
  ...[...document.querySelectorAll("img[src=x], [hx-get='/x'], main script")].map((node) => node.outerHTML),
]"""


@pytest.fixture
def hostile(desk: Organisation) -> Organisation:
    """Alder House where nobody writes anything but markup."""
    moment = datetime.now(UTC).replace(microsecond=0)
    rows: list[dict[str, Any]] = []
    for n, (glu_id, differs) in enumerate(KINDS.items()):
        placed = (moment - timedelta(hours=n)).isoformat()
        line = {
            **LINE_TEXTS,
            "id": 10 * glu_id,
            "attachedOrder": glu_id,
            "selectedOptions": [{"name": NASTY, "value": NASTY}],
            NASTY: NASTY,
        }
        row = {**ORDER_TEXTS, "id": glu_id, "createdAt": placed, "updatedAt": placed, "currencyCode": "GBP"}
        soon = {"scheduledDeliveryAt": (moment + timedelta(days=1)).isoformat()}
        rows.append({**row, **soon, NASTY: NASTY, **differs, "lines": [line]})
    fill(desk, rows)
    assert not list(desk.set_aside.values_list("kind", "reason"))
    about = {"attachedOrder": 900_005, "amount": 100, "currencyCode": "GBP", "createdAt": moment.isoformat()}
    moved = [{"id": n, "type": kind, **about} for n, kind in enumerate(("Payment", "Refund"), 1)]
    told = {"gateway": NASTY, "gatewayReference": NASTY}
    write_transactions(desk, read_rows([{**one, **told} for one in moved]), moment, None)
    User.objects.update(name=NASTY[:80])
    Organisation.objects.update(name=NASTY[:100])
    desk.refresh_from_db()
    user, moved_on = User.objects.get(), desk.orders.get(glu_id=900_005)
    desk.order_changes.create(order=moved_on, field=NASTY[:60], old=NASTY, new=NASTY, seen_new_at=moment)
    desk.saved_views.create(name=NASTY[:40], slug="nasty", query="payment=Paid", reach="shared")
    set_marks(desk, desk.orders.filter(glu_id=900_004), Kind.CHASED, user, look_again_on=date(2026, 1, 1))
    return desk


def test_text_is_shown_and_never_run(open_page: Callable[..., Any], hostile: Organisation) -> None:
    paths = places(hostile)  # before a page is open, whose questions read what is written here
    page = open_page()
    said: list[str] = []

    def dismiss(dialog: Any) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    found = []
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found += [f"{path}: {one}" for one in page.evaluate(FOUND)]
    page.goto("/o/alder-house/queues/dispatch/")
    card = page.locator(".lane", has=page.locator("h2:has-text('onerror')"))
    card.locator("tbody .pick input").first.check()
    card.locator(".bulk button").first.click()
    sync_api.expect(page.locator("#done")).to_contain_text("marked prepared.")
    found += page.evaluate(FOUND)
    assert found == []
    assert said == []
