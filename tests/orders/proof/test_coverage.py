"""Which days are proven, and when an order was last compared: never more than the runs and windows bear out."""

from typing import Any

import pytest
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState, Order
from orders.payload import time_text
from orders.proof.coverage import DayState, _in_short, coverage
from orders.proof.proven import verified_at
from orders.proof.runs import flagged_polls
from tests.orders.builders import CHANGES, RANGE, RECONCILE, ago, flag, order, run, window, write


def day(organisation: Organisation, days_ago: int) -> str:
    return coverage(organisation).days[-1 - days_ago].state


@pytest.fixture
def polled(house: Any) -> Organisation:
    """An organisation that was polled for the last ten days without a flag."""
    connected, hotel = ago(days=10), house.hotel
    MirrorState.across_organisations.create(
        organisation=hotel, connected_watermark=time_text(connected), watermark=time_text(now())
    )
    run(hotel, CHANGES, now())
    return hotel  # type: ignore[no-any-return]


def test_a_flagged_poll_leaves_a_hole_until_a_later_window_closes_it(polled: Organisation) -> None:
    assert day(polled, 5) == DayState.PROVEN
    flag(polled, ago(days=5))
    assert [day(polled, number) for number in (6, 5, 4)] == [DayState.PROVEN, DayState.PARTLY, DayState.PROVEN]
    window(run(polled, RECONCILE, ago(days=5, hours=1)), ago(days=9), None)  # before the poll: no proof
    window(run(polled, RECONCILE, ago(days=4), flags="x"), ago(days=9), None, flags="x")
    assert day(polled, 5) == DayState.PARTLY
    window(run(polled, RANGE, ago(days=1)), ago(days=6), ago(days=4))
    assert day(polled, 5) == DayState.PROVEN


def test_a_flagged_poll_is_told_until_everything_was_read_again(polled: Organisation) -> None:
    poll = flag(polled, ago(days=5))
    run(polled, CHANGES, ago(days=4))
    run(polled, RECONCILE, ago(days=3), reach="recent")
    run(polled, RECONCILE, ago(days=6), reach="whole")
    run(polled, RECONCILE, ago(days=2), reach="whole", flags="walk_missed")
    run(polled, RECONCILE, ago(days=2), reach="whole", state=MirrorRun.State.RUNNING, finished_at=None)
    assert list(flagged_polls(polled)) == [poll]
    run(polled, RECONCILE, ago(days=1), reach="whole")
    assert not flagged_polls(polled).exists()


def test_a_window_covers_nothing_after_it_was_read(house: Any) -> None:
    window(run(house.hotel, RANGE, ago(days=3)), ago(days=5), ago(days=-1))
    assert [day(house.hotel, number) for number in (4, 3, 2)] == [DayState.PROVEN, DayState.PARTLY, DayState.NEVER]


@pytest.mark.parametrize("found_out", ["walk_missed", "too_many_missing"])
def test_a_walk_that_left_orders_out_proves_no_day(house: Any, found_out: str) -> None:
    window(run(house.hotel, RANGE, ago(days=3), flags=found_out), ago(days=9), None)
    assert day(house.hotel, 5) == DayState.PARTLY


@pytest.fixture
def known(house: Any) -> Order:
    """An order copied ten days ago."""
    write(house.hotel, order(41, time_text(ago(days=20))))
    house.hotel.orders.update(copied_at=ago(days=10))
    return house.hotel.orders.get()  # type: ignore[no-any-return]


def test_a_window_that_listed_it_verifies_an_order(known: Order) -> None:
    window(run(known.organisation, RECONCILE, ago(days=3)), ago(days=30), None)
    assert verified_at(known, known.organisation) == ago(days=3)


@pytest.mark.parametrize("kind", ["flagged", "walk_missed", "history", "suspected", "gone", "elsewhere"])
def test_no_other_window_verifies_an_order(known: Order, kind: str) -> None:
    hotel = known.organisation
    of = run(
        hotel,
        MirrorRun.Pass.HISTORY if kind == "history" else RECONCILE,
        ago(days=3),
        flags=kind if kind == "walk_missed" else "",
    )
    start = ago(days=15) if kind == "elsewhere" else ago(days=30)
    window(of, start, None, flags="tie_overflow" if kind == "flagged" else "")
    if kind == "suspected":
        hotel.missing_orders.create(order=known, found_at=of.finished_at or now(), due_at=now())
    if kind == "gone":
        known.gone_at = ago(days=2)
    assert verified_at(known, hotel) == ago(days=10)


@pytest.mark.parametrize(("found", "verified"), [(3, 6), (8, 10)])
def test_a_suspicion_leaves_what_was_proven_before_it(known: Order, found: int, verified: int) -> None:
    hotel = known.organisation
    for days in (6, 3):
        window(run(hotel, RECONCILE, ago(days=days)), None, None)
    hotel.missing_orders.create(order=known, found_at=ago(days=found, seconds=-5), due_at=now())
    assert verified_at(known, hotel) == ago(days=verified)


def test_how_far_back_everything_is_proven_ends_at_the_last_doubt(polled: Organisation) -> None:
    assert coverage(polled).oldest_proven == ago(days=9).date()
    flag(polled, ago(days=5))
    found = coverage(polled)
    assert (found.oldest_proven, found.is_whole) == (ago(days=4).date(), False)
    assert found.words.endswith(f"{ago(days=4):%B %Y} was compared with Glu and is here, yesterday included.")
    write(polled, order(41, time_text(ago(days=2))))
    polled.orders.update(lines_due_at=now())
    assert coverage(polled).oldest_proven == ago(days=1).date()
    polled.orders.update(created_at=ago(days=1))
    assert coverage(polled).oldest_proven is None
    assert coverage(polled).words.startswith("Yesterday is not proven yet")


def test_it_goes_back_to_the_first_order_beyond_the_strip(polled: Organisation) -> None:
    write(polled, order(41, time_text(ago(days=900))), order(42, "0001-01-01T00:00:00+00:00"))
    window(run(polled, RECONCILE, ago(days=1)), ago(days=1000), None)
    assert coverage(polled).oldest_proven == ago(days=999).date()
    assert not coverage(polled).is_whole  # Glu was not asked whether there is anything before
    window(run(polled, RECONCILE, ago(days=1)), None, None)
    first = ago(days=900)
    assert coverage(polled).oldest_proven == first.date()
    back = f"Everything back to the first order, {first.day} {first:%B %Y}"
    assert coverage(polled).words == f"{back}, was compared with Glu and is here."
    polled.orders.filter(glu_id=41).update(lines_due_at=now())
    assert coverage(polled).oldest_proven == ago(days=899).date()


def test_days_in_doubt_are_named_in_the_table(polled: Organisation) -> None:
    def named(state: str) -> str:
        return " ".join(
            month.never_days if state == DayState.NEVER else month.partly_days for month in coverage(polled).months
        )

    assert str(coverage(polled).days[-1].day.day) in named(DayState.PARTLY).replace(",", "").split()  # today
    assert "–" in named(DayState.NEVER)
    assert _in_short([2, 12, 13, 14, 15, 31]) == "2, 12–15, 31"
