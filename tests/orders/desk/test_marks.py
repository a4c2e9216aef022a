"""Marks: set for many at once, once each, undone, kept whatever the mirror does."""

from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.desk.marks import (
    Kind,
    TooManyOrders,
    marks_of,
    reattach,
    set_marks,
    standing_marks,
    undo_batch,
    undo_mark,
)
from orders.models import OrderMark
from orders.search import count_orders, parse_query
from tests.orders.builders import order, write


def test_a_mark_is_set_once_and_the_second_person_is_told_who_was_first(house: Any) -> None:
    write(house.hotel, order(1), order(2), order(3))
    first = set_marks(house.hotel, house.hotel.orders.filter(glu_id__lt=3), Kind.POSTED, house.staff)
    second = set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.manager)
    assert (first.n, first.already) == (2, [])
    assert second.n == 1
    assert [(mark.order_glu_id, mark.user_name, mark.at) for mark in second.already] == [
        (glu_id, "Staff", house.hotel.order_marks.get(order_glu_id=glu_id).at) for glu_id in (1, 2)
    ]
    assert house.hotel.order_marks.count() == 3


def test_what_is_collected_is_ready_and_handed_over_where_others_are_prepared_and_posted(house: Any) -> None:
    ways = {2: {"deliveryMethodType": "COLLECTION"}, 3: {"deliveryMethodName": "Pick up"}}
    write(house.hotel, *(order(n, **ways.get(n, {})) for n in (1, 2, 3)))
    orders = house.hotel.orders.all()
    assert set_marks(house.hotel, orders, Kind.PREPARED, house.staff).numbers == {"prepared": [1], "ready": [2, 3]}
    first = set_marks(house.hotel, orders.filter(glu_id__lt=3), Kind.POSTED, house.staff)
    assert first.numbers == {"posted": [1], "handed-over": [2]}
    second = set_marks(house.hotel, orders, Kind.POSTED, house.manager)
    assert (second.numbers, second.n) == ({"posted": [], "handed-over": [3]}, 1)
    assert [(mark.order_glu_id, mark.kind) for mark in second.already] == [(1, "posted"), (2, "handed-over")]
    assert undo_batch(house.hotel, first.batch, house.staff) == 2
    assert count_orders(house.hotel, parse_query("has=handed-over", house.hotel).criteria).n == 1


def test_what_goes_by_e_mail_is_not_posted_but_printed_and_chased_as_others_are(house: Any) -> None:
    write(house.hotel, order(1), order(2, deliveryMethodType="Email"), order(3, deliveryMethodName="E-mail"))
    orders = house.hotel.orders.all()
    for kind in OrderMark.ONCE:
        done = set_marks(house.hotel, orders, kind, house.staff)
        assert (done.numbers, done.emailed) == ({kind: [1]}, [2, 3])
    for kind in (Kind.PRINTED, Kind.CHASED):
        done = set_marks(house.hotel, orders, kind, house.staff)
        assert (sorted(done.numbers[kind]), done.emailed) == ([1, 2, 3], [])


def test_what_can_happen_again_is_marked_again(house: Any) -> None:
    write(house.hotel, order(1))
    orders = house.hotel.orders.all()
    set_marks(house.hotel, orders, Kind.CHASED, house.staff, look_again_on=date(2026, 12, 1))
    assert set_marks(house.hotel, orders, Kind.CHASED, house.staff, look_again_on=date(2026, 12, 8)).n == 1
    [found] = standing_marks(house.hotel, [orders.get().pk]).values()
    assert found["chased"].look_again_on == date(2026, 12, 8)


def test_an_undone_mark_stays_in_the_record_and_makes_room(house: Any) -> None:
    write(house.hotel, order(1), order(2))
    done = set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff)
    assert undo_batch(house.hotel, done.batch, house.manager) == 2
    assert undo_batch(house.hotel, done.batch, house.staff) == 0
    again = set_marks(house.hotel, house.hotel.orders.filter(glu_id=1), Kind.POSTED, house.staff)
    assert (again.n, again.already) == (1, [])
    undone, standing = marks_of(house.hotel.orders.get(glu_id=1))
    assert (undone.undone_by_name, standing.undone_at) == ("Manager", None)
    assert undo_mark(house.hotel, standing.pk, house.staff) == 1
    assert undo_mark(house.hotel, standing.pk, house.staff) == 0


def test_no_other_organisation_s_orders_or_marks_are_touched(house: Any) -> None:
    write(house.hotel, order(1))
    write(house.golf, order(1))
    theirs = set_marks(house.golf, house.golf.orders.all(), Kind.POSTED, house.outsider)
    assert set_marks(house.hotel, house.golf.orders.all(), Kind.PREPARED, house.staff).n == 0
    assert undo_batch(house.hotel, theirs.batch, house.staff) == 0
    assert undo_mark(house.hotel, house.golf.order_marks.get().pk, house.staff) == 0
    assert count_orders(house.hotel, parse_query("has=posted", house.hotel).criteria).n == 0


def test_names_outlive_accounts(house: Any) -> None:
    write(house.hotel, order(1))
    done = set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff)
    undo_batch(house.hotel, done.batch, house.viewer)
    house.staff.delete()
    house.viewer.delete()
    mark = house.hotel.order_marks.get()
    assert (mark.user, mark.user_name, mark.undone_by, mark.undone_by_name) == (None, "Staff", None, "Viewer")


@pytest.mark.parametrize("many", [3, 60])
def test_many_orders_take_as_few_questions_as_one(house: Any, many: int) -> None:
    write(house.hotel, *(order(n) for n in range(1, many + 1)))
    with CaptureQueriesContext(connection) as asked:
        set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff)
    assert len([one for one in asked.captured_queries if "orders_order" in one["sql"]]) == 3


def test_too_many_are_refused_whole(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(house.hotel, order(1), order(2), order(3))
    monkeypatch.setattr("orders.desk.marks.MOST_MARKED", 2)
    with pytest.raises(TooManyOrders, match="At most 2"):
        set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff)
    assert not house.hotel.order_marks.exists()


def test_a_removed_order_leaves_its_marks_and_gets_them_back(house: Any) -> None:
    """Not those of another order that Glu has under the number now."""
    write(house.hotel, order(1), order(2))
    set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff)
    house.hotel.orders.all().delete()
    assert list(house.hotel.order_marks.values_list("order", "user_name")) == [(None, "Staff")] * 2
    write(house.hotel, order(1), order(2, "2026-11-05T10:00:00+00:00"))
    assert reattach(house.hotel) == 1
    assert reattach(house.hotel) == 0
    assert [mark.kind for mark in marks_of(house.hotel.orders.get(glu_id=1))] == ["posted"]
    assert marks_of(house.hotel.orders.get(glu_id=2)) == []


def test_a_mark_that_was_set_anew_stays_in_place_of_the_old_one(house: Any) -> None:
    write(house.hotel, order(1))
    set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff)
    house.hotel.orders.all().delete()
    write(house.hotel, order(1))
    set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.manager)
    assert reattach(house.hotel) == 0
    assert [mark.user_name for mark in marks_of(house.hotel.orders.get())] == ["Manager"]


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_moment_post_an_order_once(house: Any) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite is in memory, where writers do not wait for each other")
    write(house.hotel, *(order(n) for n in range(1, 30)))
    begin, done = Barrier(4), []

    def post() -> None:
        try:
            begin.wait()
            done.append(set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff))
        finally:
            connection.close()

    people = [Thread(target=post) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sum(marked.n for marked in done) == 29
    assert all(marked.n + len(marked.already) == 29 for marked in done)
    assert OrderMark.across_organisations.count() == 29
