"""Every number of Home equals the orders behind its link, and is answered out of an index."""

import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from glu_admin.tenancy.models import Role
from orders.desk.home import groups
from orders.desk.marks import set_marks
from orders.models import OrderMark
from orders.search import count_orders, parse_query
from tests.orders.builders import order, write

HOME = "/o/alder-house/"
NOW = "2026-11-20T12:00:00+00:00"  # a Friday
_NUMBER = r'<b\s+class="push tnum ?([a-z]*)\s*"\s+data-question="([a-z-]+)"\s*>([\d,+]+)</b>'
LINK = re.compile(rf'<a href="(/o/[^"]+)">[^<]*</a>.*?{_NUMBER}', re.S)


def rows(n: int) -> list[dict[str, Any]]:
    """Orders of which some answer each question, `n` times as many as it takes."""
    kinds: list[dict[str, Any]] = [
        {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "deliveryMethodName": "Royal Mail"},
        {"dispatchStatus": "Packed", "paymentStatus": "Paid", "createdAt": "2026-11-20T09:00:00+00:00"}
        | {"emailToRecipient": True},
        {"dispatchStatus": "Outstanding", "paymentStatus": "Pending", "paymentMethod": "Offline"},
        {"dispatchStatus": "Scheduled", "paymentStatus": "Paid", "scheduledDeliveryAt": "2026-11-22T09:00:00+00:00"},
        {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "scheduledDeliveryAt": "2026-11-18T09:00:00+00:00"},
        {"dispatchStatus": "Failed", "paymentStatus": "Paid"},
        {"dispatchStatus": "Outstanding", "paymentStatus": "Failed"},
        {"dispatchStatus": "Cancelled", "paymentStatus": "Failed"},
        {"dispatchStatus": "Dispatched", "paymentStatus": "Paid"},
    ]
    return [order(at + 1, **kind) for at, kind in enumerate(kinds * n)]


@pytest.fixture
def desk(house: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        write(house.hotel, *rows(2))
        write(house.golf, *rows(1))
        set_marks(house.hotel, house.hotel.orders.filter(glu_id=10), OrderMark.Kind.POSTED, house.staff)
        yield house


def numbers(page: str) -> dict[str, tuple[str, str, str]]:
    """(link, look, number) of each question on the page."""
    return {name: (unescape(link), look, n) for link, look, name, n in LINK.findall(page)}


def test_every_number_is_that_of_its_list(desk: Any, viewer_client: Client) -> None:
    found = numbers(viewer_client.get(HOME).text)
    assert list(found) == [question.name for _, group in groups(desk.hotel) for question in group]
    for name, (link, look, n) in found.items():
        listed = viewer_client.get(link)
        assert listed.status_code == 200, name
        assert "chip error" not in listed.text, name
        assert len(re.findall(r' id="o\d+"', listed.text)) == int(n), name
        assert (look == "") or int(n), name
    counted = {name: int(n) for name, (_, _, n) in found.items()}
    assert counted["late-to-send"] == 5  # three of the kinds, twice, but for one that is posted here
    assert counted["late-to-pay"] == 2  # a payment that failed has its own number
    assert counted["offline"] == 2
    assert counted["past-schedule"] == 2
    assert counted["dispatch-failed"] == 2
    assert counted["failed"] == 2
    assert (
        counted["odd"] == 3
    )  # two without an address for their e-mail, one by post without postcode, another posted here
    assert all(counted[name] for name in ("dispatch", "scheduled"))


def test_late_to_send_is_told_from_late_to_pay(desk: Any, viewer_client: Client) -> None:
    """Together they are the late of the list: what is sent and unpaid is late to pay, whatever is marked here."""
    pending = {"paymentStatus": "Pending", "createdAt": "2026-11-02T09:00:00+00:00"}
    write(desk.hotel, order(30, dispatchStatus="Dispatched", **pending))
    late = parse_query("has=late", desk.hotel).criteria
    for marked in (False, True):
        told = numbers(viewer_client.get(HOME).text)
        failed = count_orders(desk.hotel, parse_query("has=late&payment=Failed", desk.hotel).criteria).n
        assert (told["late-to-send"][2], told["late-to-pay"][2]) == ("5", "3"), marked
        assert count_orders(desk.hotel, late).n == 5 + 3 + failed, marked
        set_marks(desk.hotel, desk.hotel.orders.filter(glu_id=12), OrderMark.Kind.POSTED, desk.staff)


def test_as_many_queries_however_many_orders(desk: Any, viewer_client: Client) -> None:
    counts = []
    for n in (2, 5):
        write(desk.hotel, *rows(n))
        viewer_client.get(HOME)
        with CaptureQueriesContext(connection) as captured:
            viewer_client.get(HOME)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 44


def test_without_orders_it_leads_to_what_says_why(house: Any, viewer_client: Client) -> None:
    page = viewer_client.get(HOME).text
    assert "No orders here yet" in page
    assert not numbers(page)


def test_who_has_several_sees_the_first_numbers_of_each(desk: Any, viewer_client: Client) -> None:
    desk.golf.memberships.create(user=desk.viewer, role=Role.VIEWER)
    page = viewer_client.get("/organisations/").text
    for slug in ("alder-house", "brae-links"):
        links = re.findall(
            rf'<a class="sm" href="(/o/{slug}/orders/\?[^"]+)">\s*<span class="[a-z]*">[^<]*?(\d+)</span>', page
        )
        assert len(links) == 4
        for link, n in links:
            listed = viewer_client.get(unescape(link)).text
            assert len(re.findall(r' id="o\d+"', listed)) == int(n)


def test_a_pile_is_counted_as_far_as_anybody_needs_it(
    desk: Any, viewer_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.desk.queues.MOST_COUNTED", 1)
    found = numbers(viewer_client.get(HOME).text)
    assert found["late-to-pay"][2] == "1+"
    assert {n for *_, n in found.values()} <= {"0", "1", "1+"}
