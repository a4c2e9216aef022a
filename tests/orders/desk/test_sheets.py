"""Packing sheets: what is packed, for whom, how old the data is, and what the printer may not draw."""

from typing import Any

from orders.desk.marks import Kind, set_marks
from orders.desk.sheets import Sheet, sheets_of
from tests.orders.builders import CHANGES, ago, order, run, write

ADDRESS = {
    "deliveryName": "Niamh Carrick",
    "deliveryAddressLine1": "14 Saddlers Court",
    "deliveryAddressCity": "Lewes",
    "deliveryAddressCounty": "East Sussex",
    "deliveryAddressPostcode": "BN7 2QQ",
    "deliveryAddressCountry": "United Kingdom",
}


def printed(house: Any) -> list[Sheet]:
    return sheets_of(house.hotel, set_marks(house.hotel, house.hotel.orders.all(), Kind.PRINTED, house.staff).batch)


def test_the_address_and_the_contents(house: Any) -> None:
    options = [{"name": "When", "value": "Weekday"}]
    lines = [
        {"id": 1, "name": "Spa day", "selectedOptions": options, "personalMessage": "Enjoy!\nKim", "subtotal": 9999},
        {"id": 2, "name": "Tea", "personalMessage": "Enjoy!\nKim"},
        {"id": 3, "personalMessage": "  "},
    ]
    write(house.hotel, order(1, **ADDRESS, lines=lines), order(2, "2026-10-01T10:00:00+00:00", customerName="Sam"))
    older, sheet = printed(house)
    assert (older.order.glu_id, older.to, older.items) == (2, ["Sam"], [])
    town = "Lewes, East Sussex"
    assert sheet.to == ["Niamh Carrick", "14 Saddlers Court", town, "BN7 2QQ", "United Kingdom"]
    assert [(item.name, item.options) for item in sheet.items] == [
        ("Spa day", "When: Weekday"),
        ("Tea", ""),
        ("Line 3", ""),
    ]
    assert sheet.messages == ["Enjoy!\nKim"]
    assert sheet.odd_signs == ""


def test_what_a_gift_card_is_worth_is_said_whatever_was_taken_off_its_price(house: Any) -> None:
    lines = [
        {"id": 1, "name": "Monetary gift card", "subtotal": 5000, "discount_amount": 500, "total": 4500},
        {"id": 2, "name": "Spa", "type": "Gift Card", "subtotal": 2500},
        {"id": 3, "name": "Tea", "orderLineTypeVoucher": {"id": 9}, "subtotal": 1000},
        {"id": 4, "name": "Bathrobe", "type": "Product", "subtotal": 4500},
        {"id": 5, "name": "Voucher", "subtotal": "much"},
        {"id": 6, "name": "Voucher"},
    ]
    write(house.hotel, order(1, lines=lines, currencyCode="GBP"))
    [sheet] = printed(house)
    assert [item.value for item in sheet.items] == ["£50.00", "£25.00", "£10.00", "", "much", ""]


def test_signs_that_the_font_lacks_are_named(house: Any) -> None:
    write(
        house.hotel,
        order(1, **{**ADDRESS, "deliveryName": "Łucja Tŷ"}, lines=[{"id": 1, "personalMessage": "💐 שמח 💐"}]),
    )
    [sheet] = printed(house)
    assert sheet.odd_signs == "💐 ש מ ח"


def test_a_reprint_says_when_it_was_printed_first(house: Any) -> None:
    write(house.hotel, order(1))
    assert [sheet.first_printed for sheet in printed(house)] == [None]
    first = house.hotel.order_marks.get()
    assert [sheet.first_printed for sheet in printed(house)] == [first]
    assert [sheet.first_printed for sheet in sheets_of(house.hotel, first.batch)] == [None]


def test_the_data_is_as_old_as_the_copy(house: Any) -> None:
    write(house.hotel, order(1), order(2))
    run(house.hotel, CHANGES, ago(hours=1), server_started_at=ago(hours=1))
    house.hotel.orders.filter(glu_id=2).update(gone_at=ago(days=1), copied_at=ago(days=2))
    house.hotel.orders.filter(glu_id=1).update(copied_at=ago(days=2))
    here, gone = printed(house)
    assert here.as_of == ago(hours=1)
    assert gone.as_of == ago(days=2)


def test_no_other_batch_and_no_other_organisation(house: Any) -> None:
    write(house.hotel, order(1))
    write(house.golf, order(1))
    posted = set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff)
    theirs = set_marks(house.golf, house.golf.orders.all(), Kind.PRINTED, house.outsider)
    assert sheets_of(house.hotel, posted.batch) == []
    assert sheets_of(house.hotel, theirs.batch) == []
