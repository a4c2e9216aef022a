"""What is odd in an order is kept on it whatever is written: the order, its lines, lines that another order took."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import connection

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.gone import mark_gone
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.lints import lint_again, mislinted
from orders.mirror.writing.orders import write_orders
from tests.orders.builders import EPOCH, order

MONEY = {"subtotal": 1000, "discountAmount": 0, "deliveryAmount": 0, "processingFee": 0, "total": 1000}


def kept(organisation: Organisation, glu_id: int = 1) -> str | None:
    """The letters of an order, which are those of a full look at every order."""
    assert mislinted(organisation, list(organisation.orders.values_list("pk", flat=True))) == []
    return organisation.orders.get(glu_id=glu_id).lints


def write(organisation: Organisation, minutes: int, glu_id: int = 1, **fields: Any) -> None:
    at = EPOCH + timedelta(minutes=minutes)
    write_orders(organisation, read_rows([order(glu_id, **{**MONEY, "updatedAt": at.isoformat(), **fields})]), at)


def write_its_lines(organisation: Organisation, minutes: int, *subtotals: int | None, glu_id: int = 1) -> None:
    pk = organisation.orders.get(glu_id=glu_id).pk
    rows = [{"id": 10 + n, "subtotal": amount} for n, amount in enumerate(subtotals)]
    write_lines(organisation, [LineSet(pk, glu_id, read_rows(rows))], EPOCH + timedelta(minutes=minutes))


def test_it_follows_the_order_and_its_lines(house: Any) -> None:
    hotel = house.hotel
    write(hotel, 1)
    assert kept(hotel) is None
    write(hotel, 2, total=999, emailToRecipient=True, customerEmailAddress="sam@gmial.com")
    assert kept(hotel) == "ETB"
    write_its_lines(hotel, 3, 600, 300)
    assert kept(hotel) == "ETLB"
    write(hotel, 4, total=900, subtotal=900)  # its lines, still those of before, come to that
    assert kept(hotel) is None
    write(hotel, 5)
    assert kept(hotel) == "L"
    write_its_lines(hotel, 6, 600, 400)
    assert kept(hotel) is None
    write_its_lines(hotel, 7, 600, None)
    assert kept(hotel) is None
    write_its_lines(hotel, 8, 600)
    assert kept(hotel) == "L"
    write_its_lines(hotel, 9)
    assert kept(hotel) is None


def test_an_order_that_is_gone_may_lose_lines_to_another(house: Any) -> None:
    hotel = house.hotel
    write(hotel, 1)
    write_its_lines(hotel, 2, 600, 400)
    mark_gone(hotel, list(hotel.orders.all()), EPOCH + timedelta(minutes=3))
    write(hotel, 4, glu_id=2, subtotal=600, total=600)
    write_its_lines(hotel, 5, 600, glu_id=2)
    assert kept(hotel) == "L"
    assert kept(hotel, 2) is None


def test_days_are_those_of_the_organisation(house: Any) -> None:
    hotel = house.hotel
    write(hotel, 1, scheduledDeliveryAt="2026-10-31T23:30:00+00:00", createdAt="2026-11-01T00:30:00+00:00")
    assert kept(hotel) == "S"
    hotel.timezone = "America/New_York"
    assert lint_again(hotel, [hotel.orders.get().pk]) == 1
    assert kept(hotel) is None


def test_it_is_kept_for_one_organisation_only(house: Any) -> None:
    for organisation in (house.hotel, house.golf):
        write(organisation, 1, total=999)
    write(house.hotel, 2)
    assert (kept(house.hotel), kept(house.golf)) == (None, "T")


def test_orders_that_were_here_before_are_filled_in(house: Any) -> None:
    hotel = house.hotel
    write(hotel, 1)
    write(hotel, 2, glu_id=2, total=999, emailToRecipient=True, customerEmailAddress="sam@gmial.com")
    write(hotel, 3, glu_id=3)
    write_its_lines(hotel, 4, 600, glu_id=3)
    hotel.orders.update(lints=None)
    import_module("orders.migrations.0034_lints").fill(apps, SimpleNamespace(connection=connection))
    assert [kept(hotel, glu_id) for glu_id in (1, 2, 3)] == [None, "ETB", "L"]
