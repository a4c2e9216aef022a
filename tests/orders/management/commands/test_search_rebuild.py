"""Texts for search, and their index, are held against the orders and written again."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orders.mirror.writing.counts import count_all_days
from orders.models import MirrorState, OrderDocument
from orders.search import find_orders, parse_query
from orders.search.matching import index
from tests.orders.builders import order, write

pytestmark = pytest.mark.django_db(transaction=True)


def _found(house: Any, typed: str) -> set[int]:
    orders = find_orders(house.hotel, parse_query(f"q={typed}", house.hotel).criteria)
    return set(orders.values_list("glu_id", flat=True))


def test_what_differs_is_told_and_mended(house: Any, capsys: pytest.CaptureFixture[str]) -> None:
    write(house.hotel, order(1, customerName="Ann Smith"), order(2, customerName="Bob Smith"))
    call_command("search_rebuild", "--check")
    documents = OrderDocument.across_organisations.filter(organisation=house.hotel)
    documents.filter(order__glu_id=1).update(text="something else")
    documents.filter(order__glu_id=2).delete()
    with pytest.raises(CommandError, match="2 texts"):
        call_command("search_rebuild", "--check")
    assert _found(house, "smith") == set()
    call_command("search_rebuild", house.hotel.slug)
    assert "2 texts written again" in capsys.readouterr().err
    call_command("search_rebuild", "--check")
    assert _found(house, "smith") == {1, 2}


def test_what_is_odd_is_told_and_mended(house: Any, capsys: pytest.CaptureFixture[str]) -> None:
    write(house.hotel, order(1, emailToRecipient=True), order(2))
    house.hotel.orders.filter(glu_id=1).update(lints=None)
    with pytest.raises(CommandError, match="1 order do not say what is odd in them"):
        call_command("search_rebuild", "--check")
    call_command("search_rebuild", house.hotel.slug)
    assert "1 order now say what is odd in them" in capsys.readouterr().err
    assert list(house.hotel.orders.order_by("glu_id").values_list("lints", flat=True)) == ["E", None]


def test_an_index_that_is_gone_is_made_again(house: Any) -> None:
    write(house.hotel, order(1, customerName="Ann Smith"))
    index().drop_index()
    assert index().lacking() is None
    assert _found(house, "smith") == {1}
    call_command("search_rebuild", house.hotel.slug)
    assert index().lacking() == 0
    assert _found(house, "smith") == {1}


def test_counts_that_differ_are_told_and_mended(house: Any) -> None:
    write(house.hotel, order(1), order(2))
    MirrorState.across_organisations.create(organisation=house.hotel)
    count_all_days(house.hotel, house.hotel.zone)
    call_command("search_rebuild", "--check")
    house.hotel.order_counters.update(n=7)
    house.hotel.order_days.filter(field="").update(n=7)
    with pytest.raises(CommandError, match="2 counts of orders are not what a full count gives"):
        call_command("search_rebuild", "--check")
    call_command("search_rebuild", house.hotel.slug)
    call_command("search_rebuild", "--check")
    assert house.hotel.order_days.get(field="").n == 2
