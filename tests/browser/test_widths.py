"""From the smallest phone to a wide screen, with long values: nothing slides sideways, is cut or leaves the list."""

from collections.abc import Callable
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation, Role, User
from tests.browser.conftest import PASSWORD, fill

pytestmark = pytest.mark.browser

ORGANISATION = "/o/alder-house"
WIDTHS = [320, 390, 600, 768, 800, 959, 1024, 1280, 1366, 1440, 1920]
CODE = "SUMMERVOUCHERSFORHOTELGUESTSOF2026"
LONG = {
    "id": 987654321012,
    "createdAt": "2025-05-27T21:14:00+00:00",
    "scheduledDeliveryAt": "2025-12-27T08:00:00+00:00",
    "customerName": "Wilhelmina Featherstonehaugh-Cholmondeley",
    "customerEmailAddress": "wilhelmina.featherstonehaugh-cholmondeley@reservations.alder-house.example",
    "recipientFirstName": "Bartholomew",
    "recipientLastName": "Montgomery-Fitzgerald-Smythe",
    "type": "Monetary Voucher",
    "dispatchStatus": "AWAITING_COLLECTION_AT_RECEPTION",
    "paymentStatus": "Partially Refunded",
    "deliveryMethodName": "Royal Mail Special Delivery Guaranteed by 1pm",
    "currencyCode": "GBP",
    "total": 123456789,
    "subtotal": 123456789,
    "discountCodes": [CODE],
}
LINE = {
    "id": 71,
    "name": "Afternoon tea for two with a night in the Garden Suite",
    "type": "Monetary Voucher",
    "total": 123456789,
    "subtotal": 123456789,
    "refunded": True,
    "personalMessage": "Happy birthday. Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "selectedOptions": [{"name": "Design", "value": "Peonies with gold foil and envelope liner"}],
}
VALUES = ["987654321012", "27 May 2025 22:14", "£1,234,567.89 GBP", "Wilhelmina", "Bartholomew", "Monetary Voucher"]
VALUES += ["AWAITING_COLLECTION_AT_RECEPTION", "Partially Refunded", "Royal Mail Special Delivery Guaranteed by 1pm"]
PATHS = [
    f"{ORGANISATION}/orders/?sort=-total",
    f"{ORGANISATION}/orders/?q={CODE}&payment=Paid&dispatch=Packed&created=2025-01-01..2026-12-31&total=1..99",
    f"{ORGANISATION}/orders/{LONG['id']}/",
    f"{ORGANISATION}/orders/{LONG['id']}/lines/71/",
    f"{ORGANISATION}/exports/?payment=Paid&created=2025-01-01..2026-12-31",
    f"{ORGANISATION}/team/",
]
# What sticks out of the window or of its card, and what is cut. The payload's own box and what only screen readers
# get may scroll.
AMISS = """() => [...document.querySelectorAll("main *")].flatMap((node) => {
  const box = node.getBoundingClientRect();
  const apart = ".visually-hidden, .raw, svg, input, select, details:not([open]) > :not(summary)";
  if (!box.width || node.closest(apart)) return [];
  const cut = getComputedStyle(node).overflowX !== "visible" && node.scrollWidth > node.clientWidth + 1;
  const edge = Math.min(innerWidth, node.closest(".card")?.getBoundingClientRect().right ?? innerWidth);
  return cut || box.right > edge + 1 || box.left < -1 ? [`${node.tagName}.${node.className}`] : [];
})"""
OVERLAP = """() => [...document.querySelectorAll("tbody tr")].flatMap((row) => {
  const cells = [...row.children].map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return [cell.className, (cell.querySelector(".flags") ?? range).getBoundingClientRect()];
  }).filter(([, box]) => box.width > 1);
  return cells.flatMap(([one, a], at) => cells.slice(at + 1)
    .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
    .map(([other]) => `${one} / ${other}`));
})"""


@pytest.fixture
def long_values(desk: Organisation) -> None:
    fill(desk, [{**LONG, "lines": [LINE]}])
    for name, address in (
        ("", "bartholomew.montgomery-fitzgerald@desk.example"),
        ("A B", LONG["customerEmailAddress"]),
    ):
        desk.memberships.create(user=User.objects.create_user(address, PASSWORD, name=name), role=Role.STAFF)


def test_nothing_sticks_out_or_is_cut(open_page: Callable[..., Any], long_values: None) -> None:
    page = open_page()
    found = []
    for path in PATHS:
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            amiss = page.evaluate(AMISS)
            if page.evaluate("document.documentElement.scrollWidth") > width or amiss:
                found.append(f"{path} at {width}: {amiss[:4]}")
            found += [f"{path} at {width}: {overlap}" for overlap in page.evaluate(OVERLAP)[:4]]
    assert not found, "\n".join(found)


def test_every_value_is_in_the_list_at_every_width(open_page: Callable[..., Any], long_values: None) -> None:
    page = open_page(PATHS[0])
    row = page.locator("tbody tr >> nth=0")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        text = " ".join(row.inner_text().split())
        for value in ("987654321012", "27 May 2025 22:14", "Wilhelmina", "Bartholomew", "Monetary Voucher", "GBP"):
            assert value in text, (width, value)
        for value in (
            "AWAITING_COLLECTION_AT_RECEPTION",
            "Partially Refunded",
            "Royal Mail Special Delivery",
            "£1,234,567.89",
        ):
            assert value in text, (width, value)
        assert text.index("Royal Mail") < text.index("27 Dec 2025 08:00"), "the method comes first"
        assert row.locator(".flags svg").count() == 2
