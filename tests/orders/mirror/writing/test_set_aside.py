"""Rows that cannot be placed are set aside with their reason, and forgotten once they can."""

from typing import Any

import pytest

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.gone import mark_gone
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from orders.mirror.writing.transactions import write_transactions
from tests.orders.mirror.writing.conftest import NOW, order, transaction


def test_unplaceable_rows_are_set_aside_and_come_back(hotel: Organisation) -> None:
    bad = {name: value for name, value in order(2).items() if name != "createdAt"}
    for _ in range(2):
        assert write_orders(hotel, read_rows([order(1), bad, "nonsense"]), NOW).set_aside == 2
    assert hotel.orders.count() == 1
    assert sorted(hotel.set_aside.values_list("times", flat=True)) == [2, 2]
    write_orders(hotel, read_rows([order(2)]), NOW)
    assert hotel.set_aside.filter(glu_id="2").count() == 0


@pytest.mark.parametrize("keyed", [True, False])
def test_what_is_nested_too_deeply_to_be_written_is_set_aside_too(hotel: Organisation, keyed: bool) -> None:
    deep: Any = []
    for _ in range(3000):
        deep = [deep]
    row = {**order(1), "options": deep} if keyed else [7, deep]
    assert write_orders(hotel, read_rows([row, order(2)]), NOW).set_aside == 1
    assert hotel.orders.get().glu_id == 2
    transactions = [{**transaction(at), "options": deep if at == 1 else 0} for at in (1, 2)]
    assert write_transactions(hotel, read_rows(transactions), NOW, None).set_aside == 1


def test_what_was_set_aside_of_an_order_is_forgotten_once_it_is_gone(hotel: Organisation) -> None:
    pks = write_orders(hotel, read_rows([order(1), order(2)]), NOW).pks
    line = {"id": 5, "name": "Hot stone"}
    write_lines(hotel, [LineSet(pks[1], 1, read_rows([line, {"name": "no id"}]))], NOW)
    write_lines(hotel, [LineSet(pks[2], 2, read_rows([line]))], NOW)
    assert set(hotel.set_aside.values_list("order_glu_id", flat=True)) == {1, 2}
    mark_gone(hotel, [hotel.orders.get(glu_id=2)], NOW)
    assert hotel.set_aside.get().order_glu_id == 1
