"""The first copy: over once what was there then is here, and never back; its rate is that of late."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState
from orders.proof.first_copy import FirstCopy, first_copy
from orders.proof.freshness import freshness
from tests.conftest import HOTEL_KEY, accepted_key
from tests.orders.builders import EPOCH, order, run, write

LIST = "/o/alder-house/orders/"


def copying(organisation: Organisation) -> FirstCopy | None:
    return first_copy(organisation, MirrorState.across_organisations.get(organisation=organisation))


@pytest.fixture
def hotel(house: Any) -> Organisation:
    """Alder House with two orders of its first copy, the lines of one of which were never read; polled a moment ago."""
    accepted_key(house.hotel, HOTEL_KEY)
    write(house.hotel, order(41), order(42))
    house.hotel.orders.filter(glu_id=42).update(lines_copied_at=None, lines_due_at=EPOCH)
    house.hotel.orders.update(copied_at=EPOCH, first_copied_at=EPOCH)
    complete_at = EPOCH + timedelta(hours=1)
    MirrorState.across_organisations.create(
        organisation=house.hotel, history_started_at=EPOCH, history_complete_at=complete_at, next_due_at=now()
    )
    run(house.hotel, MirrorRun.Pass.CHANGES, now())
    return house.hotel  # type: ignore[no-any-return]


def test_it_goes_on_until_the_lines_of_then_are_read(hotel: Organisation) -> None:
    copy = copying(hotel)
    assert copy is not None
    assert (copy.due_lines, copy.orders) == (1, 2)
    assert freshness(hotel).words.startswith("First copy")
    hotel.orders.update(lines_copied_at=now(), lines_due_at=None)
    assert copying(hotel) is None


def test_it_is_over_when_what_is_left_cannot_be_read(hotel: Organisation) -> None:
    hotel.orders.filter(glu_id=42).update(lines_error="Glu answered 418, which was not expected.")
    assert copying(hotel) is None
    write(hotel, order(42, updatedAt="2026-11-21T10:00:00+00:00", total=7))  # a new version, tried anew
    hotel.orders.filter(glu_id=42).update(lines_copied_at=None, lines_due_at=now(), copied_at=now())
    assert hotel.orders.get(glu_id=42).lines_error == ""
    assert copying(hotel) is None


def test_a_new_order_does_not_bring_it_back(hotel: Organisation, viewer_client: Client) -> None:
    hotel.orders.update(lines_copied_at=now(), lines_due_at=None)
    write(hotel, order(43))
    hotel.orders.filter(glu_id=43).update(
        first_copied_at=now(), copied_at=now(), lines_copied_at=None, lines_due_at=now()
    )
    assert copying(hotel) is None
    assert freshness(hotel).words.startswith("Up to date")
    assert "First copy" not in viewer_client.get("/o/alder-house/mirror/").content.decode()


def test_the_rate_is_of_late_and_left_out_until_it_is_known(hotel: Organisation) -> None:
    state = MirrorState.across_organisations.get(organisation=hotel)
    state.history_complete_at, state.history_started_at = None, now() - timedelta(days=3)
    history = run(hotel, MirrorRun.Pass.HISTORY, now(), state=MirrorRun.State.RUNNING, requests=1000)
    begun = now()
    for seconds, requests, rate in ((0, 1000, None), (5, 1050, None), (20, 1200, 10.0), (30, 1300, 10.0)):
        history.requests = requests
        history.save()
        with time_machine.travel(begun + timedelta(seconds=seconds), tick=False):
            copy = first_copy(hotel, state)
        assert copy is not None
        assert copy.requests_per_second == (pytest.approx(rate) if rate else None)
    with time_machine.travel(begun + timedelta(hours=1), tick=False):
        copy = first_copy(hotel, state)
    assert copy is not None
    assert copy.left is None


def test_a_filter_that_finds_nothing_is_not_the_first_copy_once_the_orders_are_here(
    hotel: Organisation, viewer_client: Client
) -> None:
    assert "No order matches" in viewer_client.get(f"{LIST}?dispatch=Failed").content.decode()
    assert "First copy running" in viewer_client.get(f"{LIST}?q=teapot").content.decode()  # may be in a line
    MirrorState.across_organisations.update(history_complete_at=None, history_started_at=None)
    assert "First copy running" in viewer_client.get(f"{LIST}?dispatch=Failed").content.decode()


@pytest.mark.parametrize(
    ("reached", "at", "percent"),
    [
        (4000, 90, None),  # beyond the oldest that was found: that was not the oldest
        (4500, 60, 20),
        (4900, 50, 10),  # the ids say less
        (4100, 80, 40),  # the times say less
        (None, 50, None),
    ],
)
def test_the_percentage_is_the_lower_of_two_or_none(
    hotel: Organisation, reached: int | None, at: int, percent: int | None
) -> None:
    write(hotel, order(5000, (EPOCH - timedelta(days=40)).isoformat()))
    hotel.orders.update(lines_due_at=None, lines_copied_at=now())
    run(hotel, MirrorRun.Pass.HISTORY, now(), state=MirrorRun.State.RUNNING, requests=0)
    MirrorState.across_organisations.update(
        history_complete_at=None,
        page_size=30,
        history_newest_glu_id=5000,
        history_reached_glu_id=reached,
        history_reached_at=EPOCH - timedelta(days=at),
        history_oldest_glu_id=4001,
        history_oldest_at=EPOCH - timedelta(days=140),
    )
    copy = copying(hotel)
    assert copy is not None
    assert (copy.percent is None) if percent is None else abs((copy.percent or 0) - percent) <= 2


def test_requests_for_lines_that_a_run_counts_make_nothing_look_done(hotel: Organisation) -> None:
    write(hotel, order(5000, (EPOCH - timedelta(days=40)).isoformat()))
    hotel.orders.update(lines_due_at=EPOCH, lines_copied_at=None)
    hotel.orders.filter(glu_id=41).update(lines_due_at=None, lines_copied_at=now())
    run(hotel, MirrorRun.Pass.HISTORY, now(), state=MirrorRun.State.RUNNING, requests=1000)
    MirrorState.across_organisations.update(
        history_complete_at=None,
        page_size=30,
        history_newest_glu_id=5000,
        history_reached_glu_id=4500,
        history_reached_at=EPOCH - timedelta(days=90),
        history_oldest_glu_id=4001,
        history_oldest_at=EPOCH - timedelta(days=140),
    )
    copy = copying(hotel)
    assert copy is not None
    assert copy.percent is not None
    assert abs(copy.percent - 17) <= 2  # half of the orders, and the lines of a third of these
