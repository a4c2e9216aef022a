"""Rows picked, walked and opened, by hand and by single keys, which a person can turn off."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from glu_admin.tenancy.models import User

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

ORDERS = "/o/alder-house/orders/"


def test_rows_are_picked_and_cleared(open_page: Callable[..., Any]) -> None:
    page = open_page(ORDERS)
    expect = sync_api.expect
    boxes = page.locator("tbody .pick input")
    expect(page.locator(".bulk")).to_be_hidden()
    boxes.nth(1).check()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator(".bulk output")).to_have_text("4")
    page.locator("#pick-page").check()
    expect(page.locator(".bulk output")).to_have_text("50")
    page.click("text=Select all 130 matching")
    expect(page.locator(".bulk")).to_contain_text("All 130 matching selected")
    page.click(".bulk >> text=Clear")
    expect(page.locator(".bulk")).to_be_hidden()
    boxes.nth(0).check()
    page.click(".bulk button[type=reset]")
    expect(page.locator(".bulk")).to_be_hidden()


def test_keys_walk_the_rows_pick_and_open_them(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?payment=Paid&sort=-total")
    expect = sync_api.expect
    numbers = page.locator("tbody .c-order a").all_inner_texts()
    for key in "jjjk":
        page.keyboard.press(key)
    expect(page.locator("tbody .c-order a:focus")).to_have_text(numbers[1])
    page.keyboard.press("x")
    expect(page.locator(".bulk output")).to_have_text("1")
    page.keyboard.press("/")
    page.keyboard.type("jfx")
    expect(page.locator("#q")).to_have_value("jfx")
    page.goto(f"{ORDERS}?payment=Paid&sort=-total")
    page.keyboard.press("f")
    expect(page.locator(".filterset")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/orders/{numbers[1]}/"))
    expect(page.locator("#beside")).to_contain_text("2 of ")
    page.keyboard.press("]")
    page.wait_for_url(re.compile(f"/orders/{numbers[2]}/"))
    expect(page.locator("#beside")).to_contain_text("3 of ")
    page.keyboard.press("[")
    page.wait_for_url(re.compile(f"/orders/{numbers[1]}/"))
    page.keyboard.press("u")
    page.wait_for_url(re.compile("payment=Paid&sort=-total$"))
    expect(page.locator("tbody .c-order a:focus")).to_have_text(numbers[1])


def test_an_order_is_found_from_any_page(open_page: Callable[..., Any]) -> None:
    page = open_page("/o/alder-house/queues/dispatch/")
    page.keyboard.press("/")
    page.keyboard.type("mrs smith")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/orders/\?q=mrs\+smith$"))
    sync_api.expect(page.locator("#q")).to_have_value("mrs smith")
    sync_api.expect(page.locator("tbody .c-order a").first).to_be_visible()


def test_a_person_turns_single_keys_off(open_page: Callable[..., Any]) -> None:
    User.objects.update(single_keys=False)
    page = open_page(ORDERS)
    for key in ("f", "j", "/", "x"):
        page.keyboard.press(key)
    sync_api.expect(page.locator(".filterset")).to_be_hidden()
    sync_api.expect(page.locator("tbody .c-order a:focus, #q:focus")).to_have_count(0)


def test_a_key_copies_the_link_of_an_order(open_page: Callable[..., Any]) -> None:
    page = open_page(f"{ORDERS}?payment=Paid", permissions=["clipboard-read", "clipboard-write"])
    page.click("tbody .c-order a >> nth=0")
    page.wait_for_selector("h1:has-text('Order ')")
    page.keyboard.press("c")
    sync_api.expect(page.locator("[data-copy]")).to_have_text("Link copied")
    sync_api.expect(page.locator("#say")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url.partition("?")[0]
