"""What a person does at the desk, with script and without."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorState

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"
ROWS = "tbody .c-order a"
CHIPS = "#chips a.chip"


def ids(page: Any) -> list[str]:
    return list(page.locator(ROWS).all_text_contents())


def wait_for_rows(page: Any, wanted: list[str]) -> None:
    """Until the list shows exactly these orders; a string evaluated in the page would break its policy."""
    sync_api.expect(page.locator(ROWS)).to_have_text(wanted)


def back(page: Any, *, chips: int) -> None:
    """The browser's back button, until the list with so many chips is there.

    The page may answer by loading anew, which `go_back` takes for a failure; the address changes before that, so only
    what the page shows says that it is done.
    """
    page.evaluate("() => { setTimeout(() => history.back(), 0); }")
    sync_api.expect(page.locator(CHIPS)).to_have_count(chips)
    page.wait_for_load_state("networkidle")


def query(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_typing_searches_without_a_trail_and_the_address_is_enough(
    open_page: Callable[..., Any], desk: Organisation
) -> None:
    page = open_page()
    wanted = desk.orders.exclude(customer_name="").order_by("-created_at")[60]
    page.locator("#q").press_sequentially(str(wanted.customer_email_address), delay=5)
    page.wait_for_url(re.compile(r"q="))
    sync_api.expect(page.locator("#say")).to_contain_text("“")
    found = ids(page)
    assert str(wanted.glu_id) in found
    assert len(found) < 20
    assert set(query(page)) == {"q"}
    assert page.locator(CHIPS).count() == 1
    again = page.context.new_page()
    again.goto(page.url)
    assert ids(again) == found
    kept = "JSON.stringify([{...sessionStorage}, {...localStorage}])"
    assert page.evaluate(kept) == again.evaluate(kept) == "[{},{}]"
    page.reload()
    assert ids(page) == found
    assert page.locator("#q").input_value() == wanted.customer_email_address
    back(page, chips=0)
    assert "q=" not in page.url


def test_filters_chips_sort_pages_and_back(open_page: Callable[..., Any]) -> None:
    page = open_page()
    first = ids(page)
    assert len(first) == 50
    page.click("#pin-dispatch summary")
    page.check("[name=dispatch][value=Dispatched]")
    page.click("#pin-payment summary")
    page.check("[name=payment][value=Paid]")
    page.click("#pin-payment button")
    page.wait_for_url(re.compile(r"dispatch=Dispatched"))
    sync_api.expect(page.locator(CHIPS)).to_have_count(2)
    assert query(page) == {"dispatch": ["Dispatched"], "payment": ["Paid"]}
    sync_api.expect(page.locator("tbody .c-dispatch", has_not_text="Dispatched")).to_have_count(0)
    filtered = ids(page)
    page.click("#h-total")
    page.wait_for_url(re.compile(r"sort=-total"))
    page.wait_for_selector("th[aria-sort=descending] #h-total")
    sync_api.expect(page.locator("#h-total")).to_be_focused()
    assert ids(page) != filtered
    page.click(f"{CHIPS} >> nth=0")
    page.wait_for_url(re.compile(r"^(?!.*dispatch=)"))
    sync_api.expect(page.locator(CHIPS)).to_have_count(1)
    back(page, chips=2)
    assert "sort=-total" in page.url
    back(page, chips=2)
    page.wait_for_url(re.compile(r"payment=Paid$"))
    wait_for_rows(page, filtered)
    back(page, chips=0)
    wait_for_rows(page, first)


def test_older_and_newer(open_page: Callable[..., Any]) -> None:
    page = open_page()
    first = ids(page)
    page.click(".pager [rel=next]")
    page.wait_for_url(re.compile(r"cursor="))
    sync_api.expect(page.locator(ROWS).first).not_to_have_text(first[0])
    second = ids(page)
    assert not set(first) & set(second)
    page.click(".pager [rel=prev]")
    wait_for_rows(page, first)


def test_an_order_its_line_and_back_to_the_same_list(open_page: Callable[..., Any], desk: Organisation) -> None:
    page = open_page(f"{ORDERS}?payment=Paid&sort=total")
    before = ids(page)
    page.click(f"{ROWS} >> nth=3")
    page.wait_for_selector("h1:has-text('Order ')")
    page.click("table.grid th a >> nth=0")
    page.wait_for_selector("h1")
    assert "/lines/" in page.url
    page.click(".back a")
    page.wait_for_selector("h1:has-text('Order ')")
    page.click(".back a")
    page.wait_for_url(re.compile("payment=Paid&sort=total$"))
    page.wait_for_load_state()
    assert ids(page) == before
    stored = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "@" not in stored
    assert desk.orders.order_by("-created_at")[0].customer_last_name not in stored


def test_a_range_of_days_is_one_part_of_the_address(open_page: Callable[..., Any], desk: Organisation) -> None:
    days = sorted(f"{order.created_at:%Y-%m-%d}" for order in desk.orders.all())
    for options in ({}, {"java_script_enabled": False}):
        page = open_page(**options)
        page.click("#filters summary")
        page.fill("[name=created-from]", days[10])
        page.fill("[name=created-to]", days[90])
        page.fill("[name=total-from]", "20")
        page.click("#filters button.btn-primary")
        page.wait_for_url(re.compile(r"created="))
        assert query(page) == {"created": [f"{days[10]}..{days[90]}"], "total": ["20.."]}
        sync_api.expect(page.locator(CHIPS)).to_have_count(2)


def test_everything_works_without_script(open_page: Callable[..., Any]) -> None:
    page = open_page(java_script_enabled=False)
    page.fill("#q", "gift")
    page.click(".search-go")
    assert query(page) == {"q": ["gift"]}
    found = ids(page)
    assert found
    page.click("#pin-payment summary")
    page.check("[name=payment][value=Paid]")
    page.click("#pin-payment button")
    assert query(page) == {"q": ["gift"], "payment": ["Paid"]}
    page.click("#h-total")
    page.click(f"{CHIPS} >> nth=0")
    page.click("text=Export >> nth=0")
    with page.expect_download() as download:
        page.click("button:has-text('Export')")
    named = r"alder-house-orders-all-days-excel-made-[\d-]+\.csv"
    assert re.fullmatch(named, download.value.suggested_filename)


def test_an_open_page_is_told_of_trouble_and_of_its_end(open_page: Callable[..., Any], desk: Organisation) -> None:
    """The poll brings banners; one that stays is read out once, and nothing else moves."""
    # The next poll is heard only once what this one brought has settled.
    poll = """() => new Promise((settled) => {
        document.body.addEventListener("htmx:afterSettle", () => settled(), { once: true });
        document.body.dispatchEvent(new CustomEvent("poll"));
    })"""
    state = MirrorState.across_organisations.filter(organisation=desk)
    page = open_page(ORDERS)
    page.locator("#q").focus()
    banner = page.locator("#banners .notice")
    sync_api.expect(banner).to_have_count(0)
    state.update(last_error="Glu is away.", last_error_kind="unreachable")
    page.evaluate(poll)
    sync_api.expect(banner).to_contain_text("Glu cannot be reached")
    assert banner.get_attribute("role") == "alert"
    state.update(last_error="Glu is still away.")
    page.evaluate(poll)
    sync_api.expect(banner).to_contain_text("Glu is still away.")
    assert banner.get_attribute("role") is None
    state.update(last_error="")
    page.evaluate(poll)
    sync_api.expect(banner).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "q"
    page.goto("/o/alder-house/mirror/")
    page.click("#months summary")
    with page.expect_response("**/mirror/"):
        page.evaluate(poll)
    page.wait_for_load_state("networkidle")
    sync_api.expect(page.locator("#months")).to_have_attribute("open", "")


def test_nothing_that_matters_is_beyond_the_edge_of_a_phone(open_page: Callable[..., Any]) -> None:
    page = open_page("/o/alder-house/mirror/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("#months summary")
    for heading in ("Last success", "Not yet"):
        found = page.locator("th[scope=col]", has_text=heading).first.bounding_box()
        assert found["x"] + found["width"] <= 390, heading
    wide = "[...document.querySelectorAll('.months th')].filter((cell) => cell.scrollWidth > cell.clientWidth).length"
    assert page.evaluate(wide) == 0
