"""Notes on the order's page: written, corrected, deleted, found; and the page of those that name the reader."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from orders.desk.notes import EDIT_MINUTES, LONGEST_NOTE, delete_note, write_note
from orders.models import OrderNote
from tests.orders.builders import order, write

ORDER = "/o/alder-house/orders/41/"
NOTES = f"{ORDER}notes/"
LIST = "/o/alder-house/notes/"
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def desk(house: Any) -> Any:
    for organisation in (house.hotel, house.golf):
        write(organisation, order(41))
    return house


def note(desk: Any, text: str = "Called, no answer", author: Any = None) -> OrderNote:
    return write_note(desk.hotel, desk.hotel.orders.get(), author or desk.staff, text, [], uuid4())


def text(client: Client, path: str = ORDER) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_note_is_kept_and_shown_as_text(desk: Any, staff_client: Client, viewer_client: Client) -> None:
    said = "Call <b>back</b> & ask\nbefore {{ noon }} @Manager"
    answer = staff_client.post(NOTES, {"text": said, "back": "payment=Paid"})
    kept = desk.hotel.order_notes.get()
    assert answer.headers["Location"] == f"{ORDER}?payment=Paid#e-note-{kept.pk}"
    page = text(viewer_client)
    assert 'Call &lt;b&gt;back&lt;/b&gt; &amp; ask\nbefore {{ noon }} <b class="mention">@Manager</b>' in page
    assert f'id="e-note-{kept.pk}"' in page
    assert "Staff" in page
    assert "note-form" not in page  # a viewer reads


def test_with_htmx_the_card_comes_back_with_the_note_and_an_empty_field(desk: Any, staff_client: Client) -> None:
    answer = staff_client.post(NOTES, {"text": "Called"}, **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.lstrip().startswith("<section")
    assert "Called" in page
    assert re.search(r"<textarea[^>]*>\s*</textarea>", page)
    assert 'hx-swap-oob="innerHTML"' in page


@pytest.mark.parametrize("extra", [{}, HTMX])
@pytest.mark.parametrize("typed", ["", "  \n ", "x" * (LONGEST_NOTE + 1)])
def test_a_wrong_note_is_asked_for_again_and_loses_nothing(
    desk: Any, staff_client: Client, typed: str, extra: dict[str, Any]
) -> None:
    member = desk.hotel.memberships.get(user=desk.manager)
    answer = staff_client.post(NOTES, {"text": typed, "tell": member.pk, "back": "payment=Paid"}, **extra)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "errorlist" in page
    assert typed.strip() in page
    assert re.search(rf'value="{member.pk}"\s+checked', page)
    assert not desk.hotel.order_notes.exists()


def test_the_same_form_twice_is_one_note(desk: Any, staff_client: Client) -> None:
    token = re.search(r'name="token" value="([^"]+)"', text(staff_client))
    assert token
    for _ in range(2):
        staff_client.post(NOTES, {"text": "Called", "token": token[1]})
    assert desk.hotel.order_notes.count() == 1


def test_the_writer_corrects_a_note(desk: Any, staff_client: Client, manager_client: Client) -> None:
    address = f"{NOTES}{note(desk).pk}/"
    assert "Called, no answer" in text(staff_client, address)
    assert staff_client.post(address, {"text": " "}).status_code == 422
    assert staff_client.post(address, {"text": "Called, left word"}).status_code == 302
    assert "Corrected" in (page := text(staff_client))
    assert "Called, left word" in page
    assert manager_client.get(address).status_code == 302
    manager_client.post(address, {"text": "not mine"})
    with time_machine.travel(now() + timedelta(minutes=EDIT_MINUTES)):
        assert "It is as it was" in staff_client.post(address, {"text": "late"}, follow=True).content.decode()
    assert desk.hotel.order_notes.get().text == "Called, left word"


def test_a_deleted_note_stays_as_one_that_was_deleted(desk: Any, staff_client: Client, manager_client: Client) -> None:
    address = f"{NOTES}{note(desk, 'A secret').pk}/delete/"
    manager_client.post(address)
    assert desk.hotel.order_notes.get().text == "A secret"
    for _ in range(2):
        staff_client.post(address)
    page = text(staff_client)
    assert "A secret" not in page
    assert "A note, deleted by Staff" in page


@pytest.mark.parametrize("path", ["", "delete/"])
def test_a_note_of_another_order_or_organisation_is_not_there(desk: Any, staff_client: Client, path: str) -> None:
    write(desk.hotel, order(42))
    kept = write_note(desk.golf, desk.golf.orders.get(), desk.staff, "theirs", [], uuid4())
    other = write_note(desk.hotel, desk.hotel.orders.get(glu_id=42), desk.staff, "ours", [], uuid4())
    for pk in (kept.pk, other.pk):
        assert staff_client.post(f"{NOTES}{pk}/{path}", {"text": "x"}).status_code == 404
    assert {found.text for found in OrderNote.across_organisations.all()} == {"theirs", "ours"}


def test_a_note_on_another_order_under_the_number_is_told(desk: Any, staff_client: Client) -> None:
    note(desk)
    desk.hotel.order_notes.update(order_created_at=now())
    assert "another order that had this number" in text(staff_client)


def test_who_is_named_sees_it_and_ticks_it_off(desk: Any, manager_client: Client, viewer_client: Client) -> None:
    kept = note(desk, "@Manager @Viewer please look")
    page = unescape(text(manager_client, LIST))
    assert "mentioned you on" in page
    assert f'href="{ORDER}#e-note-{kept.pk}"' in page
    mine, theirs = (kept.mentions.get(user=person).pk for person in (desk.manager, desk.viewer))
    assert manager_client.post(f"{LIST}{theirs}/done/").status_code == 404
    manager_client.post(f"{LIST}{mine}/done/")
    page = text(manager_client, LIST)
    assert "Nothing waits for you" in page
    assert "Ticked off" in page
    assert "Waiting" in text(viewer_client, LIST)
    manager_client.post(f"{LIST}{mine}/done/", {"again": "1"})
    assert "Nothing waits" not in text(manager_client, LIST)


def test_orders_with_a_note_can_be_asked_for(desk: Any, viewer_client: Client) -> None:
    write(desk.hotel, order(42))
    note_on = write_note(desk.hotel, desk.hotel.orders.get(glu_id=42), desk.staff, "Called", [], uuid4())
    assert note_on.order_glu_id == 42
    page = text(viewer_client, "/o/alder-house/orders/?has=note")
    assert "orders/42/" in page
    assert "orders/41/" not in page


def test_all_notes_are_listed_and_searched(desk: Any, viewer_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    write_note(desk.golf, desk.golf.orders.get(), desk.staff, "Theirs, blue ribbon", [], uuid4())
    first = note(desk, "Wants a <b>blue</b> ribbon")
    delete_note(note(desk, "Blue, deleted"), desk.staff)
    note(desk, "Called, no answer")
    page = text(viewer_client, LIST)
    assert page.index("Called, no answer") < page.index("Wants a &lt;b&gt;blue")
    assert "Nothing waits for you" in page
    assert "Theirs" not in page
    assert f'href="{ORDER}#e-note-{first.pk}"' in page
    found = text(viewer_client, f"{LIST}?q=BLUE")
    assert "Notes with BLUE" in found.partition("</title>")[0]
    assert "Wants a &lt;b&gt;blue" in found
    assert "no answer" not in found
    assert "Theirs" not in found
    assert "No note has these words" in text(viewer_client, f"{LIST}?q=green")
    monkeypatch.setattr("orders.views.notes.ON_A_PAGE", 1)
    assert f'href="{LIST}?q=&amp;page=2#all-notes"' in text(viewer_client, LIST)
    older = text(viewer_client, f"{LIST}?page=2")
    assert ("Wants a" in older, "no answer" in older) == (True, False)
    for odd in ("x", "-1", "0", "9" * 40, "\u0661"):
        assert "no answer" in text(viewer_client, f"{LIST}?page={odd}")


def test_the_list_says_which_orders_have_a_note(desk: Any, viewer_client: Client) -> None:
    write(desk.hotel, order(42))
    kept = write_note(desk.hotel, desk.hotel.orders.get(glu_id=42), desk.staff, "Called", [], uuid4())
    write_note(desk.golf, desk.golf.orders.get(), desk.staff, "Theirs", [], uuid4())
    rows = dict(re.findall(r'id="o(\d+)"(.*?)</tr>', text(viewer_client, "/o/alder-house/orders/"), re.S))
    assert ["Has a note" in rows[number] for number in ("41", "42")] == [False, True]
    delete_note(kept, desk.staff)
    assert "Has a note" not in text(viewer_client, "/o/alder-house/orders/")
