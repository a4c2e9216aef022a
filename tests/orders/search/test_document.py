"""The text in which an order is searched: made alike by whoever writes it."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import connection

from orders.models import OrderDocument
from orders.search.document import document_text, order_entries, with_lines
from tests.orders.builders import order, write

LINES = [
    {
        "id": 5,
        "name": "Mug",
        "variant": {"sku": "MUG-1"},
        "discountCodes": ["TEN", {"code": 20}],
        "extra": {"code": "X"},
    }
]


def test_lines_are_added_to_it_as_if_they_had_been_there(house: Any) -> None:
    write(house.hotel, order(1, customerName="Sam Hill", discountCodes={"1": {"code": "TEN"}}, lines=LINES))
    row = house.hotel.orders.get()
    lines = list(row.lines.all())
    assert with_lines(document_text(row), lines) == document_text(row, lines) == row.document.text
    assert row.document.text.split("\n") == [" 1 ", " sam hill ", " ten ", " mug ", " mug 1 ", " mug1 ", " 20 ", " x "]


def test_a_device_and_what_has_no_name_are_not_in_it(house: Any) -> None:
    secret = {
        "ipAddress": "192.0.2.1",
        "userAgent": "Browser",
        "browserInfo": {"id": "secret"},
        "user": {"id": "secret"},
    }
    write(house.hotel, order(1, **secret))
    assert house.hotel.orders.get().document.text == " 1 "


def test_an_entry_says_of_which_field_it_is(house: Any) -> None:
    write(house.hotel, order(1, deliveryAddressPostcode="pe301qq", phoneNumber="0044 7700 900416"))
    said = {entry.field: (entry.text, entry.folded) for entry in order_entries(house.hotel.orders.get()) if entry.text}
    assert said["deliveryAddressPostcode"] == ("pe301qq", ("pe30 1qq", "pe301qq"))
    assert said["phoneNumber"] == ("0044 7700 900416", ("00447700900416",))


def test_documents_of_an_earlier_version_are_written_again(house: Any) -> None:
    write(house.hotel, order(1, customerName="Zoë", lines=LINES), order(2, phoneNumber={"odd": 1}))
    right = dict(OrderDocument.across_organisations.values_list("order", "text"))
    OrderDocument.across_organisations.update(text="as it was before")
    import_module("orders.migrations.0017_texts_folded_again").fold_again(apps, SimpleNamespace(connection=connection))
    assert dict(OrderDocument.across_organisations.values_list("order", "text")) == right
