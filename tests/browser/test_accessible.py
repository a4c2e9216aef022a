"""axe finds nothing on any page, in either theme, at a desk and on a phone; nothing scrolls sideways."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.keys.lifecycle import record_trial, set_key
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.mirror.gone import mark_gone
from tests.browser.places import ELSEWHERE, ORGANISATION, places

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.html).join(" | "));
}"""
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


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations(open_page: Callable[..., Any], desk: Organisation, scheme: str) -> None:
    paths = places(desk)  # before a page is open, whose questions read what is written here
    page = open_page(color_scheme=scheme, bypass_csp=True)  # axe adds a style element of its own
    found = [violation for path in paths for violation in check(page, path)]
    outside = open_page(signed_in=False, color_scheme=scheme, bypass_csp=True)
    found += [violation for path in OUTSIDE for violation in check(outside, path)]
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations_where_orders_came_from_elsewhere(
    open_page: Callable[..., Any], desk: Organisation, scheme: str
) -> None:
    mix(desk)
    page = open_page(color_scheme=scheme, bypass_csp=True)
    paths = (ELSEWHERE, f"{ELSEWHERE}?gone=1", f"{ORGANISATION}/key/")
    found = [violation for path in paths for violation in check(page, path)]
    page.goto(f"{ORGANISATION}/orders/")
    page.click("#filters summary")
    found += amiss(page, "filters open")
    assert not found, "\n".join(found)
