"""What is odd in an order, and what is not."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.glu.lists import read_row
from orders.desk.lints import TWICE_MINUTES, Twin, lints, twins_of
from orders.lints.rules import is_postal
from orders.models import Order, OrderLine
from orders.payload import parse_line, parse_order, usable_order
from tests.orders.builders import order, write

LONDON = ZoneInfo("Europe/London")
PLAIN = order(
    41,
    subtotal=1000,
    discountAmount=100,
    deliveryAmount=250,
    processingFee=50,
    total=1200,
    customerEmailAddress="sam@gmail.com",
    deliveryMethodName="Royal Mail 1st Class",
    deliveryMethodType="post",
    deliveryAddressLine1="1 High Street",
    deliveryAddressPostcode="BN7 2QQ",
    deliveryAddressCountry="United Kingdom",
    dispatchStatus="Outstanding",
)
AMOUNTS = st.none() | st.integers(-(2**40), 2**40)


def made(raw: dict[str, Any]) -> Order:
    parsed = parse_order(usable_order(read_row(raw)))
    return Order(glu_id=parsed.glu_id, extra=parsed.extra, **parsed.columns)


def line(**raw: Any) -> OrderLine:
    parsed = parse_line(read_row({"id": 1, **raw}))
    return OrderLine(glu_id=1, extra=parsed.extra, **parsed.columns)


def titles(raw: dict[str, Any], lines: list[OrderLine] | None = None, *twins: Twin) -> list[str]:
    return [lint.title for lint in lints(made(raw), lines or [], LONDON, twins)]


def test_a_plain_order_has_nothing_odd() -> None:
    assert titles(PLAIN, [line(subtotal=600), line(subtotal=400)]) == []


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"total": 1201}, "The total is off by £0.01"),
        ({"deliveryAddressPostcode": " "}, "No postcode to deliver to"),
        ({"deliveryAddressPostcode": "", "deliveryAddressCountry": ""}, "No postcode to deliver to"),
        ({"scheduledDeliveryAt": "2026-10-31T23:59:00+00:00"}, "Scheduled before it was placed"),
        ({"emailToRecipient": True}, "No e-mail address of the recipient"),
        (
            {"emailToRecipient": True, "recipientEmailAddress": "sam@"},
            "The recipient’s e-mail address cannot be right",
        ),
        ({"customerEmailAddress": "sam@gmial.com"}, "The buyer’s e-mail address may be mistyped"),
        ({"recipientEmailAddress": "Sam@HOTMIAL.com"}, "The recipient’s e-mail address may be mistyped"),
    ],
)
def test_what_is_odd_is_said(fields: dict[str, Any], title: str) -> None:
    assert titles({**PLAIN, **fields}) == [title]


@pytest.mark.parametrize(
    "fields",
    [
        {"total": None},
        {"processingFee": None, "total": 7},
        {"deliveryAddressPostcode": "", "deliveryAddressCountry": "United Arab Emirates"},
        {"deliveryAddressPostcode": "", "dispatchStatus": "Dispatched"},
        {"deliveryAddressPostcode": "", "deliveryMethodType": "email", "deliveryMethodName": "Email"},
        {"deliveryAddressPostcode": "", "deliveryMethodType": "collection", "deliveryMethodName": "Collect"},
        {"scheduledDeliveryAt": "2026-11-01T00:00:00+00:00"},  # earlier on the same day
        {"scheduledDeliveryAt": "0001-01-01T00:00:00+00:00"},
        {"emailToRecipient": False, "recipientEmailAddress": ""},
        {"emailToRecipient": True, "recipientEmailAddress": "kim@post.example"},
        {"customerEmailAddress": ""},
        {"customerEmailAddress": "gmial.com"},
    ],
)
def test_what_is_not_odd_is_not_said(fields: dict[str, Any]) -> None:
    assert titles({**PLAIN, **fields}) == []


def test_lines_that_are_not_the_subtotal_are_said_with_the_sum() -> None:
    (found,) = lints(made(PLAIN), [line(subtotal=600), line(subtotal=300)], LONDON)
    assert found.title == "The lines are off the subtotal by £1.00"
    assert found.words == "Lines: 6.00 + 3.00 = 9.00, but Glu says 10.00."
    assert titles(PLAIN, [line(subtotal=600), line(subtotal=None)]) == []


@given(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS), st.lists(AMOUNTS, max_size=4))
def test_sums_are_odd_where_they_do_not_add_up(amounts: Any, of_lines: list[int | None]) -> None:
    names = ("subtotal", "discountAmount", "deliveryAmount", "processingFee", "total")
    said = titles({**PLAIN, **dict(zip(names, amounts, strict=True))}, [line(subtotal=each) for each in of_lines])
    subtotal, discount, delivery, fee, total = amounts
    known = None not in amounts
    assert any("total is off" in title for title in said) == (known and subtotal - discount + delivery + fee != total)
    summed = subtotal is not None and bool(of_lines) and None not in of_lines
    assert any("lines are off" in title for title in said) == (summed and sum(filter(None, of_lines)) != subtotal)


@given(
    st.dictionaries(
        st.sampled_from(sorted(PLAIN.keys() - {"id", "createdAt"})), st.none() | st.text(max_size=9) | st.integers()
    )
)
def test_nothing_that_glu_sends_breaks_a_rule(fields: dict[str, Any]) -> None:
    for lint in lints(made({**PLAIN, **fields}), [line(subtotal="x", personalMessage=5)], LONDON):
        assert lint.tone in ("amber", "red")
        assert lint.words.endswith(".")


def test_the_gravest_comes_first() -> None:
    raw = {**PLAIN, "total": 1, "emailToRecipient": True}
    assert [lint.tone for lint in lints(made(raw), [], LONDON)] == ["red", "amber"]


def twin(house: Any, seconds: int, **fields: Any) -> list[str]:
    """What is said of the first of two orders that are placed so many seconds apart."""
    start = datetime.fromisoformat("2026-11-01T10:00:00+00:00")
    lines = [{"id": 1, "personalMessage": "Hello"}]
    later = (start + timedelta(seconds=seconds)).isoformat()
    write(house.hotel, {**PLAIN, "lines": lines})
    write(house.hotel, {**PLAIN, "id": 42, "createdAt": later, "lines": [{**lines[0], "id": 2}], **fields})
    write(house.golf, {**PLAIN, "id": 43, "lines": [{**lines[0], "id": 3}]})
    found = house.hotel.orders.get(glu_id=41)
    twins = twins_of(house.hotel, found)
    return [lint.words for lint in lints(found, list(found.lines.all()), LONDON, twins) if lint.order]


def test_the_same_again_within_minutes_is_perhaps_bought_twice(house: Any) -> None:
    assert twin(house, 120) == [
        "The same buyer placed order 42 2 minutes later, with the same total and the same messages."
    ]


def test_before_and_at_once(house: Any) -> None:
    assert "within the same minute" in twin(house, -10)[0]


@pytest.mark.parametrize(
    ("seconds", "fields"),
    [
        (TWICE_MINUTES * 60 + 1, {}),
        (60, {"total": 1199}),
        (60, {"customerEmailAddress": "kim@gmail.com"}),
        (60, {"currencyCode": "EUR"}),
        (60, {"paymentStatus": "Failed"}),
        (60, {"dispatchStatus": "Cancelled"}),
        (60, {"lines": [{"id": 2, "personalMessage": "Another"}]}),
        (60, {"lines": []}),
    ],
)
def test_what_differs_is_not_bought_twice(house: Any, seconds: int, fields: dict[str, Any]) -> None:
    assert twin(house, seconds, **fields) == []


def test_the_buyers_address_may_be_capitalised_otherwise(house: Any) -> None:
    assert len(twin(house, 60, customerEmailAddress="SAM@Gmail.com")) == 1


@pytest.mark.parametrize(
    ("fields", "is_so"),
    [
        ({"deliveryMethodName": "Royal Mail"}, True),
        ({"deliveryMethodType": "E-mail"}, False),
        ({"deliveryMethodName": "Email", "deliveryAddressLine1": "1 High Street"}, False),
        ({"deliveryAddressLine1": "1 High Street"}, True),
        ({}, False),
    ],
)
def test_what_goes_by_post(fields: dict[str, Any], is_so: bool) -> None:
    assert is_postal(made(order(1, **fields))) == is_so
