"""Marking what is chosen on a card or in the list, and taking it back."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.timezone import now

from orders.desk.dispatch import dispatch
from orders.desk.marks import Kind, set_marks
from orders.search.numbers import kept_numbers
from tests.orders.builders import EPOCH, moved, order, put, write

PAGE = "/o/alder-house/queues/dispatch/"
MARK, UNDO, OF_LIST = f"{PAGE}mark/", "/o/alder-house/queues/undo/", "/o/alder-house/orders/mark/"
POST = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "deliveryMethodName": "Royal Mail"}


def said(answer: Any) -> str:
    return " ".join(" ".join(re.findall(r'said".*?<div>(.*?)</div>', answer.text, re.S)).split())


def standing(house: Any, kind: str = "posted") -> set[int]:
    return set(house.hotel.order_marks.filter(kind=kind, undone_at=None).values_list("order_glu_id", flat=True))


@pytest.fixture
def waiting(house: Any) -> Any:
    """Three orders that wait in either organisation."""
    for organisation in (house.hotel, house.golf):
        write(organisation, *(order(n, **POST) for n in (1, 2, 3)))
    return house


def test_the_ticked_orders_are_marked_and_the_answer_takes_it_back(waiting: Any, staff_client: Client) -> None:
    answer = staff_client.post(MARK, {"mark": "posted", "id": ["1", "3"]}, follow=True)
    assert said(answer) == "2 marked posted."
    assert standing(waiting) == {1, 3}
    assert not waiting.golf.order_marks.exists()
    batch = re.search(r'name="batch" value="([^"]+)"', answer.text)
    assert batch
    undone = staff_client.post(UNDO, {"batch": batch[1], "next": f"{PAGE}?x=1"})
    assert undone["Location"] == f"{PAGE}?x=1"
    assert standing(waiting) == set()
    assert "There was nothing left" in said(staff_client.post(UNDO, {"batch": batch[1]}, follow=True))


def test_one_that_is_taken_back_is_named(waiting: Any, staff_client: Client) -> None:
    done = set_marks(waiting.hotel, waiting.hotel.orders.filter(glu_id=2), Kind.POSTED, waiting.manager)
    assert said(staff_client.post(UNDO, {"batch": str(done.batch)}, follow=True)) == "The mark of order 2 is undone."
    several = set_marks(waiting.hotel, waiting.hotel.orders.all(), Kind.POSTED, waiting.manager)
    mark = waiting.hotel.order_marks.get(batch=several.batch, order_glu_id=3)
    assert said(staff_client.post(UNDO, {"mark": mark.pk}, follow=True)) == "The mark of order 3 is undone."
    assert said(staff_client.post(UNDO, {"batch": str(several.batch)}, follow=True)) == "2 marks undone."


def test_a_doubled_click_and_a_second_person_are_told(waiting: Any, staff_client: Client) -> None:
    set_marks(waiting.hotel, waiting.hotel.orders.filter(glu_id=2), Kind.POSTED, waiting.manager)
    answer = said(staff_client.post(MARK, {"mark": "posted", "id": ["1", "2", "2"]}, follow=True))
    assert re.fullmatch(r"Order 1 marked posted\. Marked posted before: 2 by Manager, today \d\d:\d\d\.", answer)
    again = said(staff_client.post(MARK, {"mark": "posted", "id": ["1", "2"]}, follow=True))
    assert again.startswith("0 marked posted. Marked posted before: 1 by Staff")


@pytest.mark.parametrize(
    ("kind", "done"),
    [("prepared", "prepared"), ("posted", "posted"), ("ready", "ready to collect"), ("handed-over", "handed over")],
)
def test_one_order_is_named_and_several_are_counted(waiting: Any, staff_client: Client, kind: str, done: str) -> None:
    assert said(staff_client.post(MARK, {"mark": kind, "id": ["2"]}, follow=True)) == f"Order 2 marked {done}."
    several = said(staff_client.post(MARK, {"mark": kind, "id": ["1", "2", "3"]}, follow=True))
    assert several.startswith(f"2 marked {done}. Marked {done} before: 2 by Staff, ")


def test_a_whole_card_is_what_was_shown_as_such(waiting: Any, staff_client: Client) -> None:
    [card] = dispatch(waiting.hotel).cards
    write(waiting.hotel, order(4, **POST))
    form = {"mark": "posted", "of": card.query, "whole": str(card.n), "id": ["1"]}
    answer = said(staff_client.post(MARK, form, follow=True))
    assert answer == "3 were chosen, and 4 orders wait now. Nothing was done; choose again."
    assert standing(waiting) == set()
    assert said(staff_client.post(MARK, {**form, "whole": "4"}, follow=True)) == "4 marked posted."


def test_the_box_above_a_card_means_what_it_shows_and_all_of_it_is_a_step_of_its_own(
    waiting: Any, staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = staff_client.get(PAGE).text
    assert "Select the 3 shown: Royal Mail" in page
    assert "Select all" not in page
    monkeypatch.setattr("orders.desk.dispatch.SHOWN", 2)
    head, bar = staff_client.get(PAGE).text.split("</thead>", 1)
    assert "Select the 2 shown: Royal Mail" in head
    assert 'name="whole"' not in head.partition('class="card lane"')[2]
    assert re.search(r'name="whole"\s+value="3"\s+>\s+<span>\s+Select all 3 of <bdi>Royal Mail</bdi>', bar)


def test_what_goes_by_e_mail_is_passed_over_in_words(waiting: Any, staff_client: Client) -> None:
    by_mail = {**POST, "deliveryMethodType": "email"}
    write(waiting.hotel, order(4, **by_mail), order(5, **by_mail))
    of_list = staff_client.post(OF_LIST, {"mark": "posted", "scope": "all", "payment": "Paid"}, follow=True)
    assert said(of_list) == "3 marked posted. 2 go by e-mail and are not marked."
    assert standing(waiting) == {1, 2, 3}
    own = staff_client.post("/o/alder-house/orders/4/mark/", {"mark": "posted"}, follow=True)
    assert said(own) == "Order 4 goes by e-mail, so it is not marked."
    again = said(staff_client.post(MARK, {"mark": "posted", "id": ["1", "4"]}, follow=True))
    assert again.startswith("0 marked posted. Marked posted before: 1 by Staff")
    assert again.endswith(". Order 4 goes by e-mail, so it is not marked.")


@pytest.mark.parametrize("of", ["", "colour=red", "created=never", "sort=created"])
def test_a_card_that_cannot_be_read_marks_nothing(waiting: Any, staff_client: Client, of: str) -> None:
    assert "cannot be read" in said(staff_client.post(MARK, {"mark": "posted", "of": of, "whole": "3"}, follow=True))
    assert standing(waiting) == set()


@pytest.mark.parametrize("ids", [[], ["x"], ["9" * 30], ["1,2;3"], ["-1"]])
def test_odd_numbers_mark_nothing_and_are_said(waiting: Any, staff_client: Client, ids: list[str]) -> None:
    assert said(staff_client.post(MARK, {"mark": "posted", "id": ids}, follow=True))
    assert standing(waiting) == set()


@pytest.mark.parametrize("kind", ["", "printed", "chased", "lost", "Posted"])
def test_no_other_marks_are_set_by_a_button(waiting: Any, staff_client: Client, kind: str) -> None:
    assert staff_client.post(MARK, {"mark": kind, "id": ["1"]}).status_code == 404


@pytest.mark.parametrize("batch", ["x", "", "0" * 32])
def test_odd_batches_undo_nothing(waiting: Any, staff_client: Client, batch: str) -> None:
    theirs = set_marks(waiting.golf, waiting.golf.orders.all(), Kind.POSTED, waiting.outsider)
    for sent in ({"batch": batch}, {"batch": str(theirs.batch)}, {"mark": "9" * 40}, {"mark": "-1"}, {}):
        assert said(staff_client.post(UNDO, sent, follow=True)).startswith("There was nothing left")
    assert waiting.golf.order_marks.filter(undone_at=None).count() == 3


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "x"])
def test_the_way_back_stays_here(waiting: Any, staff_client: Client, back: str) -> None:
    assert staff_client.post(UNDO, {"next": back})["Location"] == PAGE


def test_htmx_gets_the_queue_as_it_is_then(waiting: Any, staff_client: Client) -> None:
    answer = staff_client.post(MARK, {"mark": "prepared", "id": ["1"]}, headers={"HX-Request": "true"})
    assert "Order 1 marked prepared." in said(answer)
    assert '<header class="rail">' not in answer.text
    assert "Prepared by Staff" in answer.text


@pytest.fixture
def page(waiting: Any) -> str:
    """The address of an order that waits."""
    return "/o/alder-house/orders/1/"


def steps(client: Client, address: str) -> list[str]:
    """What the buttons of an order's page would mark it as."""
    return re.findall(r'name="mark" value="([a-z-]+)"', client.get(address).text)


def test_an_orders_page_marks_it_and_takes_that_back(waiting: Any, page: str, staff_client: Client) -> None:
    assert steps(staff_client, page) == ["prepared", "posted"]
    answer = staff_client.post(f"{page}mark/", {"mark": "prepared", "back": "payment=Paid", "history": "here"})
    assert answer["Location"] == f"{page}?payment=Paid&history=here"
    assert steps(staff_client, page) == ["posted"]
    answer = staff_client.post(f"{page}mark/", {"mark": "posted"}, follow=True)
    assert "Order 1 marked posted." in said(answer)
    assert re.search(r"<b>Posted</b>, as marked here <time [^>]+>today ", answer.text)
    assert "Staff marked it posted" in answer.text
    assert answer.text.count(f'action="{UNDO}"') == 1
    assert steps(staff_client, page) == []
    assert standing(waiting) == {1}
    mark = re.search(r'name="mark" value="(\d+)"', answer.text)
    assert mark
    undone = staff_client.post(UNDO, {"mark": mark[1], "next": page}, follow=True)
    assert "<b>Prepared</b>, as marked here" in undone.text
    assert "Staff undid “posted”" in undone.text
    assert standing(waiting) == set()


def test_htmx_gets_the_parts_of_an_orders_page_that_follow(waiting: Any, page: str, staff_client: Client) -> None:
    form = {"mark": "posted", "back": "payment=Paid", "history": "here"}
    answer = staff_client.post(f"{page}mark/", form, headers={"HX-Request": "true"})
    assert '<header class="rail">' not in answer.text
    for part in re.findall(r"#([a-z-]+)", "#here,#badges,#why,#history-count,#timeline,#done,#say"):
        assert f'id="{part}"' in answer.text
    assert "Order 1 marked posted." in said(answer)
    assert "Placed at Glu" not in answer.text
    assert 'value="/o/alder-house/orders/1/?payment=Paid&amp;history=here"' in answer.text
    again = staff_client.post(f"{page}mark/", form, headers={"HX-Request": "true"})
    assert "0 marked posted. Marked posted before: 1 by Staff, today" in said(again)


def test_an_orders_page_offers_what_the_queue_would(waiting: Any, staff_client: Client, viewer_client: Client) -> None:
    later = {"scheduledDeliveryAt": "2100-01-01T10:00:00+00:00"}
    write(
        waiting.hotel,
        order(11, **{**POST, "deliveryMethodType": "collection"}),
        order(12, **{**POST, "paymentStatus": "Pending"}),
        order(13, **{**POST, "dispatchStatus": "Dispatched"}),
        order(14, **POST, **later),
        order(15, **{**POST, "deliveryMethodType": "email"}),
    )
    assert steps(staff_client, "/o/alder-house/orders/11/") == ["ready", "handed-over"]
    for number in (12, 13, 14, 15):
        assert steps(staff_client, f"/o/alder-house/orders/{number}/") == [], number
    assert steps(viewer_client, "/o/alder-house/orders/1/") == []
    assert viewer_client.post("/o/alder-house/orders/1/mark/", {"mark": "posted"}).status_code == 403
    assert staff_client.post("/o/brae-links/orders/1/mark/", {"mark": "posted"}).status_code == 404
    assert not waiting.golf.order_marks.exists()


def test_what_left_at_glu_and_nobody_marked_can_be_marked_on_its_page(waiting: Any, staff_client: Client) -> None:
    set_marks(waiting.hotel, waiting.hotel.orders.filter(glu_id=2), Kind.POSTED, waiting.staff)
    put(waiting.hotel, now(), moved(1, now(), EPOCH, **{**POST, "dispatchStatus": "Dispatched"}))
    assert steps(staff_client, "/o/alder-house/orders/1/") == ["posted"]


def test_what_was_collected_and_nobody_marked_is_handed_over(waiting: Any, staff_client: Client) -> None:
    set_marks(waiting.hotel, waiting.hotel.orders.filter(glu_id=2), Kind.POSTED, waiting.staff)
    collected = {**POST, "deliveryMethodType": "Collection"}
    put(waiting.hotel, now(), moved(1, now(), EPOCH, **{**collected, "dispatchStatus": "Dispatched"}))
    assert steps(staff_client, "/o/alder-house/orders/1/") == ["handed-over"]
    queue = " ".join(staff_client.get(PAGE).text.split())
    assert "not marked handed over here" in queue
    assert "not marked posted here" not in queue


def test_a_thousand_are_marked_at_once(house: Any, staff_client: Client) -> None:
    write(house.hotel, *(order(n, **POST) for n in range(1, 1001)))
    form = {"mark": "posted", "scope": "selected", "selected": kept_numbers(range(1, 1001))}
    answer = staff_client.post(OF_LIST, form, follow=True)
    assert said(answer) == "1,000 marked posted."
    assert len(standing(house)) == 1_000


def test_those_selected_in_a_list_are_marked_and_gone_ones_too(waiting: Any, staff_client: Client) -> None:
    waiting.hotel.orders.filter(glu_id=3).update(gone_at=waiting.hotel.created_at)
    page = staff_client.get(OF_LIST, {"of": "payment=Paid&size=25", "id": "2,3"}).text
    assert "2 selected" in page
    assert "All 3 matching" in page
    form = {"payment": "Paid", "scope": "selected", "selected": "2,3", "mark": "posted"}
    answer = staff_client.post(OF_LIST, form)
    assert answer["Location"] == "/o/alder-house/orders/?payment=Paid"
    assert standing(waiting) == {2, 3}


def test_all_of_a_list_are_as_many_as_were_chosen(waiting: Any, staff_client: Client) -> None:
    form = {"payment": "Paid", "scope": "all", "picked": "2", "mark": "posted"}
    answer = staff_client.post(OF_LIST, form)
    assert answer.status_code == 409
    assert "2 were chosen, and 3 orders are found now." in answer.text
    assert standing(waiting) == set()
    staff_client.post(OF_LIST, {**form, "moved": "yes"})
    assert standing(waiting) == {1, 2, 3}


def test_a_list_that_cannot_be_read_marks_nothing(waiting: Any, staff_client: Client) -> None:
    for asked in ({"created": "never"}, {"colour": "red"}):
        assert staff_client.get(f"{OF_LIST}?{urlencode(asked)}").status_code == 400
        assert staff_client.post(OF_LIST, {**asked, "scope": "all", "mark": "posted"}).status_code == 400
    assert standing(waiting) == set()
