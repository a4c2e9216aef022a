"""The newest version of an order wins, nothing is merged, and organisations are kept apart."""

from typing import Any

import pytest

from glu_admin.glu.lists import read_rows
from glu_admin.keys.recognition import OtherOrganisationError
from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.orders import write_orders
from orders.payload import payload
from tests.orders.mirror.writing.conftest import NOW, order


def test_new_changed_unchanged_and_stale(hotel: Organisation) -> None:
    assert write_orders(hotel, read_rows([order(1), order(2)]), NOW).created == 2
    assert write_orders(hotel, read_rows([order(1), order(2)]), NOW).unchanged == 2
    assert write_orders(hotel, read_rows([order(1, changed=5, total=1)]), NOW).changed == 1
    assert write_orders(hotel, read_rows([order(1, changed=3, total=99)]), NOW).stale == 1
    assert hotel.orders.get(glu_id=1).total == 1


def test_the_same_stamp_with_other_content_is_a_later_fetch(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1, total=1)]), NOW)
    write_orders(hotel, read_rows([order(1, total=2)]), NOW)
    assert hotel.orders.get(glu_id=1).total == 2


def test_a_row_is_replaced_whole(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1, storeReference="x")]), NOW)
    smaller = {name: value for name, value in order(1, changed=1).items() if name != "phoneNumber"}
    write_orders(hotel, read_rows([smaller]), NOW)
    assert payload(hotel.orders.get(glu_id=1)) == smaller


def test_of_twins_on_one_page_the_newer_is_kept(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1, changed=9, total=9), order(1, changed=2, total=2)]), NOW)
    assert hotel.orders.get(glu_id=1).total == 9


def test_two_organisations_keep_the_same_ids_apart(house: Any) -> None:
    write_orders(house.hotel, read_rows([order(1, total=1)]), NOW)
    write_orders(house.golf, read_rows([order(1, total=2)]), NOW)
    assert house.hotel.orders.get().total == 1
    assert house.golf.orders.get().total == 2


def test_an_id_with_another_uuid_stops_the_writer(hotel: Organisation) -> None:
    write_orders(hotel, read_rows([order(1)]), NOW)
    with pytest.raises(OtherOrganisationError):
        write_orders(hotel, read_rows([order(1, changed=1, uuid="123e4567-e89b-12d3-a456-426614174000")]), NOW)
