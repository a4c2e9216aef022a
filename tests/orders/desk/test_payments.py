"""The ladder: each rung is the list with its question, says who to ask, and lets go of what was chased or paid."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from glu_admin.glu.lists import read_rows
from orders.desk.marks import Kind, set_marks, undo_batch
from orders.desk.payments import Step, by_status, ladder, rungs, to_chase
from orders.desk.refunds import refunds
from orders.mirror.writing.orders import write_orders
from orders.mirror.writing.transactions import write_transactions
from orders.models import DeskSettings
from orders.search import count_orders, find_orders, parse_query
from orders.search.paying import keep_chases, may_chase
from tests.orders.builders import order, write

NOW = datetime(2026, 11, 20, 12, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The time at which builders write orders."""
    with time_machine.travel(NOW, tick=False):
        yield


def placed(glu_id: int, ago: timedelta, **fields: Any) -> dict[str, Any]:
    """An order at the gateway whose payment is pending, placed so long ago."""
    given = {"paymentStatus": "Pending", "paymentMethod": "Gateway", "dispatchStatus": "Outstanding", **fields}
    return order(glu_id, (NOW - ago).strftime("%Y-%m-%dT%H:%M:%S+00:00"), **given)


def steps(organisation: Any) -> dict[str, Step]:
    return {step.rung.name: step for step in ladder(organisation)}


def ids(organisation: Any, name: str) -> list[int]:
    return [row.order.glu_id for row in steps(organisation)[name].rows]


def transaction(glu_id: int, of: int, kind: str, amount: int) -> dict[str, Any]:
    made = "2026-11-19T10:00:00+00:00"
    return {
        "id": glu_id,
        "createdAt": made,
        "attachedOrder": of,
        "type": kind,
        "amount": amount,
        "currencyCode": "GBP",
    }


def test_each_order_stands_on_its_rung_the_oldest_first(house: Any) -> None:
    day, minute = timedelta(days=1), timedelta(minutes=1)
    write(
        house.hotel,
        placed(1, 31 * minute),
        placed(2, 29 * minute),
        placed(3, 2 * day),
        placed(4, 8 * day, paymentMethod="Offline", offlinePaymentMethod="Invoice"),
        placed(5, 6 * day, paymentMethod="Offline"),
        placed(6, day, paymentMethod="Complimentary", paymentStatus="Paid", complimentaryReason="Raffle"),
        placed(7, day, paymentMethod="Complimentary", paymentStatus="Paid", total=0),
        placed(8, 3 * day, dispatchStatus="Dispatched"),
        placed(9, 9 * day, paymentStatus="Paid"),
        placed(10, day, paymentStatus="Failed"),
        placed(11, day, paymentStatus="Failed", dispatchStatus="Cancelled"),
        placed(12, 9 * day, offlinePaymentMethod="Cash"),
        placed(13, 10 * day, paymentMethod="INVOICE me"),
        placed(14, 4 * day, paymentMethod=None),
        placed(15, 8 * day, paymentMethod="Complimentary"),
    )
    found = {name: [row.order.glu_id for row in step.rows] for name, step in steps(house.hotel).items()}
    assert found == {
        "due": [],
        "gateway": [14, 8, 3, 1],
        "offline": [13, 12, 4],
        "complimentary": [15, 6],
        "sent-unpaid": [8],
        "paid-unsent": [9],
        "failed": [10],
        "refunded": [],
        "chargeback": [],
        "later": [],
    }
    told = {row.order.glu_id: row.told for step in ladder(house.hotel) for row in step.rows}
    assert (told[4], told[6]) == ("Invoice", "“Raffle”")
    assert to_chase(house.hotel).n == 9


def test_every_rung_is_the_list_with_its_question(house: Any) -> None:
    write(house.hotel, *(placed(n, timedelta(hours=n), total=100 * n) for n in range(1, 30)))
    for step in ladder(house.hotel):
        query = parse_query(step.address, house.hotel)
        assert query.ok
        assert not query.ignored
        assert count_orders(house.hotel, query.criteria) == step.count
        totals = find_orders(house.hotel, query.criteria).values_list("total", flat=True)
        assert sum(total or 0 for total in totals) == sum(total for _, total in step.sums)


def test_limits_are_the_organisations(house: Any) -> None:
    write(house.hotel, placed(1, timedelta(minutes=31)), placed(2, timedelta(days=4), paymentMethod="Offline"))
    DeskSettings.across_organisations.create(organisation=house.hotel, gateway_minutes=60, offline_days=3)
    house.hotel.refresh_from_db()
    assert (ids(house.hotel, "gateway"), ids(house.hotel, "offline")) == ([], [2])
    rules = " ".join(rung.rule + rung.figure for rung in rungs(house.hotel))
    assert "hour" in rules
    assert "3 days" in rules


def test_money_that_went_back_has_rungs(house: Any) -> None:
    write(house.hotel, *(placed(n, timedelta(days=1), paymentStatus="Paid") for n in (1, 2, 3)))
    moved = [transaction(n, n, "Payment", 1000) for n in (1, 2, 3)]
    moved += [transaction(11, 1, "Refund", 400), transaction(12, 2, "Chargeback", 1000)]
    write_transactions(house.hotel, read_rows(moved), NOW, None)
    assert (ids(house.hotel, "refunded"), ids(house.hotel, "chargeback")) == ([1], [2])
    [refunded] = refunds(house.hotel, known=True)
    assert (refunded.glu_id, refunded.amount, refunded.not_before) == (1, 400, None)


def test_nobody_is_asked_for_money_where_none_is_owed(house: Any) -> None:
    write(house.hotel, *(placed(n, timedelta(days=9), paymentStatus="Paid") for n in (1, 2)))
    write(house.hotel, placed(3, timedelta(days=1)))
    moved = [transaction(1, 1, "Chargeback", 1000), transaction(2, 2, "Refund", 400)]
    write_transactions(house.hotel, read_rows(moved), NOW, None)
    may = {name: {row.order.glu_id: row.may_chase for row in step.rows} for name, step in steps(house.hotel).items()}
    assert (may["paid-unsent"], may["refunded"]) == ({1: False, 2: False}, {2: False})
    assert (may["chargeback"], may["gateway"]) == ({1: True}, {3: True})


def test_an_order_may_be_chased_where_the_rungs_would_ask(house: Any) -> None:
    """Of orders as old as can be, so that no rung waits for its time."""
    payments = ("Pending", "Failed", "Paid", "Refunded", "Partially Refunded", "Strange", None)
    dispatches = ("Outstanding", "Dispatched", "Scheduled", "Cancelled", "Failed", None)
    kinds = [*product(payments, dispatches, ("Gateway", "Offline"))]
    write(
        house.hotel,
        *(
            placed(
                n,
                timedelta(days=20),
                paymentStatus=payment,
                dispatchStatus=sent,
                paymentMethod=method,
            )
            for n, (payment, sent, method) in enumerate(kinds, 1)
        ),
    )
    asking = [rung for rung in rungs(house.hotel) if rung.asks]
    asked = {order.glu_id for rung in asking for order in find_orders(house.hotel, rung.query(house.hotel).criteria)}
    may = {order.glu_id for order in house.hotel.orders.all() if may_chase(order)}
    assert [kinds[n - 1] for n in sorted(may ^ asked)] == []
    house.hotel.orders.update(gone_at=NOW)
    assert not any(map(may_chase, house.hotel.orders.all()))


def test_what_was_posted_here_is_not_called_unsent(house: Any) -> None:
    """Whether Glu says so too is asked elsewhere."""
    write(house.hotel, *(placed(n, timedelta(days=9), paymentStatus="Paid") for n in (1, 2, 3)))
    write_transactions(house.hotel, read_rows([transaction(n, n, "Refund", 400) for n in (1, 2, 3)]), NOW, None)
    done = set_marks(house.hotel, house.hotel.orders.filter(glu_id=1), Kind.POSTED, house.staff)
    set_marks(house.hotel, house.hotel.orders.filter(glu_id=2), Kind.HANDED_OVER, house.staff)
    assert ids(house.hotel, "paid-unsent") == ids(house.hotel, "refunded") == [3]
    undo_batch(house.hotel, done.batch, house.staff)
    assert ids(house.hotel, "paid-unsent") == ids(house.hotel, "refunded") == [1, 3]


def test_without_transactions_refunds_are_what_was_seen_of_lines(house: Any) -> None:
    line = {"id": 7, "name": "Tea", "refunded": False}
    write(house.hotel, {**placed(1, timedelta(days=1)), "lines": [line]})
    write(house.hotel, {**placed(1, timedelta(days=1), total=5), "lines": [{**line, "refunded": True}]})
    house.hotel.order_changes.update(seen_new_at=NOW - timedelta(hours=1), seen_old_at=NOW - timedelta(hours=2))
    [seen] = refunds(house.hotel, known=False)
    assert (seen.glu_id, seen.at - (seen.not_before or NOW)) == (1, timedelta(hours=1))
    assert refunds(house.hotel, known=True) == []


def test_what_the_same_buyer_did_is_told(house: Any) -> None:
    hour = timedelta(hours=1)
    write(
        house.hotel,
        placed(1, 5 * hour, customerEmailAddress="Beth@mail.example"),
        placed(2, 5 * hour - timedelta(minutes=4), customerEmailAddress="beth@mail.example", paymentStatus="Paid"),
        placed(3, 4 * hour, customerEmailAddress="zoe@mail.example"),
        placed(4, 3 * hour, customerEmailAddress="zoe@mail.example", paymentStatus="Failed"),
        placed(5, 2 * hour, customerEmailAddress="ann@mail.example"),
        placed(6, hour),
        placed(7, hour),
    )
    told = {row.order.glu_id: row.told for row in steps(house.hotel)["gateway"].rows}
    assert told == {1: "Same buyer paid 4 mins later", 3: "Same buyer tried 2 times", 5: "", 6: "", 7: ""}


def test_what_was_chased_for_later_steps_back_until_its_day(house: Any) -> None:
    write(house.hotel, placed(1, timedelta(hours=2)), placed(2, timedelta(hours=1)))
    one = house.hotel.orders.filter(glu_id=1)
    tomorrow = NOW.date() + timedelta(days=1)
    first = set_marks(house.hotel, one, Kind.CHASED, house.staff, look_again_on=tomorrow)
    assert (ids(house.hotel, "gateway"), ids(house.hotel, "due"), to_chase(house.hotel).n) == ([2], [], 1)
    [waiting] = steps(house.hotel)["later"].rows
    assert waiting.chase
    assert (waiting.order.glu_id, waiting.chase.look_again_on) == (1, tomorrow)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert (ids(house.hotel, "due"), ids(house.hotel, "gateway")) == ([1], [1, 2])
        assert ids(house.hotel, "later") == []
        [row] = steps(house.hotel)["due"].rows
        assert row.chase
        assert row.chase.user_name == "Staff"
        again = set_marks(house.hotel, one, Kind.CHASED, house.staff, look_again_on=tomorrow + timedelta(days=7))
        assert (ids(house.hotel, "due"), ids(house.hotel, "gateway")) == ([], [2])
        undo_batch(house.hotel, again.batch, house.staff)
        assert ids(house.hotel, "due") == [1]
        undo_batch(house.hotel, first.batch, house.staff)
        assert (ids(house.hotel, "due"), ids(house.hotel, "gateway")) == ([], [1, 2])


def test_a_sooner_day_that_is_set_later_counts(house: Any) -> None:
    write(house.hotel, placed(1, timedelta(hours=2)))
    for days in (9, 1):
        day = NOW.date() + timedelta(days=days)
        set_marks(house.hotel, house.hotel.orders.all(), Kind.CHASED, house.staff, look_again_on=day)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert ids(house.hotel, "due") == [1]


def test_one_that_was_paid_since_leaves_by_itself(house: Any) -> None:
    write(house.hotel, placed(1, timedelta(hours=2)))
    set_marks(house.hotel, house.hotel.orders.all(), Kind.CHASED, house.staff, look_again_on=NOW.date())
    assert ids(house.hotel, "due") == [1]
    paid = {**placed(1, timedelta(hours=2), paymentStatus="Paid"), "updatedAt": "2026-11-20T12:30:00+00:00"}
    write_orders(house.hotel, read_rows([paid]), NOW + timedelta(minutes=40))
    assert (ids(house.hotel, "due"), ids(house.hotel, "gateway"), to_chase(house.hotel).n) == ([], [], 0)


def test_the_same_number_of_queries_is_asked_however_many_wait(house: Any) -> None:
    def asked() -> int:
        house.hotel.refresh_from_db()
        with CaptureQueriesContext(connection) as seen:
            ladder(house.hotel)
        return len(seen)

    write(house.hotel, placed(1, timedelta(hours=2), customerEmailAddress="a@mail.example"))
    few = asked()
    write(
        house.hotel,
        *(placed(n, timedelta(hours=n), customerEmailAddress=f"{n}@mail.example") for n in range(2, 40)),
        *(placed(n, timedelta(days=9), customerEmailAddress=f"{n}@mail.example") for n in range(40, 60)),
    )
    assert asked() == few


def test_other_organisations_wait_for_themselves(house: Any) -> None:
    write(house.golf, placed(1, timedelta(hours=2)))
    assert all(step.count.n == 0 for step in ladder(house.hotel))


def test_the_last_days_are_added_up_by_status(house: Any) -> None:
    write(
        house.hotel,
        placed(1, timedelta(days=1), total=500),
        placed(2, timedelta(days=2), paymentStatus="Paid", total=900),
        placed(3, timedelta(days=40), paymentStatus="Paid", total=7),
    )
    address, [added] = by_status(house.hotel)
    assert {status: part.total for status, part in added.statuses} == {"Pending": 500, "Paid": 900}
    assert count_orders(house.hotel, parse_query(address, house.hotel).criteria).n == 2


@pytest.mark.parametrize("most", [0, 1_000])
def test_chases_that_are_looked_up_once_for_a_page_leave_its_rungs_as_they_are(
    house: Any, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    write(house.hotel, *(placed(n, timedelta(days=2)) for n in range(1, 7)))
    for n, days in ((1, -1), (2, 0), (3, 1)):
        chased = house.hotel.orders.filter(glu_id=n)
        set_marks(house.hotel, chased, Kind.CHASED, house.staff, look_again_on=NOW.date() + timedelta(days=days))
    before, asked_before = {name: ids(house.hotel, name) for name in ("due", "gateway", "later")}, looking(house.hotel)
    assert before == {"due": [1, 2], "gateway": [1, 2, 4, 5, 6], "later": [3]}
    monkeypatch.setattr("orders.search.paying._MOST_KEPT", most)
    keep_chases(house.hotel)
    assert {name: ids(house.hotel, name) for name in before} == before
    assert (looking(house.hotel) < asked_before) is (most > 0)


def looking(organisation: Any) -> int:
    """How many questions of the ladder look up who was chased."""
    with CaptureQueriesContext(connection) as asked:
        ladder(organisation)
    return sum("look_again_on" in query["sql"] for query in asked.captured_queries)
