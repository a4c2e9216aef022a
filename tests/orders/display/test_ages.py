"""How long an order has waited is said shortly and in words, with the limit it is held to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glu_admin.tenancy.models import Organisation
from orders.display.ages import attention_of, clock_of
from orders.models import DeskSettings, Order

FRIDAY = datetime(2026, 11, 20, 14, tzinfo=UTC)


@pytest.fixture
def hotel(house: Any) -> Organisation:
    DeskSettings.across_organisations.create(
        organisation=house.hotel, dispatch_days_of={"Courier": 1}, offline_days=7, gateway_minutes=30
    )
    return house.hotel  # type: ignore[no-any-return]


def waits(organisation: Organisation, ago: timedelta, *, now: datetime = FRIDAY, **fields: Any) -> Any:
    usual = {"dispatch_status": "Outstanding", "payment_status": "Paid", "delivery_method_name": "Royal Mail"}
    since = now - ago
    kept = {"waiting_since": since, "created_at": since, "first_copied_at": since}
    order = Order(extra="", **{**kept, **usual, **fields})
    return attention_of(order, clock_of(organisation, now), sent=False)


DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ago", "short", "words", "look"),
    [
        (0 * DAY, "0 min", "Outstanding for 0 minutes; the limit for Royal Mail is 2 working days.", ""),
        (45 * MINUTE, "45 min", "Outstanding for 45 minutes; the limit for Royal Mail is 2 working days.", ""),
        (5 * HOUR, "5 h", "Outstanding for 5 hours; the limit for Royal Mail is 2 working days.", ""),
        (1 * DAY, "1 wd", "Outstanding for 1 working day; the limit for Royal Mail is 2.", ""),
        (2 * DAY, "2 wd", "Outstanding for 2 working days; the limit for Royal Mail is 2.", "at"),
        (3 * DAY, "3 wd", "Outstanding for 3 working days; the limit for Royal Mail is 2.", "past"),
        (7 * DAY, "5 wd", "Outstanding for 5 working days; the limit for Royal Mail is 2.", "past"),
    ],
)
def test_a_paid_order_waits_in_working_days(
    hotel: Organisation, ago: timedelta, short: str, words: str, look: str
) -> None:
    found = waits(hotel, ago)
    assert (found.age.span.short, found.age.words) == (short, words)
    assert (found.age.is_at, found.age.is_past) == (look == "at", look == "past")
    assert found.words == ([words] if look == "past" else [])
    assert (found.is_late("dispatch"), found.is_late("payment")) == (look == "past", False)


def test_a_weekend_is_no_working_day(hotel: Organisation) -> None:
    found = waits(hotel, 2 * DAY, now=FRIDAY + 2 * DAY)
    assert found.age.span.short == "0 wd"
    assert waits(hotel, 3 * DAY, now=FRIDAY + 3 * DAY, delivery_method_name="Courier").age.is_at


@pytest.mark.parametrize(
    ("method", "offline", "ago", "words", "late"),
    [
        ("Gateway", "", 30 * MINUTE, "Payment Pending for 30 minutes; the limit at a gateway is 30.", False),
        ("Gateway", "", 31 * MINUTE, "Payment Pending for 31 minutes; the limit at a gateway is 30.", True),
        ("Gateway", "", 3 * HOUR, "Payment Pending for 3 hours; the limit at a gateway is 30 minutes.", True),
        (None, None, 3 * HOUR, "Payment Pending for 3 hours; the limit at a gateway is 30 minutes.", True),
        ("Offline", "Invoice", 7 * DAY, "Payment Pending for 7 days; the limit for offline payments is 7.", False),
        ("Offline", "", 8 * DAY, "Payment Pending for 8 days; the limit for offline payments is 7.", True),
        ("Odd", "Cash", 8 * DAY, "Payment Pending for 8 days; the limit for offline payments is 7.", True),
    ],
)
def test_an_unpaid_order_is_late_by_its_payment(
    hotel: Organisation, method: str | None, offline: str | None, ago: timedelta, words: str, late: bool
) -> None:
    found = waits(hotel, ago, payment_status="Pending", payment_method=method, offline_payment_method=offline)
    assert found.age.words == words
    assert (found.is_late("payment"), found.is_late("dispatch")) == (late, False)


def test_what_is_scheduled_is_late_once_its_day_is_past(hotel: Organisation) -> None:
    ahead = waits(hotel, 30 * DAY, dispatch_status="Scheduled", scheduled_delivery_at=FRIDAY)
    assert ahead.age.words == "Scheduled for 22 working days; it is scheduled for 20 Nov 2026."
    assert ahead.words == []
    past = waits(hotel, 30 * DAY, dispatch_status="Scheduled", scheduled_delivery_at=FRIDAY - DAY)
    assert past.words == [
        "Scheduled for 22 working days; the limit for Royal Mail is 2.",
        "It was scheduled for 19 Nov 2026, and Glu still says Scheduled.",
    ]
    undated = waits(hotel, 30 * DAY, dispatch_status="Scheduled")
    assert undated.words == []
    unpaid = waits(hotel, MINUTE, payment_status="Pending", scheduled_delivery_at=FRIDAY - DAY)
    assert unpaid.words == ["It was scheduled for 19 Nov 2026, and Glu still says Outstanding."]
    assert unpaid.is_late("dispatch")


def test_where_nothing_is_open_nothing_is_said(hotel: Organisation) -> None:
    closed = Order(dispatch_status="Outstanding", scheduled_delivery_at=FRIDAY - DAY, extra="")
    found = attention_of(closed, clock_of(hotel, FRIDAY), sent=False)
    assert (found.age, found.words, found.is_late("dispatch")) == (None, [], False)


def test_a_method_that_runs_from_right_to_left_turns_nothing_around_it(hotel: Organisation) -> None:
    found = waits(hotel, 3 * DAY, delivery_method_name="דואר")
    assert found.age.words == "Outstanding for 3 working days; the limit for \u2068דואר\u2069 is 2."
