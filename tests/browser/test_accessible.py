"""axe finds nothing on any page, in either theme, at a desk and on a phone; nothing scrolls sideways."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from glu_admin.keys.lifecycle import record_trial, set_key
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.desk.marks import Kind, set_marks
from orders.desk.notes import write_note
from orders.mirror.gone import mark_gone

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}});
  return found.violations.map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.html).join(" | "));
}"""
ORGANISATION = "/o/alder-house"
ELSEWHERE = f"{ORGANISATION}/mirror/elsewhere/"
PATHS = [
    f"{ORGANISATION}/",
    f"{ORGANISATION}/settings/desk/",
    f"{ORGANISATION}/orders/",
    f"{ORGANISATION}/orders/?created=never&colour=red&dispatch=Packed",
    f"{ORGANISATION}/orders/?q=nobody-has-this-name",
    f"{ORGANISATION}/orders/?payment=Paid&picked=9&cols=created,buyer:slim,email:broad,channel,dispatch,total,codes",
    f"{ORGANISATION}/orders/columns/",
    f"{ORGANISATION}/orders/why/?payment=Paid&type=None",
    f"{ORGANISATION}/orders/keys/",
    f"{ORGANISATION}/orders/sums/",
    f"{ORGANISATION}/orders/mark/?payment=Paid",
    f"{ORGANISATION}/queues/dispatch/",
    f"{ORGANISATION}/queues/dispatch/history/",
    f"{ORGANISATION}/queues/payment/",
    f"{ORGANISATION}/reports/?period=year",
    f"{ORGANISATION}/reports/?from=soon",
    f"{ORGANISATION}/reports/times/?period=year",
    "SHEETS",
    f"{ORGANISATION}/views/",
    f"{ORGANISATION}/notes/",
    f"{ORGANISATION}/changes/",
    f"{ORGANISATION}/changes/?view=paid&kind=gone",
    "NOTE",
    "ORDER",
    "LINE",
    f"{ORGANISATION}/exports/",
    f"{ORGANISATION}/exports/schedule/",
    f"{ORGANISATION}/mirror/",
    ELSEWHERE,
    f"{ORGANISATION}/key/",
    f"{ORGANISATION}/key/remove/",
    f"{ORGANISATION}/team/",
    f"{ORGANISATION}/settings/",
    "/organisations/",
    "/organisations/add/",
    "/profile/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
    "REMOVE",
    "/no-such-page/",
]
WIDTHS = (1440, 390)
OUTSIDE = ["/accounts/login/", "/accounts/password/reset/", "/invitations/none/"]


def check(page: Any, path: str) -> list[str]:
    """What is wrong with a page on a desk and on a phone."""
    page.goto(path)
    return amiss(page, path)


def amiss(page: Any, what: str) -> list[str]:
    page.evaluate(AXE)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{what} at {width}: {violation}" for violation in page.evaluate(RUN)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{what} at {width}: scrolls sideways, {wide}")
    return found


def places(desk: Organisation) -> list[str]:
    """Every page by its address, with an order and a line that exist."""
    order = desk.orders.filter(lines__personal_message__gt="").order_by("-created_at")[0]
    member = desk.memberships.get()
    desk.saved_views.get_or_create(name="Paid", slug="paid", query="payment=Paid", reach="shared")
    printed = set_marks(desk, desk.orders.filter(pk=order.pk), Kind.PRINTED, member.user)
    set_marks(desk, desk.orders.filter(dispatch_status="Packed"), Kind.PREPARED, member.user)
    set_marks(desk, desk.orders.filter(dispatch_status="Outstanding", glu_id__lt=40_100), Kind.POSTED, member.user)
    desk.order_marks.filter(kind=Kind.POSTED).update(at=now() - timedelta(days=1))
    note = write_note(desk, order, member.user, f"@{member.user} please look", [], uuid4())
    desk.memberships.update(created_at=now() - timedelta(days=2))
    for field, old, new in (("dispatchStatus", "Packed", "Dispatched"), ("customerName", None, "Ann Ash")):
        desk.order_changes.create(order=order, field=field, old=old, new=new, seen_new_at=now())
    own = {
        "SHEETS": f"{ORGANISATION}/queues/dispatch/sheets/{printed.batch}/",
        "NOTE": f"{ORGANISATION}/orders/{order.glu_id}/notes/{note.pk}/",
        "REMOVE": f"{ORGANISATION}/team/{member.pk}/remove/",
        "ORDER": f"{ORGANISATION}/orders/{order.glu_id}/",
        "LINE": f"{ORGANISATION}/orders/{order.glu_id}/lines/{order.lines.all()[0].glu_id}/",
    }
    return [own.get(path, path) for path in PATHS]


def mix(desk: Organisation) -> None:
    """Orders that came from elsewhere, found for each of the reasons there are, and a key that opens another one."""
    moment = now()
    orders = list(desk.orders.order_by("-created_at")[:60])
    for place, order in enumerate(orders):
        known = {"foreign": place % 3 == 0, "not_found_at": moment if place % 3 == 1 else None}
        desk.missing_orders.create(order=order, found_at=moment, due_at=moment, held=True, **known)
    mark_gone(desk, list(desk.orders.filter(missing=None)[:2]), moment)
    words = "Glu says that this key opens Brae Links (6); the orders here are those of Alder House (5)."
    record_trial(set_key(desk, "browser-key-5678", None), GluKey.State.FOREIGN, words)


def test_the_content_policy_is_never_broken(open_page: Callable[..., Any], desk: Organisation) -> None:
    page = open_page()
    for path in places(desk):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.__violations") == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations(open_page: Callable[..., Any], desk: Organisation, scheme: str) -> None:
    page = open_page(color_scheme=scheme, bypass_csp=True)  # axe adds a style element of its own
    found = [violation for path in places(desk) for violation in check(page, path)]
    mix(desk)
    found += [
        violation
        for path in (ELSEWHERE, f"{ELSEWHERE}?gone=1", f"{ORGANISATION}/key/")
        for violation in check(page, path)
    ]
    page.goto(f"{ORGANISATION}/orders/")
    page.click("#filters summary")
    found += amiss(page, "filters open")
    outside = open_page(signed_in=False, color_scheme=scheme, bypass_csp=True)
    found += [violation for path in OUTSIDE for violation in check(outside, path)]
    assert not found, "\n".join(found)
