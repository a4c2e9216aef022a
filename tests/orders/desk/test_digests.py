"""The daily digest: off until switched on, once on each working morning, quiet where nothing is to be said."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from glu_admin.tenancy.models import Membership, Organisation
from orders.desk.digests import digest_text, send_due, switch_off, switch_on
from orders.models import DeskSettings, Digest
from orders.tasks import send_digest, tick
from tests.orders.builders import EPOCH, LONG_AGO, moved, placed, put

FRIDAY = EPOCH
_TO_SEND = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "customerName": "Ann Ash"}


@pytest.fixture(autouse=True)
def clock(house: Any, settings: Any) -> Any:
    settings.EMAIL_URL, settings.PUBLIC_URL = "memory://", "https://desk.example"
    Membership.across_organisations.update(created_at=LONG_AGO)
    with time_machine.travel(FRIDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def me(house: Any) -> Membership:
    """The viewer of the hotel, whose two orders need somebody."""
    for organisation in (house.hotel, house.golf):
        put(organisation, LONG_AGO, *(placed(glu_id, LONG_AGO, **_TO_SEND) for glu_id in (1, 2)))
    found: Membership = house.hotel.memberships.get(user=house.viewer)
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def work() -> None:
    """What the tick and the workers do, each hint twice."""
    for pk in list(Digest.across_organisations.filter(due_at__lte=datetime.now(UTC)).values_list("pk", flat=True)):
        send_digest(pk)
        send_digest(pk)


def test_it_is_off_until_it_is_switched_on_and_off_again(me: Membership, clock: Any) -> None:
    assert not Digest.across_organisations.exists()
    switch_on(me, 7)
    switch_on(me, 8)
    assert Digest.across_organisations.get().due_at == at("2026-11-23T08:00:00+00:00")  # Monday
    switch_off(me)
    clock.move_to(at("2026-11-23T08:00:00+00:00"))
    work()
    assert mail.outbox == []


def test_it_has_numbers_that_are_those_of_their_links_and_no_names(
    house: Any, me: Membership, clock: Any, viewer_client: Client, settings: Any
) -> None:
    switch_on(me, 8)
    put(house.hotel, FRIDAY, moved(1, FRIDAY, LONG_AGO, **_TO_SEND, total=7), placed(3, FRIDAY, **_TO_SEND))
    clock.move_to(at("2026-11-23T08:00:00+00:00"))
    put(house.hotel, at("2026-11-23T07:59:00+00:00"), moved(2, FRIDAY, LONG_AGO, **_TO_SEND, total=8))
    Digest.across_organisations.update(told_at=FRIDAY - timedelta(hours=1))
    work()
    (sent,) = mail.outbox
    body = str(sent.body)
    assert sent.to == ["viewer@desk.example"]
    assert "Ash" not in f"{sent.subject}{body}"
    assert "£" not in body
    assert re.search(r"^- 3 orders new or changed since Fri 20 Nov 11:00$", body, re.M)
    told = re.findall(r"^- (?:[^:\n]+: )?(\d+)\b.*\n  https://desk\.example(\S+)", body, re.M)
    assert len(told) == 3  # to dispatch, late, changed
    settings.PUBLIC_URL = ""
    viewer_client.force_login(house.viewer)  # days later
    for number, path in told:
        assert len(re.findall(r' id="o\d+"', viewer_client.get(path).text)) == int(number), path
    assert body.endswith("  https://desk.example/profile/\n")


def test_every_working_morning_has_one_and_no_other_day(me: Membership, clock: Any) -> None:
    switch_on(me, 7)
    days = []
    for minutes in range(0, 8 * 24 * 60, 30):
        clock.move_to(FRIDAY + timedelta(minutes=minutes))
        before = len(mail.outbox)
        work()
        days += [f"{FRIDAY + timedelta(minutes=minutes):%a %H:%M}"] * (len(mail.outbox) - before)
    assert days == ["Mon 07:00", "Tue 07:00", "Wed 07:00", "Thu 07:00", "Fri 07:00"]


@pytest.mark.parametrize(
    ("eve", "due"),
    [
        ("2026-03-28T12:00:00+00:00", "2026-03-29T06:00:00+00:00"),
        ("2026-10-24T12:00:00+01:00", "2026-10-25T07:00:00+00:00"),
    ],
)
def test_the_morning_after_the_clocks_change_is_at_the_hour_of_that_day(
    me: Membership, clock: Any, eve: str, due: str
) -> None:
    DeskSettings.across_organisations.create(organisation=me.organisation, weekdays="1234567")
    clock.move_to(at(eve))
    switch_on(me, 7)
    assert Digest.across_organisations.get().due_at == at(due)
    clock.move_to(at(due))
    work()
    assert len(mail.outbox) == 1


def test_of_two_workers_that_hold_the_same_row_one_sends(me: Membership, clock: Any) -> None:
    switch_on(me, 7)
    clock.move_to(at("2026-11-23T07:00:00+00:00"))
    held = [Digest.across_organisations.select_related("organisation").get() for _ in range(2)]
    for digest in held:
        send_due(digest)
    assert len(mail.outbox) == 1


def test_what_could_not_be_sent_is_sent_later_that_day_and_not_on_another(
    me: Membership, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_on(me, 7)
    with monkeypatch.context() as broken:
        broken.setattr("glu_admin.tenancy.mail.send", lambda *_: False)
        clock.move_to(at("2026-11-23T07:00:00+00:00"))
        work()
    work()
    assert mail.outbox == []  # a while later
    clock.shift(timedelta(minutes=15))
    work()
    assert len(mail.outbox) == 1
    clock.move_to(at("2026-11-24T23:30:00+00:00"))  # no worker had been there since the morning
    work()
    assert len(mail.outbox) == 2
    clock.move_to(at("2026-11-26T03:00:00+00:00"))  # nor all of Wednesday
    work()
    assert len(mail.outbox) == 2
    assert Digest.across_organisations.get().due_at == at("2026-11-26T07:00:00+00:00")


def test_a_quiet_day_has_none(house: Any, me: Membership, clock: Any) -> None:
    due, moment = {"dispatchStatus": "Scheduled", "scheduledDeliveryAt": "2026-11-30T09:00:00Z"}, FRIDAY
    switch_on(me, 7)
    assert digest_text(house.hotel, moment, moment)
    house.hotel.orders.all().delete()
    put(house.hotel, LONG_AGO, placed(5, LONG_AGO, **{**_TO_SEND, **due}))  # only scheduled
    assert not digest_text(house.hotel, moment, moment)
    clock.move_to(at("2026-11-23T07:00:00+00:00"))
    work()
    assert mail.outbox == []
    digest = Digest.across_organisations.get()
    assert (digest.due_at, digest.told_at) == (at("2026-11-24T07:00:00+00:00"), at("2026-11-23T07:00:00+00:00"))


@pytest.mark.parametrize("lost", ["membership", "account", "person", "organisation"])
def test_who_has_left_gets_none(house: Any, me: Membership, clock: Any, lost: str) -> None:
    switch_on(me, 7)
    match lost:
        case "membership":
            me.delete()
            house.golf.memberships.create(user=house.viewer)
        case "account":
            house.viewer.is_active = False
            house.viewer.save()
        case "person":
            house.viewer.delete()
        case "organisation":
            Organisation.objects.filter(pk=house.hotel.pk).delete()
    clock.move_to(at("2026-11-23T07:00:00+00:00"))
    work()
    assert mail.outbox == []
    assert Digest.across_organisations.exists() == (lost == "account")


def test_the_tick_hints_what_is_due(
    me: Membership, clock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("glu_admin.hints._send", lambda name, args, queue, *_: sent.append((name, args, queue)))
    switch_on(me, 7)
    clock.move_to(at("2026-11-23T07:00:00+00:00"))
    digest = Digest.across_organisations.get()
    for url, hinted in (("", False), ("memory://", True)):
        settings.EMAIL_URL = url
        with django_capture_on_commit_callbacks(execute=True):
            tick()
        assert (("orders.send_digest", (digest.pk,), "bulk") in sent) == hinted
