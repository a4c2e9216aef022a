"""An order with long values, and what is amiss on a page that shows it."""

from typing import Any

CODE = "SUMMERVOUCHERSFORHOTELGUESTSOF2026"

LONG: dict[str, Any] = {
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
