"""A key's life: tried before it is used, refused, replaced, paused; and never seen again."""

import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.timezone import now

from glu_admin.keys import lifecycle
from glu_admin.keys.models import GluKey
from glu_admin.keys.tasks import try_key
from glu_admin.keys.vault import NoUsableKey, client_for
from glu_admin.sandbox.server import RunningSandbox
from glu_admin.tenancy.models import Organisation
from tests.conftest import GOLF_KEY, HOTEL_KEY, accepted_key

State, Slot = GluKey.State, GluKey.Slot
PAGE = "/o/alder-house/key/"


def test_a_good_key_is_tried_and_then_used(house: Any, sandbox: RunningSandbox) -> None:
    key = lifecycle.set_key(house.hotel, HOTEL_KEY, house.manager)
    with pytest.raises(NoUsableKey):
        client_for(house.hotel)
    assert lifecycle.keys_to_try() == [key.pk]
    try_key(key.pk)
    current = lifecycle.current_key(house.hotel)
    assert current is not None
    assert (current.pk, current.state, current.last_four) == (key.pk, State.ACCEPTED, "0001")
    assert client_for(house.hotel).get("/organisation").data["name"] == "Alder House"
    assert list(lifecycle.organisations_to_mirror()) == [house.hotel]


def test_a_refused_key_never_replaces_a_working_one(house: Any, sandbox: RunningSandbox) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    wrong = lifecycle.set_key(house.hotel, "a-wrong-key-9999", house.manager)
    try_key(wrong.pk)
    wrong.refresh_from_db()
    assert (wrong.slot, wrong.state) == (Slot.CANDIDATE, State.REFUSED)
    assert lifecycle.keys_to_try() == []
    assert client_for(house.hotel).get("/organisation").data["name"] == "Alder House"


def test_a_key_tried_twice_at_once_is_used_and_one_replaced_meanwhile_is_not(house: Any) -> None:
    lifecycle.set_key(house.hotel, "first-key-0001", None)
    first, again = (GluKey.across_organisations.get(organisation=house.hotel) for _ in range(2))
    for key in (first, again):
        lifecycle.record_trial(key, State.ACCEPTED)
    lifecycle.set_key(house.hotel, "second-key-0002", None)
    replaced = GluKey.across_organisations.get(organisation=house.hotel, slot=Slot.CANDIDATE)
    lifecycle.set_key(house.hotel, "third-key-0003", None)
    lifecycle.record_trial(replaced, State.ACCEPTED)
    slots = house.hotel.glu_keys.order_by("pk").values_list("slot", "state", "last_four")
    assert list(slots) == [("current", "accepted", "0001"), ("candidate", "trying", "0003")]


def test_an_unreachable_glu_is_tried_again_later(house: Any, settings: Any) -> None:
    settings.GLU_API_URL = "http://127.0.0.1:9"
    settings.GLU_RETRIES = 0
    key = lifecycle.set_key(house.hotel, HOTEL_KEY, None)
    try_key(key.pk)
    key.refresh_from_db()
    assert (key.state, key.slot) == (State.UNREACHABLE, Slot.CANDIDATE)
    assert key.try_again_at is not None
    assert lifecycle.keys_to_try() == []
    GluKey.across_organisations.update(try_again_at=None)
    assert lifecycle.keys_to_try() == [key.pk]


def test_a_key_refused_in_use_pauses_only_its_organisation_and_tells_managers_once(house: Any, settings: Any) -> None:
    settings.EMAIL_URL, settings.EMAIL_BACKEND = "x", "django.core.mail.backends.locmem.EmailBackend"
    key = accepted_key(house.hotel, HOTEL_KEY)
    accepted_key(house.golf, GOLF_KEY)
    for _ in range(2):
        lifecycle.mark_refused(house.hotel, key.pk, "Glu refused the key.")
    assert [message.to for message in mail.outbox] == [["manager@desk.example"]]
    assert HOTEL_KEY not in str(mail.outbox[0].message())
    assert list(lifecycle.organisations_to_mirror()) == [house.golf]
    lifecycle.resume(house.hotel)
    assert lifecycle.keys_to_try() == [lifecycle.current_key(house.hotel).pk]  # type: ignore[union-attr]


def test_a_rejected_key_is_tried_again_by_itself_ever_more_slowly(
    house: Any, sandbox: RunningSandbox, settings: Any
) -> None:
    key = accepted_key(house.hotel, HOTEL_KEY)
    sandbox.world.shops["hotel"].faults.revoked = True
    begun = now()
    with time_machine.travel(begun, tick=False) as clock:
        lifecycle.mark_refused(house.hotel, key.pk, "Glu refused the key.")
        waits = []
        for _ in range(12):
            assert lifecycle.keys_to_try() == []
            key.refresh_from_db()
            assert key.try_again_at is not None
            waits.append(int((key.try_again_at - now()).total_seconds() / 60))
            clock.move_to(key.try_again_at)
            assert lifecycle.keys_to_try() == [key.pk]
            try_key(key.pk)
        assert waits == [2, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]
        key.refresh_from_db()
        assert (key.state, key.rejected_at) == (State.REFUSED, begun)
        lifecycle.pause(house.hotel)
        clock.shift(timedelta(days=1))
        assert lifecycle.keys_to_try() == []  # nothing is asked while it is paused
        lifecycle.resume(house.hotel)
        sandbox.world.shops["hotel"].faults.revoked = False
        try_key(key.pk)
    key.refresh_from_db()
    assert (key.state, key.rejected_at, key.try_again_at) == (State.ACCEPTED, None, None)


def test_a_new_key_that_was_refused_in_passing_is_accepted_later(house: Any, sandbox: RunningSandbox) -> None:
    sandbox.world.shops["hotel"].faults.revoked = True
    key = lifecycle.set_key(house.hotel, HOTEL_KEY, None)
    try_key(key.pk)
    sandbox.world.shops["hotel"].faults.revoked = False
    try_key(key.pk)  # a message that came twice: its time has not come
    key.refresh_from_db()
    assert (key.slot, key.state) == (Slot.CANDIDATE, State.REFUSED)
    GluKey.across_organisations.update(try_again_at=now())
    try_key(key.pk)
    key.refresh_from_db()
    assert (key.slot, key.state) == (Slot.CURRENT, State.ACCEPTED)


@pytest.mark.parametrize("name", ["Alder\nHouse", "Alder\r\nBcc: a@desk.example", "Alder\u2028House"])
def test_a_line_break_in_a_name_stops_no_mail(house: Any, settings: Any, name: str) -> None:
    settings.EMAIL_URL, settings.EMAIL_BACKEND = "x", "django.core.mail.backends.locmem.EmailBackend"
    type(house.hotel).objects.filter(pk=house.hotel.pk).update(name=name)
    house.hotel.refresh_from_db()
    lifecycle.mark_refused(house.hotel, accepted_key(house.hotel, HOTEL_KEY).pk, "Glu refused the key.")
    [message] = mail.outbox
    assert message.message()["Subject"] == f"Glu refuses the key of {' '.join(name.split())}"
    assert message.recipients() == ["manager@desk.example"]


def test_a_worker_with_the_old_key_does_not_have_the_new_one_refused(house: Any) -> None:
    old = accepted_key(house.hotel, HOTEL_KEY)
    accepted_key(house.hotel, HOTEL_KEY + "-new")
    lifecycle.mark_refused(house.hotel, old.pk, "Glu refused the key.")
    assert list(lifecycle.organisations_to_mirror()) == [house.hotel]


def test_pause_and_resume(house: Any) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    lifecycle.pause(house.hotel)
    assert not lifecycle.organisations_to_mirror().exists()
    with pytest.raises(NoUsableKey, match="paused"):
        client_for(house.hotel)
    lifecycle.resume(house.hotel)
    assert lifecycle.organisations_to_mirror().exists()


@pytest.mark.parametrize("secret", ["", "short", "two words here", "ключ-ключ-ключ", "x" * 600, "line\nbreak-in-it"])
def test_what_cannot_be_a_key_is_said(house: Any, secret: str) -> None:
    with pytest.raises(lifecycle.InvalidKey, match="one word"):
        lifecycle.set_key(house.hotel, secret, None)
    assert not GluKey.across_organisations.exists()


def test_the_page_never_gives_a_key_back(house: Any, manager_client: Client) -> None:
    secret = "planted-secret-key-7777"
    pages = [manager_client.post(f"{PAGE}set/", {"secret": secret}, follow=True)]
    pages.append(manager_client.post(f"{PAGE}set/", {"secret": f"{secret} {secret}"}))
    for path in (PAGE, "/o/alder-house/mirror/", "/o/alder-house/orders/", f"{PAGE}remove/"):
        pages.append(manager_client.get(path))
    for page in pages:
        assert secret not in page.content.decode()
    assert "…7777" in pages[2].content.decode()
    key = GluKey.across_organisations.get()
    assert secret not in f"{key!r} {key} {key.token} {vars(key)}"
    assert key.set_by == house.manager


def test_remove_asks_first_and_keeps_the_orders(house: Any, manager_client: Client) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    manager_client.get(f"{PAGE}remove/")
    assert GluKey.across_organisations.exists()
    manager_client.post(f"{PAGE}remove/")
    assert not GluKey.across_organisations.exists()


def add(monkeypatch: pytest.MonkeyPatch, secret: str, *arguments: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    call_command("organisation_add", *arguments)


def key(monkeypatch: pytest.MonkeyPatch, secret: str, *arguments: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    call_command("organisation_key", "alder-house", *arguments)


def test_organisation_add_tries_the_key_while_one_waits(
    db: None, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match=r"Glu refuses the key ending in 9999\. Nothing was added"):
        add(monkeypatch, "any-word-9999", "Alder House")
    assert not Organisation.objects.exists()
    add(monkeypatch, HOTEL_KEY, "Alder\nHouse")
    assert "Glu accepts the key ending in 0001, of Alder House (5)." in capsys.readouterr().out
    assert Organisation.objects.get().name == "Alder House"
    with pytest.raises(CommandError, match="organisation_key alder-house"):
        add(monkeypatch, HOTEL_KEY, "Alder House", "--slug", "alder-house")
    with pytest.raises(CommandError, match="in use for another organisation here"):
        add(monkeypatch, HOTEL_KEY, "Alder House", "--slug", "alder-again")
    assert Organisation.objects.count() == 1


def test_organisation_add_without_glu_says_that_it_was_not_asked(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.GLU_API_URL, settings.GLU_RETRIES = "http://127.0.0.1:9", 0
    add(monkeypatch, HOTEL_KEY, "Alder House")
    assert "Glu could not be asked about the key ending in 0001" in capsys.readouterr().out
    assert Organisation.objects.get().glu_keys.get().state == State.UNREACHABLE


def test_organisation_key_takes_one_that_glu_accepts(
    house: Any, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key(monkeypatch, HOTEL_KEY)
    assert "Glu accepts the key ending in 0001" in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"Glu refuses the key ending in 9999\. The key ending in 0001 stays in use"):
        key(monkeypatch, "any-word-9999")
    call_command("organisation_key", "alder-house", "--show")
    shown = capsys.readouterr().out
    assert "In use: ends in 0001, set " in shown
    assert "opens Alder House (5)" in shown
    assert "Being tried: ends in 9999, set " in shown
    assert HOTEL_KEY not in shown
    assert "any-word" not in shown
    with pytest.raises(CommandError, match="Glu refuses"):
        key(monkeypatch, "", "--retry")
    for secret, words in (("", "No key came"), ("two words here", "one word"), ("x", "one word")):
        with pytest.raises(CommandError, match=words):
            key(monkeypatch, secret)
    call_command("organisation_key", "alder-house", "--remove")
    assert not house.hotel.glu_keys.exists()
    for flag in ("--remove", "--retry"):
        with pytest.raises(CommandError, match="There is no key"):
            key(monkeypatch, "", flag)
    with pytest.raises(CommandError, match="no organisation"):
        call_command("organisation_key", "nowhere")


def test_organisation_key_tries_again(house: Any, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.world.shops["hotel"].faults.revoked = True
    with pytest.raises(CommandError, match="Glu refuses"):
        key(monkeypatch, HOTEL_KEY)
    sandbox.world.shops["hotel"].faults.revoked = False
    key(monkeypatch, "", "--retry")
    current = lifecycle.current_key(house.hotel)
    assert current is not None
    assert current.state == State.ACCEPTED


def test_organisation_add_reads_the_key_from_standard_input(
    db: None, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(monkeypatch, HOTEL_KEY, "Alder House", "--slug", "alder")
    assert Organisation.objects.get(slug="alder").glu_keys.get().last_four == "0001"
    for secret, arguments in (
        (HOTEL_KEY, ("Other", "--slug", "alder")),
        (HOTEL_KEY, ("Other", "--slug", "not a slug")),
        ("bad", ("Other", "--slug", "other")),
        (HOTEL_KEY, ("Other", "--slug", "other", "--timezone", "Mars/Olympus")),
    ):
        with pytest.raises(CommandError):
            add(monkeypatch, secret, *arguments)
    assert Organisation.objects.count() == 1
