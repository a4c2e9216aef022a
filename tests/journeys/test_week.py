"""A week with a clock change and a bank holiday, at known times: every number of it is as it was written down by hand.

The numbers in the tables are orders; `week.py` tells what happened to each.
"""

import csv
import io
from datetime import date
from typing import Any, get_args

import pytest
import time_machine

from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from glu_admin.tenancy.models import Organisation
from orders.desk.history import day_of
from orders.desk.home import FIRST, answers, groups
from orders.desk.marks import is_sent, marks_of
from orders.desk.notes import notes_of
from orders.desk.payments import rungs
from orders.desk.queues import QUEUES, Queue
from orders.desk.radar import radar
from orders.desk.refunds import refunds
from orders.display.ages import attention_of, clock_of
from orders.exports import Choice, csv_texts
from orders.models import DeskSettings, OrderChange
from orders.reports.figures import Row, report
from orders.reports.period import By, Period
from orders.search import Query, count_and_sums, find, find_orders, parse_query, read_counters
from tests.conftest import accepted_key
from tests.journeys.week import Week, instant, local, rows

# How long each order waits; "at" its limit, or "late", which nothing is that is sent here. "-" waits for nothing, "" is
# not here.
AGES = """
   | Fri 27 09:10 | Mon 30 00:05 | Mon 30 09:10 | Wed 1 09:10 | Thu 2 16:10 | Mon 6 10:00 | Tue 7 09:10
 1 | 1 wd         | -            | -            | -           | -           | -           | -
 2 | 17 h late    | 1 wd at      | 1 wd at      | 3 wd late   | 6 h         | 0 wd        | 1 wd at
 3 |              | 2 d          | 2 d          | 4 d         | 5 d         | 9 d late    | 10 d late
 4 |              | -            | -            | -           | -           | -           | -
 5 |              |              | 8 h          | 2 wd at     | 1 wd        | 1 wd        | 2 wd at
 6 |              | 1 wd         | 1 wd         | 3 wd        | 4 wd        | 4 wd        | 5 wd late
 7 | 1 wd         | -            | -            | -           | -           | -           | -
 8 |              |              |              | -           | -           | -           | -
 9 |              |              |              | 21 h late   | 2 d late    | 5 d late    | 6 d late
10 |              |              |              | -           | -           | -           | -
11 |              |              |              |             | 1 h         | -           | -
12 | 1 wd         | -            | -            | -           | -           | -           | -
"""

# Who stands in each queue of the desk, each question of Home and each rung of the payments. All that goes by post is
# odd, as nobody gave a postcode.
QUEUED = """
                | Fri 27 09:10 | Mon 30 00:05 | Mon 30 09:10 | Wed 1 09:10 | Thu 2 16:10 | Mon 6 10:00 | Tue 7 09:10
dispatch        | 1 7 12       | 2            | 2 5          | 2 5 6       | 2 6 11      | 2 6         | 2 6
late-to-send    |              |              |              | 2           |             |             | 6
late-to-pay     | 2            |              |              |             |             |             | 3
scheduled       |              | 3 6          | 3 6          | 3 6         | 3 6         | 3 6         | 3
past-schedule   |              |              |              |             |             |             | 6
late-start      |              |              |              |             | 6           | 6           |
dispatch-failed |              |              |              |             | 5           | 5           | 5
odd             | 1 2 7 12     | 2 3 6        | 2 3 5 6      | 2 3 5 6     | 2 3 6       | 2 3 6       | 2 3 6
odd             | 2            | 2            | 2            | 2           | 2           | 2           | 2
unconfirmed     |              | 1 12         | 1            | 12          | 12          | 12          | 11 12
unmarked        |              | 7            | 7            | 7           | 7           |             |
due-unpaid      |              |              |              |             |             |             | 3
odd-email       |              |              |              |             |             |             |
due             |              |              |              |             |             |             | 3
gateway         | 2            |              |              |             |             |             |
offline         |              |              |              |             |             |             | 3
complimentary   |              |              |              | 10          | 10          | 10          | 10
sent-unpaid     |              |              |              |             | 9           | 9           | 9
paid-unsent     |              |              |              | 2           |             |             | 6
failed          |              |              |              | 9           | 9           | 9           | 9
refunded        |              |              |              | 8           | 8           | 8           | 8
chargeback      |              |              |              |             | 4           | 4           | 4
later           |              |              |              |             |             | 3           |
"""

# Everything that was seen to move, and between which two instants: an order is read where its stamp is new, its lines
# also by turns, and one that was deleted is gone once Glu has said so twice, a day apart.
CHANGES = """
 1 | dispatchStatus | Outstanding | Packed             | Fri 27 Mar 09:00 | Sat 28 Mar 23:30
 1 | dispatchStatus | Packed      | Dispatched         | Mon 30 Mar 09:00 | Tue 31 Mar 09:00
 2 | paymentStatus  | Pending     | Paid               | Fri 27 Mar 09:00 | Sat 28 Mar 23:30
 2 | dispatchStatus | Outstanding | Packed             | Wed 1 Apr 09:00  | Thu 2 Apr 16:00
 5 | dispatchStatus | Outstanding | Failed             | Wed 1 Apr 09:00  | Thu 2 Apr 16:00
 7 | dispatchStatus | Outstanding | Dispatched         | Fri 27 Mar 09:00 | Sat 28 Mar 23:30
 7 | paymentStatus  | Paid        | Partially Refunded | Wed 1 Apr 09:00  | Thu 2 Apr 16:00
 7 | refunded       | false       | true               | Tue 31 Mar 09:00 | Thu 2 Apr 16:00
 8 | paymentStatus  | Paid        | Refunded           | Tue 31 Mar 09:00 | Wed 1 Apr 09:00
 9 | dispatchStatus | Outstanding | Dispatched         | Wed 1 Apr 09:00  | Thu 2 Apr 16:00
12 | gone           |             |                    | Thu 26 Mar 12:00 | Mon 30 Mar 09:00
12 | back           |             |                    | Tue 31 Mar 09:00 | Wed 1 Apr 09:00
"""

# When and what is added up; by currency and payment status how many orders, worth how much, of how many transactions
# are known, and what of these was paid, went back and is left.
SUMS = """
Fri 27 Mar 09:10 |                                | GBP | Paid               | 3 | 150.00 | 3 | 150.00 |  0.00 | 150.00
Fri 27 Mar 09:10 |                                | GBP | Pending            | 1 |  80.00 | 0 |   0.00 |  0.00 |   0.00
Mon 30 Mar 09:10 | gone=none                      | GBP | Paid               | 6 | 345.00 | 6 | 345.00 |  0.00 | 345.00
Mon 30 Mar 09:10 | gone=none                      | GBP | Pending            | 1 | 250.00 | 0 |   0.00 |  0.00 |   0.00
Mon 30 Mar 09:10 | gone=only                      | GBP | Paid               | 1 |  10.00 | 1 |  10.00 |  0.00 |  10.00
Tue 7 Apr 09:10  |                                | GBP | Paid               | 7 | 300.00 | 6 | 265.00 | 25.00 | 240.00
Tue 7 Apr 09:10  |                                | GBP | Failed             | 1 |  45.00 | 0 |   0.00 |  0.00 |   0.00
Tue 7 Apr 09:10  |                                | GBP | Partially Refunded | 1 |  90.00 | 1 |  90.00 | 20.00 |  70.00
Tue 7 Apr 09:10  |                                | GBP | Pending            | 1 | 250.00 | 0 |   0.00 |  0.00 |   0.00
Tue 7 Apr 09:10  |                                | GBP | Refunded           | 1 |  30.00 | 1 |  30.00 | 30.00 |   0.00
Tue 7 Apr 09:10  |                                | EUR | Paid               | 1 | 120.00 | 1 | 120.00 |  0.00 | 120.00
Tue 7 Apr 09:10  | created=2026-03-01..2026-03-31 | GBP | Paid               | 6 | 265.00 | 6 | 265.00 | 25.00 | 240.00
Tue 7 Apr 09:10  | created=2026-03-01..2026-03-31 | GBP | Failed             | 1 |  45.00 | 0 |   0.00 |  0.00 |   0.00
Tue 7 Apr 09:10  | created=2026-03-01..2026-03-31 | GBP | Partially Refunded | 1 |  90.00 | 1 |  90.00 | 20.00 |  70.00
Tue 7 Apr 09:10  | created=2026-03-01..2026-03-31 | GBP | Pending            | 1 | 250.00 | 0 |   0.00 |  0.00 |   0.00
Tue 7 Apr 09:10  | created=2026-03-01..2026-03-31 | GBP | Refunded           | 1 |  30.00 | 1 |  30.00 | 30.00 |   0.00
Tue 7 Apr 09:10  | created=2026-04-01..           | EUR | Paid               | 1 | 120.00 | 1 | 120.00 |  0.00 | 120.00
Tue 7 Apr 09:10  | created=2026-04-01..           | GBP | Paid               | 1 |  35.00 | 0 |   0.00 |  0.00 |   0.00
"""

# The file of March, as it is on Tuesday after Easter.
MARCH = """
Order | Created             | Dispatch status | Payment status     | Total  | Paid  | Refunded | Charged back | Net   | Last refund         | Waiting since
9     | 2026-03-31 12:00:00 | Dispatched      | Failed             | 45.00  |       |          |              |       |                     | 2026-03-31 12:05:00
8     | 2026-03-30 10:00:00 | Outstanding     | Refunded           | 30.00  | 30.00 | 30.00    |              | 0.00  | 2026-03-31 15:00:00 |
5     | 2026-03-30 00:30:00 | Failed          | Paid               | 40.00  | 40.00 | 0.00     |              | 40.00 |                     | 2026-04-01 12:00:00
4     | 2026-03-28 23:45:00 | Dispatched      | Paid               | 25.00  | 25.00 | 0.00     | 25.00        | 0.00  |                     |
3     | 2026-03-27 15:30:00 | Outstanding     | Pending            | 250.00 |       |          |              |       |                     | 2026-03-27 15:30:00
6     | 2026-03-27 11:00:00 | Outstanding     | Paid               | 60.00  | 60.00 | 0.00     |              | 60.00 |                     | 2026-03-27 11:01:00
2     | 2026-03-26 16:00:00 | Packed          | Paid               | 80.00  | 80.00 | 0.00     |              | 80.00 |                     | 2026-04-02 09:30:00
7     | 2026-03-26 11:00:00 | Dispatched      | Partially Refunded | 90.00  | 90.00 | 20.00    |              | 70.00 | 2026-04-01 14:00:00 |
1     | 2026-03-26 10:00:00 | Dispatched      | Paid               | 50.00  | 50.00 | 0.00     |              | 50.00 |                     |
12    | 2026-03-26 09:00:00 | Outstanding     | Paid               | 10.00  | 10.00 | 0.00     |              | 10.00 |                     | 2026-03-26 09:03:00
"""  # noqa: E501

# The reports on Tuesday: how many orders, worth how much, what of it was paid, went back and is left.
REPORTS = """
GBP | day   | Thu 26 Mar 2026                 | 4 | 230.00 | 230.00 | 20.00 | 210.00
GBP | day   | Fri 27 Mar 2026                 | 2 | 310.00 |  60.00 |  0.00 |  60.00
GBP | day   | Sat 28 Mar 2026                 | 1 |  25.00 |  25.00 | 25.00 |   0.00
GBP | day   | Mon 30 Mar 2026                 | 2 |  70.00 |  70.00 | 30.00 |  40.00
GBP | day   | Tue 31 Mar 2026                 | 1 |  45.00 |   0.00 |  0.00 |   0.00
GBP | day   | Wed 1 Apr 2026                  | 1 |  35.00 |   0.00 |  0.00 |   0.00
EUR | day   | Thu 2 Apr 2026                  | 1 | 120.00 | 120.00 |  0.00 | 120.00
GBP | week  | Week 13 of 2026, 26–29 Mar      | 7 | 565.00 | 315.00 | 45.00 | 270.00
GBP | week  | Week 14 of 2026, 30 Mar–5 Apr   | 4 | 150.00 |  70.00 | 30.00 |  40.00
EUR | week  | Week 14 of 2026, 30 Mar–5 Apr   | 1 | 120.00 | 120.00 |  0.00 | 120.00
GBP | month | March 2026, 26–31 Mar           | 10 | 680.00 | 385.00 | 75.00 | 310.00
GBP | month | April 2026, 1–7 Apr             | 1 |  35.00 |   0.00 |  0.00 |   0.00
EUR | month | April 2026, 1–7 Apr             | 1 | 120.00 | 120.00 |  0.00 | 120.00
"""
KINDS = """
GBP | delivery | 1st Class     | 7 | 530.00 | 280.00 | 50.00 | 230.00
GBP | delivery | E-mail        | 3 | 105.00 |  25.00 | 25.00 |   0.00
GBP | delivery | Courier       | 1 |  80.00 |  80.00 |  0.00 |  80.00
GBP | method   | Gateway       | 9 | 430.00 | 385.00 | 75.00 | 310.00
GBP | method   | Complimentary | 1 |  35.00 |   0.00 |  0.00 |   0.00
GBP | method   | Offline       | 1 | 250.00 |   0.00 |  0.00 |   0.00
EUR | delivery | Collection    | 1 | 120.00 | 120.00 |  0.00 | 120.00
EUR | method   | Gateway       | 1 | 120.00 | 120.00 |  0.00 | 120.00
"""

# What is scheduled for the days to come, and of how many something is wrong.
AHEAD = """
Fri 27 Mar 09:10 |
Mon 30 Mar 00:05 | 6 Apr: 1, 0 wrong, 9 Apr: 1, 0 wrong
Mon 30 Mar 09:10 | 6 Apr: 1, 0 wrong, 9 Apr: 1, 0 wrong
Wed 1 Apr 09:10  | 6 Apr: 1, 0 wrong, 9 Apr: 1, 0 wrong
Thu 2 Apr 16:10  | 6 Apr: 1, 1 wrong, 9 Apr: 1, 0 wrong
Mon 6 Apr 10:00  | 6 Apr: 1, 1 wrong, 9 Apr: 1, 0 wrong
Tue 7 Apr 09:10  | 9 Apr: 1, 1 wrong
"""


@pytest.fixture
def week(house: Any, sandbox: RunningSandbox) -> Week:
    """Alder House before its first order; a courier may take one working day, everything else two."""
    sandbox.world.open(SandboxOrganisation("week", "Alder House", "week-key-0001", seed=1, count=0))
    accepted_key(house.hotel, "week-key-0001")
    DeskSettings.across_organisations.create(organisation=house.hotel, dispatch_days_of={"Courier": 1})
    return Week(house.hotel, sandbox.world.shops["week"], house.staff)


def column(table: str, when: str) -> dict[str, str]:
    """A column of a table, which is headed without the month, by the names of its rows."""
    weekday, day, _, clock = when.split()
    heading, *body = rows(table)
    return {name: cells[heading.index(f"{weekday} {day} {clock}") - 1] for name, *cells in body}


def at(table: str, when: str) -> list[list[str]]:
    """The rows of a table that are about one time."""
    return [cells for first, *cells in rows(table) if first == when]


def numbers(hotel: Organisation, query: Query) -> str:
    assert query.ok
    return " ".join(map(str, sorted(find_orders(hotel, query.criteria).values_list("glu_id", flat=True))))


def ages(hotel: Organisation) -> dict[str, str]:
    clock = clock_of(hotel)
    found = {}
    for order in hotel.orders.all():
        age = attention_of(order, clock, sent=is_sent(marks_of(order))).age
        look = " late" if age and age.is_past else " at" if age and age.is_at else ""
        found[str(order.glu_id)] = f"{age.span.short}{look}" if age else "-"
    return found


def queues(hotel: Organisation) -> dict[str, Queue]:
    questions = {
        question.name: question for question in [*FIRST, *(one for _, group in groups(hotel) for one in group)]
    }
    return {**QUEUES, **{rung.name: rung for rung in rungs(hotel)}, **questions}


def changes(hotel: Organisation) -> list[list[str]]:
    moved = hotel.order_changes.exclude(field=OrderChange.SETTLED).select_related("order")
    return [
        [str(one.order.glu_id), one.field, one.old or "", one.new or "", local(one.seen_old_at), local(one.seen_new_at)]
        for one in moved.order_by("order__glu_id", "seen_new_at", "pk")
    ]


def added(hotel: Organisation, text: str) -> list[list[str]]:
    """What is added up of a list, as SUMS has it."""
    query = parse_query(text, hotel)
    counters = read_counters(hotel) if query.criteria.only_counted() else []
    sums = count_and_sums(hotel, query.criteria, find(hotel, query.criteria), counters)[1]
    return [
        [each.currency, status, str(part.orders), pounds(part.total), str(part.with_paid)]
        + [pounds(amount) for amount in (part.paid, part.back, part.net)]
        for each in sums
        for status, part in each.statuses
    ]


def pounds(amount: int) -> str:
    return f"{amount / 100:.2f}"


def reported(hotel: Organisation, by: By) -> list[list[str]]:
    """The rows of a report of these days that have orders, as REPORTS has them."""
    sections = report(hotel, Period(date(2026, 3, 26), date(2026, 4, 7), by)).sections
    return [[each.currency, by, *figures(row)] for each in sections for row in each.rows if row.figures.orders]


def of_kinds(hotel: Organisation, names: set[str]) -> list[list[str]]:
    """The same orders by the values of some fields, as KINDS has them."""
    sections = report(hotel, Period(date(2026, 3, 26), date(2026, 4, 7), "day")).sections
    splits = [(each.currency, split) for each in sections for split in each.splits if split.name in names]
    return [[code, split.name, *figures(row)] for code, split in splits for row in split.rows]


def figures(row: Row) -> list[str]:
    of = row.figures
    return [row.words, str(of.orders), *(pounds(amount) for amount in (of.total, of.paid, of.back, of.net))]


def ahead(hotel: Organisation) -> str:
    return ", ".join(f"{each.day:%-d %b}: {each.n}, {each.hot} wrong" for each in radar(hotel).days if each.n)


def file_of(hotel: Organisation, text: str, headings: list[str]) -> list[list[str]]:
    """The cells of a file for Excel under these headings."""
    file = "".join(csv_texts(hotel, parse_query(text, hotel), Choice(), lines=False)).removeprefix("\ufeff")
    heading, *body = csv.reader(io.StringIO(file, newline=""))
    places = [[name.partition(" (")[0] for name in heading].index(name) for name in headings]
    return [headings, *([row[place] for place in places] for row in body)]


def test_the_numbers_of_a_week_are_right(week: Week) -> None:
    hotel = week.hotel
    for when in week.live():
        here = {number: age for number, age in column(AGES, when).items() if age}
        assert ages(hotel) == here, when
        late = [number for number, age in here.items() if age.endswith("late")]
        assert numbers(hotel, parse_query("has=late", hotel)) == " ".join(late), when
        asked = queues(hotel)
        expected = column(QUEUED, when)
        assert {name: numbers(hotel, queue.query(hotel)) for name, queue in asked.items()} == expected, when
        told = answers(hotel, [*FIRST, *(one for _, group in groups(hotel) for one in group)])
        assert all(one.count.n == len(expected[one.question.name].split()) for one in told), when
        assert [ahead(hotel)] == at(AHEAD, when)[0], when
        for text in dict.fromkeys(cells[0] for cells in at(SUMS, when)):
            assert added(hotel, text) == [cells[1:] for cells in at(SUMS, when) if cells[0] == text], (when, text)
    assert changes(hotel) == rows(CHANGES)
    march = rows(MARCH)
    with time_machine.travel(instant(when), tick=False):
        assert file_of(hotel, "created=2026-03-01..2026-03-31", march[0]) == march
        for by in get_args(By):
            assert reported(hotel, by) == [row for row in rows(REPORTS) if row[1] == by]
        assert of_kinds(hotel, {"delivery", "method"}) == rows(KINDS)
        left = day_of(hotel, date(2026, 3, 27))
        assert [(sent.method, sent.kind, sent.n) for sent in left.sent] == [("1st Class", "posted", 2)]
        back = [(one.glu_id, one.amount, local(one.at)) for one in refunds(hotel, known=True)]
        assert back == [(7, 2000, "Wed 1 Apr 14:00"), (8, 3000, "Tue 31 Mar 15:00")]
    # What staff said of an order that went and came back stands.
    order = hotel.orders.get(glu_id=12)
    assert [(mark.kind, mark.user_name) for mark in marks_of(order)] == [("posted", "Staff")]
    assert [note.text for note in notes_of(hotel, order)] == ["Asked twice"]
