"""The mirror page, the chip and the banners: what is known, since when, and what needs somebody."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from glu_admin.keys import lifecycle
from orders.mirror.engine import run_slice
from orders.mirror.lines import LineStream
from orders.mirror.passes import connect, open_run
from orders.mirror.reading import read_run
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState
from orders.proof.banners import banners
from orders.proof.freshness import freshness
from orders.proof.report import mirror_report
from tests.conftest import HOTEL_KEY, accepted_key

MIRROR, LIST = "/o/alder-house/mirror/", "/o/alder-house/orders/"


def titles(organisation: Any) -> list[str]:
    return [banner.title for banner in banners(organisation)]


def test_from_no_key_to_up_to_date(session: Session, house: Any) -> None:
    organisation = session.organisation
    assert freshness(house.golf).words == "No key"
    assert freshness(organisation).tone == "blue"
    connect(session)
    assert next(read_run(session, open_run(session, MirrorRun.Pass.HISTORY), LineStream(session))).rows == 30
    copy = mirror_report(organisation).first_copy
    assert copy is not None
    assert copy.orders >= 30
    assert 0 <= (copy.percent or 0) < 60
    while run_slice(session, lambda: False):
        pass
    assert mirror_report(organisation).first_copy is None
    assert freshness(organisation).words.startswith("Up to date, ")
    assert titles(organisation) == []
    with time_machine.travel(now() + timedelta(minutes=20)):
        assert freshness(organisation).words == "20 mins ago, late"


@pytest.mark.parametrize(
    ("kind", "words", "title"),
    [
        ("unreachable", "Glu not reached", "Glu cannot be reached"),
        ("throttled", "slowed down", "Glu asked us to slow down"),
        ("failing", "trouble", "Glu does not answer as it should"),
        ("unreadable", "trouble", "Glu’s answers cannot be used"),
    ],
)
def test_trouble_changes_only_chip_and_banner(
    session: Session, viewer_client: Client, kind: str, words: str, title: str
) -> None:
    while run_slice(session, lambda: False):
        pass
    before = viewer_client.get(LIST).content.decode()
    MirrorState.across_organisations.filter(organisation=session.organisation).update(
        last_error="It said no.", last_error_kind=kind, last_error_at=now()
    )
    after = viewer_client.get(LIST).content.decode()
    assert words in freshness(session.organisation).words
    assert titles(session.organisation) == [title]
    assert title in after
    rows = [text[text.index("<tbody") : text.index("</tbody>")] for text in (before, after)]
    assert rows[0] == rows[1]
    assert "It said no." in viewer_client.get(MIRROR).content.decode()


def test_a_refused_key_is_told_to_everybody_and_managers_can_mend_it(
    session: Session, sandbox: Any, viewer_client: Client, manager_client: Client
) -> None:
    while run_slice(session, lambda: False):
        pass
    sandbox.world.shops["hotel"].faults.revoked = True
    MirrorState.across_organisations.filter(organisation=session.organisation).update(next_due_at=None)
    assert run_slice(session, lambda: False) is False
    assert freshness(session.organisation).words.endswith("key refused")
    assert not lifecycle.organisations_to_mirror().exists()
    for path in (LIST, MIRROR):
        page = viewer_client.get(path).content.decode()
        assert "Glu refuses this key" in page
        assert "Replace or retry" not in page
    assert "Replace or retry" in manager_client.get(LIST).content.decode()
    assert session.organisation.orders.count() == 130


def test_a_worker_or_broker_that_is_away_is_said(session: Session, house: Any) -> None:
    while run_slice(session, lambda: False):
        pass
    session.close()
    assert titles(session.organisation) == []
    lifecycle.set_key(house.golf, "new-key-12345", None)
    with time_machine.travel(now() + timedelta(minutes=10)):
        assert titles(session.organisation) == ["Copying stands still"]
        assert titles(house.golf) == ["Copying stands still"]


def test_set_aside_and_drift_are_listed(session: Session, sandbox: Any, viewer_client: Client) -> None:
    newest = dict(sandbox.truth("hotel")[0])
    lines = newest.pop("lines")
    sandbox.world.put("hotel", {**newest, "storeReference": "x", "dispatchStatus": "Teleported"}, lines)
    sandbox.world.put("hotel", {"id": "no-number", "createdAt": newest["createdAt"]}, [])
    while run_slice(session, lambda: False):
        pass
    page = viewer_client.get(MIRROR).content.decode()
    for shown in ("storeReference", "Teleported", "It has no id that can be read.", f"/orders/{newest['id']}/"):
        assert shown in page


def test_a_time_in_a_sentence_begins_with_a_small_letter(house: Any, manager_client: Client) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    lifecycle.pause(house.hotel)
    page = manager_client.get(MIRROR).content.decode()
    assert re.search(r"Copying is paused\.</bdi></p>.*?Since <time[^>]*>today \d\d:\d\d</time>\.", page, re.DOTALL)


def test_the_chip_alone(house: Any, viewer_client: Client) -> None:
    accepted_key(house.hotel, HOTEL_KEY)
    chip = viewer_client.get(f"{MIRROR}freshness/").content.decode()
    assert chip.split()[:2] == ["<a", 'class="fresh']
    assert "First copy" in chip
