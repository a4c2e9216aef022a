"""Notes and the order's page as people use them: keys, clipboard, and without scripting."""

from collections.abc import Callable
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation, Role, User

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"
HOSTILE = "<img src=x onerror=alert(1)> & \u202e\n{{ 7 }} @Ann Lee"


@pytest.fixture
def order(desk: Organisation) -> Any:
    person = User.objects.create_user("ann@desk.example", None, name="Ann Lee")
    desk.memberships.create(user=person, role=Role.STAFF)
    found = desk.orders.filter(ip_address__gt="", delivery_address_line1__gt="").first()
    assert found
    return found


def test_a_note_is_written_by_keys_and_stands_in_its_place(
    open_page: Callable[..., Any], desk: Organisation, order: Any
) -> None:
    page = open_page(f"{ORDERS}{order.glu_id}/")
    page.keyboard.press("m")
    sync_api.expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("m and g m are only letters here")
    page.fill("#note-text", HOSTILE)
    page.click("#note-add")
    sync_api.expect(page.locator("#history .said-text")).to_contain_text("<img src=x onerror=alert(1)>")
    sync_api.expect(page.locator(".mention")).to_have_text("@Ann Lee")
    sync_api.expect(page.locator("#note-text")).to_have_value("")
    sync_api.expect(page.locator("#say")).to_have_text("The note is added.")
    assert page.evaluate("document.activeElement.id") in ("note-text", "note-add")
    page.click("#note-add")
    sync_api.expect(page.locator(".errorlist")).to_have_text("Write something first.")
    sync_api.expect(page.locator("#note-text")).to_be_focused()  # where the page has come to rest
    page.click("#history-glu")
    sync_api.expect(page.locator("#history .said-text")).to_have_count(0)
    sync_api.expect(page.locator("#e-placed")).to_be_visible()
    assert page.url.endswith(f"/{order.glu_id}/")
    assert desk.order_notes.count() == 1


def test_the_address_is_copied_as_a_block(open_page: Callable[..., Any], order: Any) -> None:
    page = open_page(f"{ORDERS}{order.glu_id}/", permissions=["clipboard-read", "clipboard-write"])
    page.click("[data-copy-from='#delivery-address']")
    sync_api.expect(page.locator("#say")).to_have_text("Copied")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert order.delivery_address_line1 in lines
    assert order.delivery_address_postcode in lines
    page.click("[data-copy-from='#order-number']")
    sync_api.expect(page.locator("[data-copy-from='#order-number']")).to_have_attribute("data-said", "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == str(order.glu_id)


def test_technical_details_come_into_their_card(open_page: Callable[..., Any], order: Any) -> None:
    page = open_page(f"{ORDERS}{order.glu_id}/")
    assert order.ip_address not in page.content()
    page.click("#technical button")
    sync_api.expect(page.locator("#technical")).to_contain_text(order.ip_address)
    sync_api.expect(page.locator("#technical-shown")).to_be_focused()


def test_without_scripting_all_of_it_works(open_page: Callable[..., Any], desk: Organisation, order: Any) -> None:
    page = open_page(f"{ORDERS}{order.glu_id}/?payment=Paid", java_script_enabled=False)
    sync_api.expect(page.locator(".copy").first).to_be_hidden()
    page.click("#note-add")
    page.fill("#note-text", "Called")
    page.click(".tell summary")
    page.check(".tell label:has-text('Ann Lee') input")
    page.click("#note-add")
    note = desk.order_notes.get()
    assert note.text == "Called @Ann Lee"
    assert page.url.endswith(f"/{order.glu_id}/?payment=Paid#e-note-{note.pk}")
    page.click(".note a:has-text('Correct')")
    page.fill("#note-text", "Called twice")
    page.click("button:has-text('Save')")
    sync_api.expect(page.locator(".said-text")).to_have_text("Called twice")
    page.click("#technical button")
    sync_api.expect(page.locator("#technical")).to_contain_text(order.ip_address)
    page.goto(f"{ORDERS}{order.glu_id}/")
    page.click(".note summary:has-text('Delete')")
    page.click("text=Delete this note")
    sync_api.expect(page.locator("#history")).to_contain_text("A note, deleted by Mo Manager")
