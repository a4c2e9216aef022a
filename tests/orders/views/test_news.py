"""The page of what changed: numbers equal their lists, its pages have no gaps, and reading it writes nothing."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from glu_admin.tenancy.models import Membership
from orders.models import Look
from orders.views import news as news_view
from tests.orders.builders import EPOCH, LONG_AGO, copied_long_ago, moved, placed, put

NOW = EPOCH
HOME = "/o/alder-house/"
PAGE = f"{HOME}changes/"


@pytest.fixture
def desk(house: Any) -> Any:
    Membership.across_organisations.update(created_at=LONG_AGO)
    with time_machine.travel(NOW, tick=False):
        copied_long_ago(house.hotel, 4)
        put(
            house.hotel,
            NOW - timedelta(hours=1),
            moved(1, NOW, LONG_AGO, paymentStatus="Paid", customerName="Ann <Ash>"),
            moved(2, NOW, LONG_AGO, dispatchStatus="Packed"),
            placed(9, NOW),
        )
        yield house


def numbers(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'<li id="o(\d+)"', page)]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def link(page: str, text: str) -> str:
    """Where the link with these words leads."""
    found = re.findall(r'<a\s[^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page, re.S)
    return next(unescape(address) for address, inner in found if text in words(inner))


def sent(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_what_changed_is_told_with_old_and_new_and_when(desk: Any, viewer_client: Client) -> None:
    page = viewer_client.get(PAGE).text
    assert numbers(page) == [9, 2, 1]
    text = words(page)
    assert "Dispatch: Packed seen first" in text
    assert "Ann &lt;Ash&gt;" in page
    assert "New order, placed" in text
    assert "in the last 24 hours" in text
    assert not numbers(viewer_client.get("/o/alder-house/changes/", {"kind": "gone"}).text)


def test_home_and_every_kind_say_as_many_as_their_lists_have(desk: Any, viewer_client: Client) -> None:
    page = viewer_client.get(PAGE).text
    assert "3 orders new or changed in the last 24 hours" in words(viewer_client.get(HOME).text)
    kinds = re.findall(r'href="([^"]+)"[^>]*>([^<]+) <span class="n">(\d+)</span></a>', page)
    assert [(words, int(n)) for _, words, n in kinds] == [
        ("Everything", 3), ("New orders", 1), ("Payment", 1), ("Dispatch", 1), ("People and addresses", 1)
    ]  # fmt: skip
    for address, _, n in kinds:
        of_kind = viewer_client.get(unescape(address)).text
        listed = viewer_client.get(link(of_kind, "Open these orders as a list")).text
        assert len(numbers(of_kind)) == int(n)
        assert len(re.findall(r' id="o\d+"', listed)) == int(n)


def test_pages_hold_every_order_once_whatever_comes_in_meanwhile(
    desk: Any, viewer_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news_view, "ORDERS_A_PAGE", 2)
    put(desk.hotel, NOW - timedelta(minutes=9), *(placed(glu_id, NOW) for glu_id in (11, 12, 13)))
    page = viewer_client.get(PAGE).text
    seen, found = sent(page, "seen"), numbers(page)
    while 'rel="next"' in page:
        put(desk.hotel, NOW, placed(100 + len(found), NOW), moved(1, NOW, LONG_AGO, total=len(found)))
        page = viewer_client.get(link(page, "Older")).text
        assert sent(page, "seen") == seen
        found += numbers(page)
    assert sorted(found) == [1, 2, 9, 11, 12, 13]


def test_nothing_counts_as_seen_until_somebody_says_so_and_that_is_taken_back(desk: Any, viewer_client: Client) -> None:
    for _ in range(2):
        page = viewer_client.get(PAGE).text
    viewer_client.get(HOME)
    assert not Look.across_organisations.exists()
    seen = {"seen": sent(page, "seen"), "view": ""}
    after = viewer_client.post(f"{PAGE}seen/", seen, follow=True).text
    assert numbers(after) == []
    assert "since you looked" in after
    assert "No order is new or changed since you looked" in words(viewer_client.get(HOME).text)
    undo = {"look": sent(after, "look"), "view": ""}
    assert numbers(viewer_client.post(f"{PAGE}undo/", undo, follow=True).text) == [9, 2, 1]
    assert "taken back already" in viewer_client.post(f"{PAGE}undo/", undo, follow=True).text
    assert "Nothing was noted" in viewer_client.post(f"{PAGE}seen/", {"seen": "x"}, follow=True).text


def test_a_view_stands_alone(desk: Any, viewer_client: Client, staff_client: Client) -> None:
    views = desk.hotel.saved_views
    views.create(owner=desk.viewer, name="Packed", slug="packed", query="dispatch=Packed", reach="private")
    views.create(owner=desk.viewer, name="Odd", slug="odd", query="created=never", reach="private")
    page = viewer_client.get(PAGE, {"view": "packed"}).text
    assert numbers(page) == [2]
    assert "What changed: Packed" in page.partition("</title>")[0]
    viewer_client.post(f"{PAGE}seen/", {"seen": sent(page, "seen"), "view": "packed"})
    assert numbers(viewer_client.get(PAGE, {"view": "packed"}).text) == []
    assert numbers(viewer_client.get(PAGE).text) == [9, 2, 1]
    assert "cannot be read any more" in viewer_client.get(PAGE, {"view": "odd"}).text
    assert staff_client.get(PAGE, {"view": "packed"}).status_code == 404
    assert staff_client.post(f"{PAGE}seen/", {"seen": sent(page, "seen"), "view": "packed"}).status_code == 404


def test_an_address_may_say_since_when_and_nothing_is_seen_by_that(
    desk: Any, viewer_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = viewer_client.get(PAGE).text
    viewer_client.post(f"{PAGE}seen/", {"seen": sent(page, "seen"), "view": ""})
    monkeypatch.setattr(news_view, "ORDERS_A_PAGE", 2)
    since = {"since": (NOW - timedelta(hours=2)).isoformat()}
    page = viewer_client.get(PAGE, since).text
    assert numbers(page) + numbers(viewer_client.get(link(page, "Older")).text) == [9, 2, 1]
    assert numbers(viewer_client.get(link(page, "Dispatch 1")).text) == [2]
    assert "since today 10:00" in words(page)
    assert "Everything seen" not in page
    assert numbers(viewer_client.get(PAGE, {"since": NOW.isoformat()}).text) == []


@pytest.mark.parametrize(
    ("today", "name", "words_of_it", "first"),
    [
        ("2026-11-26", "yesterday", "Since yesterday", "2026-11-25"),  # a Thursday
        ("2026-11-26", "monday", "Since Monday", "2026-11-23"),
        ("2026-11-23", "monday", "Since last Monday", "2026-11-16"),
        ("2026-11-29", "monday", "Since Monday", "2026-11-23"),
    ],
)
def test_what_changed_since_a_day_is_a_click_away(
    house: Any, client: Client, today: str, name: str, words_of_it: str, first: str
) -> None:
    Membership.across_organisations.update(created_at=LONG_AGO)
    begun = datetime.fromisoformat(f"{first}T00:00:00+00:00")
    with time_machine.travel(f"{today}T12:00:00+00:00", tick=False):
        client.force_login(house.viewer)
        copied_long_ago(house.hotel, 4)
        for glu_id, at in ((1, begun), (2, begun - timedelta(seconds=1))):
            put(house.hotel, at, moved(glu_id, at, LONG_AGO, dispatchStatus="Packed"))
        house.hotel.order_changes.filter(order__glu_id=1).update(seen_new_at=begun + timedelta(seconds=1))
        page = client.get(PAGE, {"kind": "dispatch"}).text
        since = client.get(link(page, words_of_it)).text
    assert numbers(since) == [1]
    assert f"since={name}&amp;kind=dispatch" in since or f"kind=dispatch&amp;since={name}" in since
    assert "Everything seen" not in since  # what was before is not seen by that
    assert numbers(client.get(link(since, "New to you")).text) == []


def test_yesterday_is_not_offered_twice(desk: Any, client: Client) -> None:
    with time_machine.travel("2026-11-24T12:00:00+00:00", tick=False):  # a Tuesday
        client.force_login(desk.viewer)
        assert re.findall(r"Since \w+", words(client.get(PAGE).text)) == ["Since yesterday"]


def test_refunds_and_changes_of_other_days_say_so(desk: Any, viewer_client: Client) -> None:
    desk.hotel.order_changes.create(
        order=desk.hotel.orders.get(glu_id=1),
        field="settled",
        old="1000 0",
        new="1000 300",
        seen_new_at=datetime(2026, 11, 19, 15, tzinfo=UTC),
    )
    text = words(viewer_client.get(PAGE).text)
    assert re.search(r"Refunded or charged back £0\.00 became £3\.00 Yesterday, before 15:00", text)


def test_as_many_queries_however_many_orders(desk: Any, viewer_client: Client) -> None:
    counts = []
    for first in (20, 40):
        viewer_client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            viewer_client.get(PAGE)
        counts.append(len(captured))
        put(desk.hotel, NOW, *(placed(glu_id, NOW) for glu_id in range(first, first + 15)))
    assert counts[0] == counts[1] <= 16


@pytest.mark.parametrize("offset", ["+23:59", "-23:59"])
def test_an_instant_with_an_offset_of_no_place_on_earth_is_answered(
    desk: Any, viewer_client: Client, offset: str
) -> None:
    assert viewer_client.get(PAGE, {"since": f"2026-11-18T12:00:00{offset}"}).status_code == 200
