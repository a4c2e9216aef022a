"""The lines of an order are replaced whole, found by search, and never taken from another order."""

import pytest

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.mirror.gone import mark_gone
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from orders.models import OrderDocument
from tests.orders.mirror.writing.conftest import NOW, order


def test_lines_are_replaced_whole_and_searchable(hotel: Organisation) -> None:
    pk = write_orders(hotel, read_rows([order(1)]), NOW).pks[1]
    line = {"id": 5, "name": "Hot stone", "personalMessage": "Łucja, enjoy", "total": 1}
    write_lines(hotel, [LineSet(pk, 1, read_rows([line, {"id": 6, "name": "Candle"}]))], NOW)
    write_lines(hotel, [LineSet(pk, 1, read_rows([{**line, "refunded": True}, {"name": "no id"}]))], NOW)
    assert [(kept.glu_id, kept.refunded) for kept in hotel.order_lines.all()] == [(5, True)]
    assert hotel.set_aside.get().order_glu_id == 1
    text = OrderDocument.across_organisations.get(order_id=pk).text
    assert "lucja enjoy" in text
    assert "candle" not in text
    assert hotel.orders.get().lines_due_at is None


def test_a_line_is_never_taken_from_another_order(hotel: Organisation) -> None:
    pks = write_orders(hotel, read_rows([order(1), order(2), order(3)]), NOW).pks
    sets = [
        LineSet(pks[1], 1, read_rows([{"id": 5, "name": "Tea"}])),
        LineSet(pks[2], 2, read_rows([{"id": 5, "name": "Cake"}])),
    ]
    write_lines(hotel, sets, NOW)
    write_lines(hotel, [LineSet(pks[3], 3, read_rows([{"id": 5, "name": "Wine"}, {"id": 6, "name": "Bread"}]))], NOW)
    held = {(line.glu_id, line.name, line.order.glu_id) for line in hotel.order_lines.select_related("order")}
    assert held == {(5, "Tea", 1), (6, "Bread", 3)}
    assert {aside.order_glu_id for aside in hotel.set_aside.all()} == {2, 3}


@pytest.mark.parametrize("derive", [True, False])
def test_an_order_that_is_gone_is_no_longer_found_by_a_line_that_another_has_now(
    hotel: Organisation, derive: bool
) -> None:
    pks = write_orders(hotel, read_rows([order(1), order(2)]), NOW).pks
    write_lines(hotel, [LineSet(pks[1], 1, read_rows([{"id": 5, "name": "Tea"}, {"id": 6, "name": "Bread"}]))], NOW)
    mark_gone(hotel, [hotel.orders.get(glu_id=1)], NOW)
    write_lines(hotel, [LineSet(pks[2], 2, read_rows([{"id": 5, "name": "Tea"}]))], NOW, derive=derive)
    found = {name: set(OrderDocument.across_organisations.filter(text__contains=name).values_list("order", flat=True))
             for name in ("tea", "bread")}  # fmt: skip
    assert found == {"tea": {pks[2]} if derive else set(), "bread": {pks[1]}}
