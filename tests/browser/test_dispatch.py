"""The post of a day: ten cards printed and posted, two people at one queue, a mistake taken back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation
from orders.desk.marks import Kind, set_marks, undo_batch
from tests.furnished import fill

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

QUEUE = "/o/alder-house/queues/dispatch/"
CARD = ".lane:has(h2:has-text('Swift Mail'))"
FIRST = 900_001


@pytest.fixture
def post(desk: Organisation) -> Organisation:
    """Alder House with ten cards to post, oldest first by their numbers."""
    placed = datetime.now(UTC) - timedelta(days=2)
    rows = []
    for n in range(10):
        at = (placed + timedelta(minutes=n)).isoformat(timespec="seconds")
        line = {"id": 9_000_000 + n, "name": "Gift card", "subtotal": 5000, "personalMessage": f"Hello {n}"}
        fields = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "deliveryMethodType": "post"}
        fields |= {"deliveryMethodName": "Swift Mail", "recipientFirstName": f"Kim {n}", "currencyCode": "GBP"}
        rows.append({"id": FIRST + n, "createdAt": at, "updatedAt": at, "total": 5000, **fields, "lines": [line]})
    fill(desk, rows)
    return desk


def posted(organisation: Organisation, kind: str = "posted") -> int:
    return organisation.order_marks.filter(kind=kind, undone_at=None, order_glu_id__gte=FIRST).count()


@pytest.mark.parametrize("scripting", [True, False])
def test_ten_cards_are_printed_and_posted_in_six_clicks(
    open_page: Callable[..., Any], post: Organisation, scripting: bool
) -> None:
    page = open_page("/o/alder-house/", java_script_enabled=scripting)
    clicks = 0

    def click(selector: str) -> None:
        nonlocal clicks
        clicks += 1
        page.click(selector)

    if scripting:
        page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes'; };")
    click(".nav-main a:has-text('Dispatch')")
    click(f"{CARD} .whole")
    click(f"{CARD} button:has-text('Print sheets')")
    sync_api.expect(page.locator(".a4")).to_have_count(10)
    if scripting:
        click("[data-print]")
        assert page.evaluate("document.documentElement.dataset.printed") == "yes"
    click("button:has-text('Mark 10 posted')")
    sync_api.expect(page.locator(".said")).to_contain_text("10 marked posted.")
    assert clicks <= 6
    assert (posted(post, "printed"), posted(post)) == (10, 10)
    sync_api.expect(page.locator(CARD)).to_have_count(0)
    page.click(".said button:has-text('Undo')")
    sync_api.expect(page.locator(CARD)).to_have_count(1)
    assert posted(post) == 0


def test_rows_are_chosen_by_keys_and_marked_in_place(open_page: Callable[..., Any], post: Organisation) -> None:
    page = open_page()
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(f"**{QUEUE}")
    rows = page.locator(f"{CARD} tbody tr")
    page.focus(f"#o{FIRST}")
    page.keyboard.press("x")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    sync_api.expect(page.locator(f"{CARD} .some")).to_have_text("4 selected")
    page.keyboard.press("x")
    page.click(f"{CARD} button:has-text('Mark posted')")
    sync_api.expect(rows).to_have_count(7)
    sync_api.expect(page.locator("#done")).to_contain_text("3 marked posted.")
    sync_api.expect(page.locator("#say")).to_have_text("3 marked posted.")
    sync_api.expect(page.locator("#today")).to_contain_text("Mo Manager 3")
    sync_api.expect(page.locator(f"{CARD} thead input")).to_be_focused()
    assert page.url.endswith(QUEUE)
    page.click("#done button:has-text('Undo')")
    sync_api.expect(rows).to_have_count(10)


def test_two_people_see_each_other_and_keep_what_they_chose(open_page: Callable[..., Any], post: Organisation) -> None:
    page = open_page(QUEUE)
    page.check(f"#p{FIRST + 5}")
    somebody = post.memberships.get().user
    done = set_marks(post, post.orders.filter(glu_id=FIRST), Kind.POSTED, somebody)
    sync_api.expect(page.locator(f"#p{FIRST}")).to_have_count(0)
    sync_api.expect(page.locator(f"#p{FIRST + 5}")).to_be_checked()
    sync_api.expect(page.locator(f"{CARD} .some")).to_have_text("1 selected")
    undo_batch(post, done.batch, somebody)
    sync_api.expect(page.locator(f"#p{FIRST}")).to_have_count(1)
    sync_api.expect(page.locator("#waiting")).to_contain_text("waiting")


def test_the_whole_card_is_told_when_it_has_changed(open_page: Callable[..., Any], post: Organisation) -> None:
    page = open_page(QUEUE, java_script_enabled=False)
    page.check(f"{CARD} .whole")
    set_marks(post, post.orders.filter(glu_id=FIRST), Kind.POSTED, post.memberships.get().user)
    page.click(f"{CARD} button:has-text('Mark posted')")
    sync_api.expect(page.locator(".said")).to_contain_text("10 were chosen, and 9 orders wait now.")
    assert posted(post) == 1


@pytest.mark.parametrize("scripting", [True, False])
def test_what_a_card_does_not_show_is_chosen_by_a_second_step(
    open_page: Callable[..., Any], post: Organisation, monkeypatch: pytest.MonkeyPatch, scripting: bool
) -> None:
    monkeypatch.setattr("orders.desk.dispatch.SHOWN", 4)
    page = open_page(QUEUE, java_script_enabled=scripting)
    if scripting:
        page.check(f"{CARD} thead input")
        sync_api.expect(page.locator(f"{CARD} .some")).to_have_text("4 selected")
        sync_api.expect(page.locator(f"{CARD} .whole")).not_to_be_checked()
    else:
        page.check(f"#p{FIRST}")
    page.check(f"{CARD} .bulk label:has-text('Select all 10 of Swift Mail')")
    sync_api.expect(page.locator(f"{CARD} .every")).to_be_visible()
    if scripting:
        page.uncheck(f"#p{FIRST}")
        sync_api.expect(page.locator(f"{CARD} .some")).to_have_text("3 selected")
        page.click(f"{CARD} button:has-text('Mark posted')")
        sync_api.expect(page.locator("#done")).to_contain_text("3 marked posted.")
    else:
        page.click(f"{CARD} button:has-text('Mark posted')")
        sync_api.expect(page.locator(".said")).to_contain_text("10 marked posted.")
    assert posted(post) == (3 if scripting else 10)


def test_a_thumb_reaches_everything_on_a_phone(open_page: Callable[..., Any], post: Organisation) -> None:
    page = open_page(QUEUE)
    page.set_viewport_size({"width": 390, "height": 844})
    box = page.locator(f"{CARD} tbody .pick").first.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    page.check(f"#p{FIRST + 9}")
    button = page.locator(f"{CARD} button:has-text('Mark posted')")
    place = button.bounding_box()
    assert place["height"] >= 44
    assert place["x"] + place["width"] <= 390
    button.click()
    sync_api.expect(page.locator("#done")).to_contain_text(f"Order {FIRST + 9} marked posted.")
    page.evaluate("scrollTo({top: 900, behavior: 'instant'})")  # far below what was said
    sync_api.expect(page.locator("#done button:has-text('Undo')")).to_be_in_viewport()
    page.click("#done button:has-text('Undo')")
    sync_api.expect(page.locator(f"#p{FIRST + 9}")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scripting", [True, False])
def test_an_order_that_is_open_is_marked_where_it_is(
    open_page: Callable[..., Any], post: Organisation, scripting: bool
) -> None:
    page = open_page(f"/o/alder-house/orders/{FIRST}/?delivery=Swift+Mail", java_script_enabled=scripting)
    if scripting:
        page.click("#history-here")
        sync_api.expect(page.locator("#history-here")).to_have_attribute("aria-current", "true")
        page.fill("#note-text", "She asked whether it")
    page.click("#here button:has-text('Prepare')")
    sync_api.expect(page.locator("#here")).to_contain_text("Prepared, as marked here today")
    sync_api.expect(page.locator("#timeline")).to_contain_text("Mo Manager marked it prepared")
    page.click("#here button:has-text('Mark posted')")
    sync_api.expect(page.locator("#here")).to_contain_text("Posted, as marked here today")
    sync_api.expect(page.locator(".said")).to_contain_text(f"Order {FIRST} marked posted.")
    if scripting:
        sync_api.expect(page.locator("#say")).to_have_text(f"Order {FIRST} marked posted.")
        sync_api.expect(page.locator("#here button")).to_be_focused()
        sync_api.expect(page.locator("#note-text")).to_have_value("She asked whether it")
        sync_api.expect(page.locator("#timeline")).not_to_contain_text("Placed at Glu")
    page.click("#here button:has-text('Undo')")
    sync_api.expect(page.locator("#here")).to_contain_text("Prepared, as marked here")
    assert "delivery=Swift+Mail" in page.url
    assert (posted(post, "prepared"), posted(post)) == (1, 0)
