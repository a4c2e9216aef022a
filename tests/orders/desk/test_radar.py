"""The days to come: as many orders as their lists find, in the organisation's own days."""

from typing import Any

import time_machine

from orders.desk.home import PAST_SCHEDULE, answers
from orders.desk.radar import DAYS, radar
from orders.search import count_orders, parse_query
from tests.orders.builders import order, write


@time_machine.travel("2026-10-20T23:30:00+00:00", tick=False)  # the 21st in London; clocks change on the 25th
def test_every_number_is_what_its_list_finds(house: Any) -> None:
    times = ["2026-10-20T22:59:59", "2026-10-20T23:00:00", "2026-10-25T00:30:00", "2026-10-25T23:30:00"]
    times += ["2026-11-03T23:59:59", "2026-11-04T00:00:00"]
    fields = {"dispatchStatus": "Scheduled", "paymentStatus": "Paid", "deliveryMethodName": "Post"}
    rows = [order(n, **fields, scheduledDeliveryAt=f"{time}+00:00") for n, time in enumerate(times, 1)]
    write(
        house.hotel, *rows, order(9, **{**fields, "paymentStatus": "Failed"}, scheduledDeliveryAt=f"{times[1]}+00:00")
    )
    found = radar(house.hotel)
    assert [day.n for day in found.days] == [2, 0, 0, 0, 2, *[0] * 8, 1]
    assert len(found.days) == DAYS
    assert found.days[0].hot == 2
    assert found.count.n == sum(day.n for day in found.days) == 5
    for n, text in [*((day.n, day.query) for day in found.days), (5, found.query)]:
        assert count_orders(house.hotel, parse_query(text, house.hotel).criteria).n == n
    assert {words: count.n for words, count, _ in found.problems} == {
        "Due, but not paid": 1,
        "Past their scheduled day": 1,
        "E-mail wanted, address blank or odd": 0,
        "Post: too few working days left": 2,
    }


@time_machine.travel("2026-10-21T09:00:00+00:00", tick=False)
def test_what_is_past_its_day_is_counted_as_home_counts_it(house: Any) -> None:
    kinds = [
        {"dispatchStatus": "Outstanding", "paymentStatus": "Paid"},
        {"dispatchStatus": "Scheduled", "paymentStatus": "Pending"},
        {"dispatchStatus": "Failed", "paymentStatus": "Paid"},
        {"dispatchStatus": "Dispatched", "paymentStatus": "Paid"},
    ]
    day = "2026-10-20T12:00:00+00:00"
    write(house.hotel, *(order(n, **kind, scheduledDeliveryAt=day) for n, kind in enumerate(kinds, 1)))
    [told] = answers(house.hotel, [PAST_SCHEDULE])
    assert told.count.n == 3
    assert (told.question.words, told.count, told.query) in radar(house.hotel).problems
