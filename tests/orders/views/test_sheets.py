"""Packing sheets: printing is noted, capped and shown; the slip has no price."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from orders.desk.dispatch import dispatch
from orders.desk.notes import delete_note, write_note
from tests.orders.builders import order, write

PAGE = "/o/alder-house/queues/dispatch/"
PRINT = f"{PAGE}print/"
POST = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "deliveryMethodName": "Royal Mail"}


def test_a_whole_card_is_printed_and_noted(house: Any, staff_client: Client) -> None:
    lines = [{"id": 7, "name": "Gift card", "subtotal": 4321, "total": 4321, "personalMessage": "<b>Hi</b>\nיום"}]
    write(house.hotel, order(1, **POST, total=9876, lines=lines), order(2, **POST))
    [card] = dispatch(house.hotel).cards
    answer = staff_client.post(PRINT, {"of": card.query, "whole": "2"}, follow=True)
    batch = house.hotel.order_marks.filter(kind="printed").values_list("batch", flat=True).distinct().get()
    assert answer.redirect_chain[-1][0] == f"{PAGE}sheets/{batch}/"
    page = " ".join(answer.text.split())
    assert page.count('<article class="a4"') == 2
    assert "Sheet 2 of 2" in page
    assert 'dir="auto">&lt;b&gt;Hi&lt;/b&gt;' in page
    assert "Reprint" not in page
    assert "98.76" not in page
    above, _, slip = page.partition("Cut here.")
    assert "£43.21" in above
    assert "43.21" not in slip.partition("</article>")[0]
    again = staff_client.post(PRINT, {"id": "1"}, follow=True)
    assert "Reprint, first printed" in " ".join(again.text.split())
    assert "Reprint" not in staff_client.get(f"{PAGE}sheets/{batch}/").text


def test_what_was_not_printed_after_all_is_taken_back(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(1, **POST), order(2, **POST))
    page = staff_client.post(PRINT, {"id": ["1", "2"]}, follow=True)
    sheets = page.request["PATH_INFO"]
    assert "Not printed after all" in page.text
    batch = house.hotel.order_marks.values_list("batch", flat=True).distinct().get()
    assert f'<input type="hidden" name="batch" value="{batch}">' in page.text
    undone = staff_client.post("/o/alder-house/queues/undo/", {"batch": batch}, follow=True)
    assert "2 marks undone." in undone.text
    assert not house.hotel.order_marks.filter(undone_at=None).exists()
    assert "Not printed after all" not in staff_client.get(sheets).text
    assert "Reprint" not in staff_client.post(PRINT, {"id": "1"}, follow=True).text


def test_notes_stand_above_the_cut_and_never_on_the_slip(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(1, **POST), order(2, **POST))
    one = house.hotel.orders.get(glu_id=1)
    write_note(house.hotel, one, house.staff, "Put a <b>ribbon</b> on it", [], uuid4())
    delete_note(write_note(house.hotel, one, house.staff, "Never mind", [], uuid4()), house.staff)
    page = staff_client.post(PRINT, {"id": ["1", "2"]}, follow=True).text
    above, slip = page.split("</article>")[0].split("Cut here.")
    assert "Notes:" in above
    assert "Put a &lt;b&gt;ribbon&lt;/b&gt; on it" in above
    assert "ribbon" not in slip
    assert page.count("Notes:") == 1
    assert "Never mind" not in page


def test_what_is_collected_is_not_called_posted(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(1, **POST), order(2, **{**POST, "deliveryMethodName": "Collect at reception"}))
    posted = " ".join(staff_client.post(PRINT, {"id": "1"}, follow=True).text.split())
    assert "Mark 1 posted <" in posted
    collected = " ".join(staff_client.post(PRINT, {"id": "2"}, follow=True).text.split())
    assert "Mark 1 handed over <" in collected
    both = " ".join(staff_client.post(PRINT, {"id": ["1", "2"]}, follow=True).text.split())
    assert "Mark 2 posted or handed over" in both
    answer = staff_client.post(f"{PAGE}mark/", {"mark": "posted", "id": ["1", "2"]}, follow=True)
    assert "Order 1 marked posted. Order 2 marked handed over." in answer.text
    standing = house.hotel.order_marks.exclude(kind="printed").values_list("order_glu_id", "kind")
    assert dict(standing) == {1: "posted", 2: "handed-over"}


def test_what_goes_by_e_mail_is_neither_counted_nor_offered_to_be_posted(house: Any, staff_client: Client) -> None:
    by_mail = {**POST, "deliveryMethodType": "email"}
    write(house.hotel, order(1, **POST), order(2, **by_mail), order(3, **by_mail))
    both = " ".join(staff_client.post(PRINT, {"id": ["1", "2"]}, follow=True).text.split())
    assert "Mark 1 posted <" in both
    assert "1 goes by e-mail and is not marked." in both
    assert re.findall(r'name="id" value="(\d)"', both) == ["1"]
    mailed = " ".join(staff_client.post(PRINT, {"id": ["2", "3"]}, follow=True).text.split())
    assert "2 go by e-mail and are not marked." in mailed
    assert 'name="mark"' not in mailed
    assert mailed.count('<article class="a4"') == 2


def test_more_than_a_hundred_are_cut_to_those_that_wait_longest(
    house: Any, staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.views.sheets.MOST_SHEETS", 2)
    write(house.hotel, *(order(n, f"2026-11-0{9 - n}T10:00:00+00:00", **POST) for n in (1, 2, 3)))
    answer = staff_client.post(PRINT, {"scope": "all", "payment": "Paid"}, follow=True)
    assert re.findall(r"Order (\d)\s+</h2>", answer.text) == ["3", "2"]
    assert "These are the 2 that wait longest" in answer.text


def test_nothing_chosen_prints_nothing_and_leads_back(house: Any, staff_client: Client) -> None:
    write(house.golf, order(1, **POST))
    for sent in ({}, {"id": "1"}, {"id": "x"}, {"scope": "all", "created": "never"}):
        answer = staff_client.post(PRINT, {**sent, "next": "/o/alder-house/orders/"}, follow=True)
        assert answer.redirect_chain[-1][0] == "/o/alder-house/orders/"
        assert 'said"' in answer.text
    assert not house.hotel.order_marks.exists()


def test_an_orders_page_prints_its_sheet(house: Any, staff_client: Client, viewer_client: Client) -> None:
    write(house.hotel, order(1, **POST))
    assert f'action="{PRINT}"' in staff_client.get("/o/alder-house/orders/1/").text
    assert f'action="{PRINT}"' not in viewer_client.get("/o/alder-house/orders/1/").text
