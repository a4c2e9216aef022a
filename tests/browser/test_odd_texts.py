"""Long words and texts that run the other way stay where they belong: at a desk, on a phone and on paper."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.desk.marks import Kind, set_marks
from orders.desk.notes import write_note
from orders.documented import ORDER_FIELDS
from orders.mirror.gone import suspect
from tests.furnished import fill
from tests.orders.builders import transact, transaction

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
POSTED = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid"}
CHASED = {"dispatchStatus": "Outstanding", "paymentStatus": "Pending", "paymentMethod": "Gateway"}
PAGES = ["/orders/", "/orders/?q=wwwwww", f"/orders/?channel={WORD[:300]}", "/orders/999999/",
         "/orders/999999/lines/999998/", "/orders/print/", "/mirror/", f"/exports/?channel={WORD[:300]}",
         "/", "/queues/dispatch/", "/queues/dispatch/history/", "/queues/payment/", "/notes/", "/changes/",
         f"/orders/mark/?channel={WORD[:300]}", f"/orders/why/?channel={WORD[:300]}&type={WORD[:300]}",
         "/orders/columns/", "/views/", "/exports/schedule/", "/mirror/elsewhere/"]  # fmt: skip
REPORTS = [f"/reports/{of}?period=year" for of in ("", "back/", "times/")]
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
    placed = {"createdAt": (now() - timedelta(days=2)).isoformat(timespec="seconds"), "updatedAt": None}
    lines = [{"id": glu_id, "name": WORD, "personalMessage": WORD} for glu_id in (999_991, 999_992)]
    waiting = [{**POSTED, "id": 999_996, "lines": lines[:1]}, {**CHASED, "id": 999_997, "lines": lines[1:]}]
    fill(desk, [dict(ODD), *({**ODD, **placed, **differs} for differs in waiting)])
    user = desk.memberships.get().user
    write_note(desk, desk.orders.get(glu_id=999_996), user, f"@{user} {WORD}", [], uuid4())
    printed = set_marks(desk, desk.orders.filter(glu_id=999_996), Kind.PRINTED, user)
    fill(desk, [{**ODD, **CHASED, **placed, "id": 999_997, "customerName": f"{WORD}W", "lines": lines[1:]}])
    moment = (now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    refund = transaction(1, 999_996, "Refund", moment, gateway=WORD[:300], gatewayReference=WORD[:300])
    transact(desk, refund, {**refund, "id": 2, "currencyCode": WORD[:300]})
    suspect(desk, list(desk.orders.filter(glu_id=999_997).values_list("pk", flat=True)), now())
    desk.saved_views.create(name=WORD[:60], slug="long", query=f"channel={WORD[:300]}", reach="shared")
    page, found = open_page(), []
    own_paper = [*REPORTS, f"/queues/dispatch/sheets/{printed.batch}/"]
    for path in [*PAGES, *own_paper]:
        page.goto(DESK + path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        sizes = SIZES[:-1] if path in own_paper else SIZES if page.locator(".cards").count() else [*SIZES, UPRIGHT]
        for width, medium in sizes:
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
