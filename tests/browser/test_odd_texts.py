"""Long words and texts that run the other way stay where they belong: at a desk, on a phone and on paper."""

from collections.abc import Callable
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation
from orders.documented import ORDER_FIELDS
from tests.browser.conftest import fill

pytestmark = pytest.mark.browser

DESK = "/o/alder-house"
WORD = "W" * 400
TEXTS = [entry.glu for entry in ORDER_FIELDS if entry.kind in ("text", "word")]
ODD: dict[str, Any] = {
    **dict.fromkeys(TEXTS, WORD),
    WORD: WORD,
    "id": 999_999,
    "createdAt": "2999-01-01T00:00:00+00:00",
    "updatedAt": "2999-01-01T00:00:00+00:00",
    "total": WORD,
    "discountAmount": 100,
    "transaction": WORD,
    "discountCodes": {"1": {"code": WORD}},
    "lines": [
        {"id": 999_998, "name": WORD, "type": WORD, "description": WORD, "personalMessage": WORD, "total": WORD,
         "selectedOptions": [{"name": WORD, "value": WORD}], "variant": {WORD: WORD}},
    ],
}  # fmt: skip
PAGES = ["/orders/", "/orders/?q=wwwwww", f"/orders/?channel={WORD[:300]}", "/orders/999999/",
         "/orders/999999/lines/999998/", "/orders/print/", "/mirror/", f"/exports/?channel={WORD[:300]}"]  # fmt: skip
SIZES = [(1440, "screen"), (820, "screen"), (390, "screen"), (1032, "print")]
UPRIGHT = (718, "print")  # lists are printed on their side
WIDER = """() => {
  const most = document.documentElement.clientWidth;
  const tall = document.documentElement.scrollHeight;
  if (tall > 50000) return ["tall", tall];  // a column of single letters
  if (document.documentElement.scrollWidth <= most) return [];
  const out = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > most + 1);
  return [document.documentElement.scrollWidth - most, ...out.slice(-4).map((one) => one.outerHTML.slice(0, 120))];
}"""


def test_a_long_word_widens_no_page(desk: Organisation, open_page: Callable[..., Any]) -> None:
    fill(desk, [dict(ODD)])
    page, found = open_page(), []
    for path in PAGES:
        page.goto(DESK + path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        for width, medium in SIZES if page.locator(".cards").count() else [*SIZES, UPRIGHT]:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(media=medium)
            found += [(path, width, medium, *wider) for wider in [page.evaluate(WIDER)] if wider]
    assert not found, "\n".join(map(str, found))


def test_a_text_that_turns_turns_only_itself(desk: Organisation, open_page: Callable[..., Any]) -> None:
    """What follows a name in its sentence stands to the right of it, whatever signs the name holds."""
    row = {
        **ODD,
        **dict.fromkeys(TEXTS, "Web"),
        "total": 5,
        "customerName": "Anna \u202emoc",
        "recipientFirstName": "Ben",
    }
    fill(desk, [row])
    page = open_page(f"{DESK}/orders/999999/")
    buyer, recipient = (page.locator(f".lede bdi:has-text('{name}')").bounding_box() for name in ("Anna", "Ben"))
    assert recipient["x"] > buyer["x"] + buyer["width"]
