"""Refresh this range: the list says how the last reading of exactly its days goes, and went."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from glu_admin.keys.models import GluKey
from glu_admin.sandbox.server import RunningSandbox
from glu_admin.tenancy.models import Organisation
from orders.mirror.session import Session
from orders.models import MirrorRun, MirrorState
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.builders import order, write
from tests.orders.mirroring import mirror_everything

LIST = "/o/alder-house/orders/"
DAYS = "created=2026-11-01..2026-11-02"


def shown(client: Client, query: str = DAYS) -> str:
    """The range's own element, from its id on."""
    text = client.get(f"{LIST}?{query}").content.decode()
    return spaced(text[text.index('id="range"') :].partition("</div>")[0])


def spaced(text: str) -> str:
    return " ".join(text.split())


def polled(client: Client) -> str:
    """What the list's own question while a range is read is answered with."""
    headers = {"HX-Request": "true", "HX-Target": "range"}
    return spaced(client.get(f"{LIST}?{DAYS}", headers=headers).content.decode())


@pytest.fixture
def run(house: Any, staff_client: Client) -> MirrorRun:
    """A reading of these days that staff asked for."""
    accepted_key(house.hotel, HOTEL_KEY)
    write(house.hotel, order(41))
    staff_client.post(f"{LIST}check/", {"query": DAYS})
    return house.hotel.mirror_runs.get()  # type: ignore[no-any-return]


def test_it_is_told_from_the_asking_to_the_end(run: MirrorRun, viewer_client: Client) -> None:
    assert "wait to be read again" in shown(viewer_client)
    assert "every 2s" in shown(viewer_client)
    run.requests, run.rows, run.error = 1, 30, "Glu could not be reached."
    run.save()
    words = shown(viewer_client)
    assert "being read again at Glu, but the last attempt failed: Glu could not be reached." in words
    run.error = ""
    run.save()
    assert "being read again at Glu: 0 changed, 0 new so far." in shown(viewer_client)
    assert "every 2s" in polled(viewer_client)
    assert "<table" not in polled(viewer_client)
    run.rows, run.changed, run.created, run.missing, run.error = 31, 2, 1, 3, ""
    finished_at = datetime(2026, 11, 20, 12, tzinfo=UTC)  # no digits of a clock that runs look like the rows
    run.state, run.finished_at, run.flags = MirrorRun.State.COMPLETE, finished_at, "tie_overflow"
    run.save()
    words = "2 changed, 1 new, 3 not listed. 1 order of these days is here. In doubt: more orders in one second"
    assert words in shown(viewer_client)
    assert "31" not in shown(viewer_client)  # rows that were read: more days than these, and some of them twice
    assert "hx-get" not in shown(viewer_client)
    assert words in polled(viewer_client)
    assert 'hx-trigger="load"' in polled(viewer_client)  # once, for the rows that moved


def test_asking_for_it_leaves_no_word_that_grows_old(run: MirrorRun, staff_client: Client) -> None:
    answer = staff_client.post(f"{LIST}check/", {"query": DAYS}, follow=True)
    assert not list(answer.context["messages"])
    assert "wait to be read again" in spaced(answer.content.decode())


@pytest.mark.usefixtures("still_clock")
def test_it_says_what_it_waits_for_and_until_when(run: MirrorRun, viewer_client: Client, house: Any) -> None:
    run.requests, run.error, run.wait_until = 1, "Glu’s answer was not JSON.", now() + timedelta(seconds=40)
    run.save()
    words = re.sub("<[^>]+>", "", shown(viewer_client))
    assert "the last attempt failed: Glu’s answer was not JSON. Next try in 40 secs." in words
    state = MirrorState.across_organisations.create(
        organisation=house.hotel, wait_until=now() + timedelta(minutes=5), last_error="Glu is away."
    )
    words = re.sub("<[^>]+>", "", shown(viewer_client))
    assert "wait to be read again at Glu: Glu is away. Next try in 5 mins." in words
    state.delete()
    house.hotel.glu_keys.update(state=GluKey.State.REFUSED)
    words = shown(viewer_client)
    assert "wait to be read again at Glu: Glu refuses the key." in words
    assert "Next try" not in words


def test_a_failure_is_told(run: MirrorRun, viewer_client: Client) -> None:
    run.state, run.finished_at, run.error = MirrorRun.State.FAILED, now(), "Glu did not list the newest first."
    run.save()
    assert ": Glu did not list the newest first." in shown(viewer_client)
    assert "hx-get" not in shown(viewer_client)


@pytest.mark.parametrize("query", ["", "created=2026-11-01", "created=2026-11-01..", "created=2026-02-30"])
def test_other_days_were_not_read(run: MirrorRun, viewer_client: Client, query: str) -> None:
    assert "<p" not in shown(viewer_client, query)


def test_another_organisations_reading_is_not_told(run: MirrorRun, outsider_client: Client, house: Any) -> None:
    write(house.golf, order(41))
    assert "These days" not in outsider_client.get(f"/o/brae-links/orders/?{DAYS}").content.decode()


def test_a_whole_reading(session: Session, sandbox: RunningSandbox, staff_client: Client) -> None:
    mirror_everything(session)
    hotel: Organisation = session.organisation
    row = dict(sandbox.truth("hotel")[20])
    lines = row.pop("lines")
    sandbox.world.put("hotel", {**row, "total": 1}, lines)
    day = f"{datetime.fromisoformat(row['createdAt']).astimezone(hotel.zone):%Y-%m-%d}"
    staff_client.post(f"{LIST}check/", {"query": f"created={day}"})
    mirror_everything(session)
    assert "1 changed, 0 new." in shown(staff_client, f"created={day}")
