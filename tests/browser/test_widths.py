"""From the smallest phone to a wide screen, with long values: nothing slides sideways, is cut or leaves the list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation, Role, User
from orders.desk.marks import Kind, set_marks
from orders.mirror.writing.counts import count_all_days
from tests.browser.long_values import AMISS, CODE, LINE, LONG, OVERLAP
from tests.furnished import PASSWORD, fill

pytestmark = pytest.mark.browser

ORGANISATION = "/o/alder-house"
WIDTHS = [320, 390, 600, 768, 800, 959, 1024, 1280, 1366, 1440, 1920]
VALUES = ["987654321012", "27 May 2025 22:14", "£1,234,567.89 GBP", "Wilhelmina", "Bartholomew", "Monetary Voucher"]
VALUES += ["AWAITING_COLLECTION_AT_RECEPTION", "Partially Refunded", "Royal Mail Special Delivery Guaranteed by 1pm"]
PATHS = [
    f"{ORGANISATION}/orders/?sort=-total",
    f"{ORGANISATION}/orders/?q={CODE}&payment=Paid&dispatch=Packed&created=2025-01-01..2026-12-31&total=1..99",
    f"{ORGANISATION}/orders/{LONG['id']}/?payment=Paid&delivery=Royal+Mail+1st+Class&created=2025-01-01..2026-12-31",
    f"{ORGANISATION}/orders/{LONG['id']}/lines/71/",
    f"{ORGANISATION}/exports/?payment=Paid&created=2025-01-01..2026-12-31",
    f"{ORGANISATION}/changes/",
    f"{ORGANISATION}/team/",
]


@pytest.fixture
def long_values(desk: Organisation) -> None:
    fill(desk, [{**LONG, "lines": [LINE]}])
    desk.memberships.update(created_at=now() - timedelta(days=2))
    for field in ("customerName", "customerEmailAddress", "dispatchStatus", "deliveryMethodName"):
        desk.order_changes.create(
            order=desk.orders.get(glu_id=LONG["id"]),
            field=field,
            old=LONG[field],
            new=f"{LONG[field]}{LONG[field]}",
            seen_old_at=now() - timedelta(days=40),
            seen_new_at=now(),
        )
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


def test_a_long_name_of_ones_own_slides_and_crushes_nothing(open_page: Callable[..., Any], desk: Organisation) -> None:
    person = desk.memberships.get().user
    person.name = "Maximiliana Wolfeschlegelsteinhausenbergerdorff-Smythe"
    person.save()
    fill(desk, [{**LONG, "lines": [LINE]}])
    set_marks(desk, desk.orders.filter(glu_id=LONG["id"]), Kind.POSTED, person)
    page = open_page()
    for path in ("/profile/", f"{ORGANISATION}/queues/dispatch/history/", f"{ORGANISATION}/mirror/elsewhere/"):
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.evaluate(AMISS) == [], (path, width)
    page.goto(f"{ORGANISATION}/queues/dispatch/history/")
    page.set_viewport_size({"width": 320, "height": 900})
    row = page.locator(".sent tbody tr")
    assert row.bounding_box()["height"] < 200
    assert all(part in row.inner_text() for part in ("987654321012", "Bartholomew", "Posted", "Maximiliana", "Undo"))


def test_every_value_is_in_the_list_at_every_width(open_page: Callable[..., Any], long_values: None) -> None:
    page = open_page(PATHS[0])
    row = page.locator("#results tbody tr >> nth=0")
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
        assert row.locator(".flags svg").count() == 3  # no postcode, a message, a line refunded


def test_names_as_most_are_stand_on_one_line_on_a_laptop(open_page: Callable[..., Any], desk: Organisation) -> None:
    named = [("Hannah Robertson", "Priya", "Patel"), ("Priya Patel", "Hannah", "Robertson")]
    fill(
        desk,
        [
            {**LONG, "id": 990_000 + n, "customerName": buyer, "recipientFirstName": first, "recipientLastName": last}
            | {"lines": []}
            for n, (buyer, first, last) in enumerate(named)
        ],
    )
    page = open_page(f"{ORGANISATION}/orders/?id=990000,990001")
    names = page.locator("#results tbody :is(.c-buyer, .c-recipient) bdi")
    assert names.count() == 4
    assert names.evaluate_all("names => names.map((name) => name.getClientRects().length)") == [1, 1, 1, 1]


def test_each_of_many_columns_has_room_for_its_words(open_page: Callable[..., Any]) -> None:
    names = "created,buyer,recipient:slim,type,dispatch,payment,delivery,total,flags,channel,method,email,phone"
    page = open_page(f"{ORGANISATION}/orders/?cols={names}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERLAP) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("#results tbody .c-buyer >> nth=0").bounding_box()["width"] > 70, width


def test_what_one_came_for_is_on_the_first_screen_of_a_phone(open_page: Callable[..., Any], desk: Organisation) -> None:
    page = open_page()
    page.set_viewport_size({"width": 390, "height": 844})
    shown = page.locator(".nav-main").bounding_box()["y"]

    def foot(selector: str) -> float:
        box = page.locator(selector).first.bounding_box()
        return float(box["y"] + box["height"])

    page.goto(f"{ORGANISATION}/orders/?payment=Paid&payment=Pending&created=-3000d..")
    assert foot("#results tbody tr") < shown
    assert foot("#results tbody tr:last-child") < page.locator(".sums").bounding_box()["y"]
    order = desk.orders.filter(phone_number__gt="", customer_name__gt="").order_by("-created_at")[0]
    page.goto(f"{ORGANISATION}/orders/{order.glu_id}/")
    assert order.customer_name in page.locator(".lede").inner_text()
    assert foot(".lede a[href^='tel:']") < shown


@pytest.mark.parametrize("width", [320, 390, 600, 767, 768, 1024, 1440])
def test_what_slides_in_a_report_or_by_days_says_so_and_nothing_else_does(
    open_page: Callable[..., Any], long_values: None, desk: Organisation, width: int
) -> None:
    day = {"scheduledDeliveryAt": (now() + timedelta(days=2)).isoformat(), "dispatchStatus": "Outstanding"}
    fill(desk, [{**LONG, **day, "id": 41, "lines": [LINE]}])
    count_all_days(desk, desk.zone)
    page = open_page()
    page.set_viewport_size({"width": width, "height": 900})
    reports = (f"{ORGANISATION}/reports/?from=2025-05-01&to=2025-08-28&by=week", f"{ORGANISATION}/reports/times/")
    for path in (*reports, f"{ORGANISATION}/mirror/"):
        page.goto(path)
        slides = page.evaluate(
            """() => [...document.querySelectorAll(":is(.report, .cov) .scroll")].map((box) => [
              box.firstElementChild.tagName,
              box.scrollWidth > box.clientWidth + 1,
              box.previousElementSibling.matches(".slide") && box.previousElementSibling.offsetHeight > 0,
            ])"""
        )
        assert {tag for tag, *_ in slides} == {"svg", *(["TABLE"] if path in reports else [])}, path
        assert [(tag, is_slid) for tag, is_slid, _ in slides] == [(tag, is_told) for tag, _, is_told in slides], path
