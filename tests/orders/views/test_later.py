"""What comes after the rows: sums of very many, what is new since, and what each part of a filter hides."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from orders.models import MirrorState
from orders.search import Counted, Page
from orders.views import table
from tests.orders.builders import EPOCH, order, write

HERE = "/o/alder-house/orders/"


@pytest.fixture
def three(house: Any) -> Any:
    write(
        house.hotel,
        order(1, paymentStatus="Paid", type="Gift Card", total=1000),
        order(2, paymentStatus="Paid", type="Product", total=250),
        order(3, paymentStatus="Pending", type="Product", total=50, currencyCode="EUR"),
    )
    write(house.golf, order(1, paymentStatus="Paid"))
    return house


def test_sums_of_very_many_come_after_the_rows(three: Any, viewer_client: Client, monkeypatch: Any) -> None:
    assert "Add up all" not in viewer_client.get(HERE).text
    monkeypatch.setattr(table, "count_and_sums", lambda *_: (Counted(2, exact=False), []))
    monkeypatch.setattr(Page, "is_all", False)
    page = viewer_client.get(HERE).text
    assert "Add up all 2+ orders" in page
    assert "£12.50" not in page
    sums = viewer_client.get(f"{HERE}sums/").text
    assert "£12.50" in sums
    assert "€0.50" in sums


def test_what_each_part_hides_is_said_where_nothing_matches(three: Any, viewer_client: Client) -> None:
    MirrorState.across_organisations.create(
        organisation=three.hotel, history_started_at=EPOCH, history_complete_at=EPOCH, watermark="2026-01-01T00:00:00Z"
    )
    asked = "payment=Pending&type=Gift+Card"
    assert "orders/why/?payment=Pending" in viewer_client.get(f"{HERE}?{asked}").text
    why = viewer_client.get(f"{HERE}why/?{asked}").text
    found = re.findall(r'class="chip"\s+href="([^"]+)".*?class="n">([^<]+)<', why.partition('id="why"')[2], re.DOTALL)
    assert found == [(f"{HERE}?type=Gift+Card", "1 order"), (f"{HERE}?payment=Pending", "1 order")]


def test_what_is_new_and_changed_is_counted_and_moves_nothing(three: Any, viewer_client: Client) -> None:
    written = EPOCH + timedelta(minutes=1)
    news = f"{HERE}news/"
    before, after = (written - timedelta(seconds=1)).isoformat(), (written + timedelta(seconds=1)).isoformat()
    for one in three.hotel.orders.all():
        one.updated_at = written
        one.save()
    three.hotel.orders.filter(glu_id=2).update(first_copied_at=datetime(2026, 1, 1, tzinfo=UTC))
    said = viewer_client.get(news, {"since": before, "payment": "Paid"}).text
    assert re.search(r"1 new,\s+1 changed", said)
    assert 'href="/o/alder-house/orders/?payment=Paid"' in said
    assert "newbar" not in viewer_client.get(news, {"since": after}).text
    assert "newbar" not in viewer_client.get(news, {"since": before, "created": "soon"}).text


@pytest.mark.parametrize(
    "since",
    [
        *("", "yesterday", "2026-01-01T10:00:00", "2026-02-30T10:00:00Z", "\0"),
        *("0001-01-01T10:00:00Z", "0001-01-02T10:00:00+14:00", "9999-12-31T23:59:59-23:59"),
    ],
)
def test_since_is_a_time_with_its_offset(three: Any, viewer_client: Client, since: str) -> None:
    assert viewer_client.get(f"{HERE}news/", {"since": since}).status_code == 404


def test_all_that_match_are_picked_in_a_second_step_that_says_if_their_number_moved(
    three: Any, viewer_client: Client, staff_client: Client
) -> None:
    page = viewer_client.get(f"{HERE}?payment=Paid&picked=2").text
    assert re.search(r"All 2 matching selected\s*</span>", page)
    assert len(re.findall(r'name="id"[^>]*checked', page)) == 2
    assert "Export all" not in page
    moved = staff_client.get(f"{HERE}?payment=Paid&picked=1").text
    assert "All 2 matching selected; there were 1 when you chose them" in moved
    assert 'href="/o/alder-house/exports/?payment=Paid&amp;picked=2"' in moved
    for odd in ("many", "9" * 40, ""):
        assert "matching selected" not in staff_client.get(f"{HERE}?picked={odd}").text
