"""Notes: whom they name, who may do what with them, and what they survive."""

import io
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glu_admin.tenancy.models import Role, User
from orders.desk.notes import (
    EDIT_MINUTES,
    NotYours,
    count_waiting,
    delete_note,
    edit_note,
    mentions_of,
    notes_of,
    parts_of,
    tick_off,
    write_note,
)
from orders.mirror.gone import mark_gone
from orders.models import OrderNote
from orders.payload import payload
from orders.search import OrderCriteria, count_orders
from tests.orders.builders import order, write


@pytest.fixture
def desk(house: Any) -> Any:
    """The house with order 41 in both organisations, and two people more whose names begin alike."""
    write(house.hotel, order(41))
    write(house.golf, order(41, createdAt="2026-10-01T09:00:00+00:00"))
    for name in ("Ann Lee", "Ann Leeds"):
        person = User.objects.create_user(f"{name.replace(' ', '.').lower()}@desk.example", None, name=name)
        house.hotel.memberships.create(user=person, role=Role.VIEWER)
    return house


def written(desk: Any, text: str, *chosen: str, token: UUID | None = None) -> OrderNote:
    picked = [held.pk for held in desk.hotel.memberships.filter(user__name__in=chosen)]
    return write_note(desk.hotel, desk.hotel.orders.get(), desk.staff, text, picked, token or uuid4())


def told(note: OrderNote) -> set[str]:
    return set(note.mentions.values_list("user__name", flat=True))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ann Lee please call", {"Ann Lee"}),
        ("@ann   LEEDS", {"Ann Leeds"}),
        ("(@Ann Lee, @Manager)", {"Ann Lee", "Manager"}),
        ("@Ann Leeson", set()),
        ("@Ann", set()),
        ("x@Ann Lee and ann.lee@desk.example", set()),
        ("@Outsider", set()),
        ("@Ann Lee @Ann Lee", {"Ann Lee"}),
        ("@Staff myself", {"Staff"}),
    ],
)
def test_whom_a_text_names(desk: Any, text: str, names: set[str]) -> None:
    note = written(desk, text)
    assert told(note) == names
    assert "".join(part.text for part in parts_of(note)) == note.text
    assert {" ".join(part.text.split()).lower() for part in parts_of(note) if part.is_mention} == {
        f"@{name.lower()}" for name in names
    }


def test_who_is_chosen_is_named_at_the_end(desk: Any) -> None:
    note = written(desk, "Look at this, @Manager", "Ann Leeds", "Manager")
    assert note.text == "Look at this, @Manager @Ann Leeds"
    assert told(note) == {"Manager", "Ann Leeds"}
    assert [part.text for part in parts_of(note) if part.is_mention] == ["@Manager", "@Ann Leeds"]


def test_somebody_without_a_name_is_named_by_address(desk: Any) -> None:
    User.objects.filter(pk=desk.viewer.pk).update(name="")
    assert note_names(written(desk, "@viewer@desk.example look")) == {"viewer@desk.example"}


def note_names(note: OrderNote) -> set[str]:
    return {str(mention.user) for mention in note.mentions.all()}


def test_nobody_of_another_organisation_and_nobody_who_cannot_sign_in_is_told(desk: Any) -> None:
    User.objects.filter(name="Ann Lee").update(is_active=False)
    strangers = [held.pk for held in desk.golf.memberships.all()]
    note = write_note(desk.hotel, desk.hotel.orders.get(), desk.staff, "@Ann Lee @Outsider", strangers, uuid4())
    assert told(note) == set()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.lists(st.sampled_from(["Ann Lee", "Ann Leeds", "Manager"]), max_size=2))
def test_any_text_is_kept_and_parted_without_loss(desk: Any, text: str, chosen: list[str]) -> None:
    note = written(desk, text, *chosen)
    note.refresh_from_db()
    assert "".join(part.text for part in parts_of(note)) == note.text
    assert told(note) >= set(chosen)


def test_a_form_that_is_sent_twice_is_one_note(desk: Any) -> None:
    token = uuid4()
    first, second = (written(desk, "@Manager", token=token) for _ in range(2))
    assert first.pk == second.pk
    assert desk.hotel.order_notes.count() == desk.hotel.note_mentions.count() == 1


def test_only_the_writer_corrects_and_only_for_a_while(desk: Any) -> None:
    note = written(desk, "@Ann Lee")
    with pytest.raises(NotYours):
        edit_note(note, desk.manager, "mine now", [])
    edit_note(note, desk.staff, "@Manager, not Ann", [])
    assert (told(note), note.edited_at is None) == ({"Manager"}, False)
    with time_machine.travel(note.written_at + timedelta(minutes=EDIT_MINUTES)), pytest.raises(NotYours):
        edit_note(note, desk.staff, "too late", [])
    note.refresh_from_db()
    assert note.text == "@Manager, not Ann"


def test_a_correction_keeps_what_was_ticked_off(desk: Any) -> None:
    note = written(desk, "@Manager")
    tick_off(note.mentions.get(), done=True)
    edit_note(note, desk.staff, "@Manager again", [])
    assert count_waiting(desk.hotel, desk.manager) == 0


def test_a_deleted_note_says_nothing_and_tells_nobody(desk: Any) -> None:
    note = written(desk, "A secret for @Manager")
    with pytest.raises(NotYours):
        delete_note(note, desk.manager)
    delete_note(note, desk.staff)
    note.refresh_from_db()
    assert (note.text, note.mentioned, note.deleted_at is None, told(note)) == ("", "", False, set())
    with pytest.raises(NotYours):
        delete_note(note, desk.staff)
    assert count_orders(desk.hotel, OrderCriteria(has=("note",))).n == 0


def test_whoever_is_named_has_a_list_of_their_own(desk: Any) -> None:
    note = written(desk, "@Manager")
    written(desk, "@Viewer")
    assert [mention.note_id for mention in mentions_of(desk.hotel, desk.manager)] == [note.pk]
    assert count_waiting(desk.hotel, desk.manager) == 1
    assert count_waiting(desk.golf, desk.manager) == 0
    mention = mentions_of(desk.hotel, desk.manager).get()
    tick_off(mention, done=True)
    assert count_waiting(desk.hotel, desk.manager) == 0
    tick_off(mention, done=False)
    assert count_waiting(desk.hotel, desk.manager) == 1


def test_notes_survive_what_the_mirror_does(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read again, gone and back, put back from a file after the rows were lost: the notes are the order's."""
    written(desk, "Called on Tuesday")
    write(desk.hotel, order(41, updatedAt="2026-11-02T10:00:00+00:00", total=5))
    assert _texts(desk) == ["Called on Tuesday"]
    mark_gone(desk.hotel, list(desk.hotel.orders.all()), datetime(2026, 11, 3, tzinfo=UTC))
    assert _texts(desk) == ["Called on Tuesday"]
    write(desk.hotel, order(41, updatedAt="2026-11-04T10:00:00+00:00"))
    assert _texts(desk) == ["Called on Tuesday"]
    row, before = payload(desk.hotel.orders.get()), desk.hotel.orders.get().pk
    desk.hotel.orders.all().delete()
    write(desk.hotel, order(7))  # so that the row comes back under another key
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(row).encode()), "utf-8"))
    call_command("import_orders", "alder-house", stderr=io.StringIO())
    assert desk.hotel.orders.get(glu_id=41).pk != before
    assert _texts(desk) == ["Called on Tuesday"]
    assert count_orders(desk.hotel, OrderCriteria(has=("note",))).n == 1


def _texts(desk: Any) -> list[str]:
    return [note.text for note in notes_of(desk.hotel, desk.hotel.orders.get(glu_id=41))]
