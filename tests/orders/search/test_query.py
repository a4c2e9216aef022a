"""The query string: read strictly, said when wrong, written back canonically."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start
from orders.search import chips, describe, parse_query
from orders.search.criteria import LABELS, VALUE_FIELDS
from orders.search.query import SORTS, read_cursor, write_cursor

LONDON = Organisation(name="A", slug="a", timezone="Europe/London")


def test_everything_at_once() -> None:
    query = parse_query(
        "dispatch=Outstanding&dispatch=Packed&payment=Paid&type=Gift+Card&channel=&method=Offline&delivery=Email"
        "&created=2026-01-01..2026-01-31&updated=2026-02-01&scheduled=..2026-03-01&refunded=2026-02-01..2026-02-28&total=10.50..99&q=patel&sort=total"
        "&size=100",
        LONDON,
    )
    assert query.ok
    assert query.ignored == ()
    criteria = query.criteria
    assert criteria.dispatch == ("Outstanding", "Packed")
    assert criteria.channel == ("",)
    assert criteria.created is not None
    assert (criteria.created.first, criteria.created.last) == (date(2026, 1, 1), date(2026, 1, 31))
    assert criteria.created_days() == (date(2026, 1, 1), date(2026, 1, 31))
    assert criteria.refunded is not None
    assert (criteria.refunded.first, criteria.refunded.last) == (date(2026, 2, 1), date(2026, 2, 28))
    assert "Money back 1 Feb 2026 to 28 Feb 2026" in describe(query)
    assert criteria.total is not None
    assert (criteria.total.least, criteria.total.most) == (Decimal("10.50"), Decimal(99))
    assert parse_query(query.url_query(), LONDON) == query


def test_looks_are_carried_along_and_are_no_part_of_the_filter() -> None:
    query = parse_query("payment=Paid&view=golf-post&cols=order,total:wide", LONDON)
    assert (query.view, query.cols) == ("golf-post", "order,total:wide")
    assert parse_query(query.url_query(), LONDON) == query
    assert query.url_query(view="") == "payment=Paid&cols=order%2Ctotal%3Awide"
    assert query.all_orders().url_query() == "payment=Paid"
    assert describe(query) == "Payment: Paid, newest first"
    assert [chip.label for chip in chips(query)] == ["Payment: Paid"]
    assert [problem.key for problem in parse_query("view=<b>&cols=%2F", LONDON).errors] == ["view", "cols"]


@pytest.mark.parametrize(
    "text",
    [
        "created=2026-02-30",
        "created=2026-02-01..2026-01-01",
        "created=soon",
        "created=..",
        "created=2026-01-01..2026-01-02..2026-01-03",
        "created=2026-01-01&created=soon",
        "has=colour",
        "has=gone&no=gone",
        "id=12,x",
        "total=>",
        "created=0001-01-01..",
        "created=%2B999999d",
        "total=ten",
        "total=9..1",
        "total=1e5",
        "age=3",
        "age=..",
        "age=<0d",
        "age=3wd..2wd",
        "age=2d..1h",
        "age=99999d",
        "age=1d..2d..3d",
        "total=NaN",
        "sort=name",
        "size=7",
        "size=-1",
        "size=%C2%B2",
        "cursor=garbage",
        "q=a",
        "q=-smith",
        "q=%00abc",
        "dispatch=a%00b",
    ],
)
def test_a_wrong_value_is_an_error_and_never_dropped(text: str) -> None:
    query = parse_query(text, LONDON)
    assert not query.ok
    assert all(problem.message for problem in query.errors)
    assert [chip.kind for chip in chips(query)].count("error") >= 1


def test_an_unknown_key_is_ignored_and_said() -> None:
    query = parse_query("colour=red&payment=Paid", LONDON)
    assert query.ok
    assert [problem.key for problem in query.ignored] == ["colour"]
    assert "colour" not in query.url_query()
    assert [chip.kind for chip in chips(query)] == ["active", "ignored"]


def test_a_chip_removes_itself_and_only_itself() -> None:
    query = parse_query("dispatch=Packed&dispatch=Failed&payment=Paid&q=patel&sort=total", LONDON)
    left = {chip.label: chip.remove_query for chip in chips(query)}
    assert left["Packed"] == "q=patel&dispatch=Failed&payment=Paid&sort=total"
    assert left["“patel”"] == "dispatch=Packed&dispatch=Failed&payment=Paid&sort=total"
    assert len(left) == 4


def test_empty_boxes_of_a_form_ask_for_nothing() -> None:
    query = parse_query("q=&created=&updated=&scheduled=&refunded=&total=&sort=&size=", LONDON)
    assert query.ok
    assert query.criteria.is_empty()
    assert query.url_query() == ""


@time_machine.travel("2026-03-28T23:30:00+00:00")
def test_relative_days_are_the_organisations_own() -> None:
    auckland = Organisation(timezone="Pacific/Auckland")
    for organisation, today in ((LONDON, date(2026, 3, 28)), (auckland, date(2026, 3, 29))):
        days = parse_query("created=-7d..today&scheduled=today..%2B14d", organisation).criteria
        assert days.created is not None
        assert days.scheduled is not None
        assert (days.created.first, days.created.last) == (today - timedelta(days=7), today)
        assert days.scheduled.last == today + timedelta(days=14)


@given(
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["Europe/London", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo"]),
)
def test_local_days_meet_without_gap_or_overlap(day: date, zone: str) -> None:
    """Also where clocks change: every instant is in exactly one local day, the one its own clock says."""
    organisation = Organisation(timezone=zone)
    start, end = day_start(day, organisation.zone), day_start(day + timedelta(days=1), organisation.zone)
    assert start <= end
    if start.timestamp() < end.timestamp():
        first = datetime.fromtimestamp(start.timestamp(), ZoneInfo(zone))
        last = datetime.fromtimestamp(end.timestamp() - 1, ZoneInfo(zone))
        assert first.date() >= day
        assert last.date() <= day


def test_described_in_words() -> None:
    query = parse_query("dispatch=Outstanding&created=2026-01-01..2026-01-31", LONDON)
    assert describe(query) == "Outstanding, Created 1 Jan 2026 to 31 Jan 2026, newest first"
    assert describe(parse_query("", LONDON)) == "All orders, newest first"
    with time_machine.travel("2026-11-20T12:00:00+00:00", tick=False):
        assert describe(parse_query("created=this-month", LONDON)) == (
            "Created this month, 1 Nov 2026 to 30 Nov 2026, newest first"
        )
    aged = {
        "3wd..": "3 working days or more",
        "..1d": "up to 1 day",
        "5h..2d": "5 hours to 2 days",
        "45min": "45 minutes",
        "1 working day..": "1 working day or more",
    }
    for text, words in aged.items():
        said = describe(parse_query(f"age={text}&has=late&sort=-age", LONDON))
        assert said == f"Waiting {words}, Late, longest waiting first"


MOMENT = "2026-01-01T00:00:00+00:00"


@given(st.sampled_from(["", "-"]), st.sampled_from(SORTS), st.integers(0, 2**62), st.integers(-(2**63), 2**63 - 1))
def test_a_cursor_belongs_to_its_sort(sign: str, name: str, glu_id: int, amount: int) -> None:
    sort = sign + name
    written, value = (amount, amount) if name == "total" else (MOMENT, datetime.fromisoformat(MOMENT))
    text = write_cursor(sort, "older", written, glu_id)
    assert read_cursor(text, sort) == ("older", value, glu_id)
    assert read_cursor(text, "-other") is None
    assert read_cursor(write_cursor(sort, "older", None, glu_id), sort) == ("older", None, glu_id)


@given(st.text(max_size=60))
def test_no_cursor_breaks_the_page(text: str) -> None:
    assert read_cursor(text, "-created") is None or text


def test_many_values_are_chips_up_to_a_dozen_and_one_that_takes_the_rest_away() -> None:
    text = "&".join(f"{name}={n}" for name in ("dispatch", "payment") for n in range(50))
    found = chips(parse_query(text, LONDON))
    assert [chip.label for chip in found][-2:] == ["11", "and 88 more"]
    assert found[-1].remove_query == "&".join(f"dispatch={n}" for n in range(12))
    assert describe(parse_query(text, LONDON)).endswith(", 11, and 88 more, newest first")
    unknown = chips(parse_query("&".join(f"k{n}=1" for n in range(300)), LONDON))
    assert [chip.label for chip in unknown][-2:] == ["k11 ignored", "and 288 more ignored"]


def test_an_empty_box_of_any_key_asks_for_nothing(house: Any) -> None:
    for key in LABELS:
        if key not in VALUE_FIELDS:
            assert parse_query(f"{key}=", house.hotel) == parse_query("", house.hotel), key
