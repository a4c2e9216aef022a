"""The search box's language: clauses become what an address says, and are printed back as they are read."""

from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation
from orders.search import Query, chips, parse_query, written
from tests.orders.builders import order, write

ROWS = [
    order(1, dispatchStatus="Outstanding", paymentStatus="Paid", type="Gift Card", channel="Web"),
    order(2, dispatchStatus="Packed", paymentStatus="Pending", type='The "Big" Card', channel=""),
    order(3, dispatchStatus="Dispatched", paymentStatus="Pending, late", type="Gift Box", currencyCode="eur "),
]


@pytest.fixture
def desk(house: Any) -> Organisation:
    write(house.hotel, *ROWS)
    hotel: Organisation = house.hotel
    return hotel


def read(organisation: Organisation, typed: str) -> Query:
    return parse_query(urlencode({"q": typed}), organisation)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("payment:Pending,paid patel", "q=patel&payment=Pending&payment=Paid"),
        ("dispatch:outst", "dispatch=Outstanding"),
        ("type:“Gift Card”,„Gift Box“", "type=Gift+Card&type=Gift+Box"),
        ('type:"The ""Big"" Card"', 'type=The+"Big"+Card'),
        ("-dispatch:Packed,Dispatched", "not.dispatch=Packed&not.dispatch=Dispatched"),
        ("channel:none -channel:Web", "channel=&not.channel=Web"),
        ("currency:EUR", "currency=EUR"),
        ("created:-7d..", "created=-7d.."),
        ("created:this-month", "created=this-month"),
        ('created:"Last month"', "created=last-month"),
        ("scheduled:today..+14d updated:31/1/2026", "updated=2026-01-31&scheduled=today..+14d"),
        ("created:2026-01-01..2026-01-31,1/3/2026..", "created=2026-01-01..2026-01-31,2026-03-01.."),
        ("refunded:-7d.. has:refunded", "refunded=-7d..&has=refunded"),
        ("created:>=1/2/2026 updated:<today", "created=2026-02-01..&updated=..-1d"),
        ("total:>50 has:message,refund", "total=>50&has=message&has=refund"),
        ("age:>2wd", "age=3wd.."),
        ('age:"2 hours..3 working days" has:late', "age=2h..3wd&has=late"),
        ("age:<30min no:past-schedule", "age=..29min&no=past-schedule"),
        ("-has:discount no:gone", "no=discount&no=gone"),
        ("has:gone", "has=gone"),
        ("id:12,11,11", "id=11,12"),
        ("41, 42; 40", "id=40,41,42"),
        ("41\n42", "id=41,42"),
        ("#4100 #4200", "id=4100,4200"),
        ("5000 5001 5002", "id=5000,5001,5002"),
        ('PAYMENT:PAID "happy birthday" -golf', 'q="happy+birthday"+-golf&payment=Paid'),
        ('"payment:paid"', 'q="payment:paid"'),
        ("mailto:sam@post.example", "q=mailto:sam@post.example"),
    ],
)
def test_a_clause_says_what_an_address_says(desk: Organisation, typed: str, address: str) -> None:
    query = read(desk, typed)
    assert query.ok, query.errors
    assert unquote(query.url_query()).replace(" ", "+") == address
    assert parse_query(query.url_query(), desk) == query


@pytest.mark.parametrize("typed", ["700,001", "900 123", "07700 900123", "+44 7700 900123", "447700 9001", "41"])
def test_what_is_no_list_of_order_numbers_stays_a_search(desk: Organisation, typed: str) -> None:
    assert read(desk, typed).criteria.q == typed


@pytest.mark.parametrize(
    ("typed", "part", "right"),
    [
        ("patel payment:payd", "payment:payd", "Do you mean Paid?"),
        ("payment:pend", "payment:pend", "There are: Pending, Pending, late."),
        ("payment:zzz,Paid", "payment:zzz,Paid", "There are: Paid"),
        ("dispach:Packed x", "dispach:Packed", "Do you mean dispatch:?"),
        ("colour:red", "colour:red", "There are dispatch, payment,"),
        ("created:soon patel", "created:soon", "Write it as 31/1/2026"),
        ("total:ten", "total:ten", "Write it as 50"),
        ("age:old", "age:old", "Write it as 3wd"),
        ("has:hat", "has:hat", "message, recipient-email"),
        ("-created:today", "-created:today", "cannot be left out"),
        ("id:12x", "id:12x", "digits with commas"),
        ("“a b” total:9..1", "total:9..1", "ends below"),
    ],
)
def test_a_clause_that_cannot_be_read_is_shown_with_what_would_be_right(
    desk: Organisation, typed: str, part: str, right: str
) -> None:
    query = read(desk, typed)
    (problem,) = query.errors
    assert problem.parts[1] == part
    assert "".join(problem.parts) == problem.value == typed
    assert right in problem.message
    assert query.criteria.is_empty()
    assert query.url_query() == urlencode({"q": typed})


def test_a_thousand_numbers_fit_an_address_and_more_are_refused(desk: Organisation) -> None:
    numbers = [9_000_000_000 + 7 * n for n in range(1_000)]
    query = read(desk, "\n".join(map(str, numbers)))
    assert query.criteria.ids == tuple(numbers)
    assert len(query.url_query()) < 4_000
    assert parse_query(query.url_query(), desk) == query
    assert [chip.label for chip in chips(query)] == ["Order numbers 9000000000, 9000000007, 9000000014, and 997 more"]
    assert "At most 1,000" in read(desk, " ".join(map(str, range(100_000, 101_001)))).errors[0].message


def test_chips_say_what_is_not_wanted_and_what_an_order_has(desk: Organisation) -> None:
    typed = "-dispatch:Packed -type:none has:message no:scheduled total:<5 created:1/1/2026,1/3/2026.. -channel:none"
    assert [chip.label for chip in chips(read(desk, typed))] == [
        "Dispatch is not Packed",
        "Type is given",
        "Channel is given",
        "Created 1 Jan 2026 or from 1 Mar 2026",
        "Total below 5",
        "With a personal message",
        "Without a scheduled delivery",
    ]


def test_a_clause_adds_to_what_the_address_says(desk: Organisation) -> None:
    query = parse_query(urlencode({"payment": "Paid", "q": "payment:Pending has:message", "has": "refund"}), desk)
    assert query.url_query() == "payment=Paid&payment=Pending&has=message&has=refund"
    assert query.from_box
    assert not parse_query("payment=Paid", desk).from_box


VALUES = st.sampled_from(["Outstanding", 'The "Big" Card', "", "none", "a,b", "“x”", "x:y z", '"', "-"]) | st.text(
    max_size=8
)
DAYS = st.sampled_from(
    ["-7d..", "last-month", "today..+14d", "..2026-03-31", "2026-02-29x", "2024-02-29", "2026-01-01..2026-01-31"]
)
PAIRS = st.one_of(
    st.tuples(st.sampled_from(["dispatch", "not.dispatch", "type", "currency", "not.currency", "channel"]), VALUES),
    st.tuples(
        st.sampled_from(["created", "updated", "scheduled", "refunded"]),
        st.lists(DAYS, min_size=1, max_size=3).map(",".join),
    ),
    st.tuples(st.just("total"), st.sampled_from(["50..", ">1,000", "£5..£9", "1 000..2 000", "<=7 EUR", "..0"])),
    st.tuples(st.sampled_from(["has", "no"]), st.sampled_from(["message", "gone", "refund", "discount", "scheduled"])),
    st.tuples(
        st.just("id"), st.lists(st.integers(0, 2**40), min_size=1, max_size=40).map(lambda ids: ",".join(map(str, ids)))
    ),
    st.tuples(
        st.just("q"),
        st.lists(
            st.sampled_from(['"a b"', "-golf", "patel", "“c d”", 'x"', "41", "42", "Re:", "has:message", "l'or"])
            | st.text(max_size=6),
            min_size=1,
        ).map(" ".join),
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PAIRS, max_size=5))
@example([("q", "has:message 5000 5001")])
@example([("q", '"a'), ("dispatch", "b")])
@example([("total", "1 000..2 000"), ("q", "a  b")])
def test_what_is_printed_back_is_read_as_the_same(desk: Organisation, pairs: list[tuple[str, str]]) -> None:
    query = parse_query(urlencode(pairs), desk)
    if not query.ok:
        return
    assert parse_query(query.url_query(), desk) == query
    again = read(desk, written(query.criteria))
    assert again.ok, (again.errors, written(query.criteria))
    assert again.criteria == query.criteria, written(query.criteria)
    assert written(again.criteria) == written(query.criteria)


def test_many_values_ask_the_database_no_more_than_one(desk: Organisation, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(1):
        assert read(desk, "payment:" + "Paid," * 2000).ok
    with django_assert_max_num_queries(1):
        assert read(desk, "payment:Paid " * 1000).ok
