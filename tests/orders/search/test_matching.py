"""What the index of texts finds, and that it finds no more and no less than reading every text does."""

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from glu_admin.tenancy.models import Organisation
from orders.models import Order
from orders.search import (
    Counted,
    count_and_sums,
    count_orders,
    counts,
    find,
    find_orders,
    keys,
    list_page,
    matching,
    parse_query,
    postgres,
)
from orders.search.folding import fold
from orders.search.matching import index
from orders.search.words import Words
from tests.orders.builders import EPOCH, order, write

WORDS = [
    Words(wanted=("smith",)),
    Words(wanted=("ann", "smith")),
    Words(wanted=("smith",), unwanted=("ann",)),
    Words(wanted=("smith", " b")),
    Words(wanted=(" bo ",)),
    Words(wanted=("th",)),
    Words(wanted=("nobody",)),
    Words(wanted=("nobody",), number="00123", unwanted=("bob",)),
    Words(wanted=("nobody",), ids=(2,)),
    Words(wanted=("smith",), ids=(77,)),
    Words(uuid=UUID("8f1c2a70-5b0e-4d3c-9a52-c9e6f0b7d418")),
]


@pytest.fixture
def written(house: Any) -> Any:
    names = ("Ann Smith", "Bob Smith", "Ann Smithson", "Bo Jones")
    rows = [order(n, customerName=name, phoneNumber=f"07700 90012{n}") for n, name in enumerate(names, 1)]
    for organisation in (house.hotel, house.golf):
        write(organisation, {**rows[0], "uuid": "8f1c2a70-5b0e-4d3c-9a52-c9e6f0b7d418"}, *rows[1:])
    return house


@pytest.fixture
def few_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is asked, as among many orders."""
    monkeypatch.setattr(index(), "NEWEST", 1)


def by_reading(organisation: Organisation, words: Words) -> set[int]:
    if named := {row.pk for row in organisation.orders.filter(glu_id__in=words.ids)}:
        return named
    wanted = (fold(str(words.uuid)),) if words.uuid else words.wanted
    return {
        row.pk
        for row in organisation.orders.select_related("document")
        if all(term in row.document.text for term in wanted) or (words.number and words.number in row.document.text)
        if not any(term in row.document.text for term in words.unwanted)
    }


@pytest.mark.parametrize("words", WORDS, ids=str)
@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.usefixtures("few_are_read")
def test_the_index_finds_what_reading_finds(written: Any, words: Words, indexed: bool) -> None:
    if not indexed:
        _without_index()
    for organisation in (written.hotel, written.golf):
        found = matching.matching(organisation, words)
        assert set(found.pks) == by_reading(organisation, words)
        assert not found.at_least


@pytest.mark.usefixtures("few_are_read")
def test_the_index_follows_texts_that_change_and_go(written: Any) -> None:
    write(written.hotel, order(1, "2026-11-02T10:00:00+00:00", customerName="Ann Taylor"))
    written.hotel.orders.get(glu_id=2).delete()
    assert _ids(written.hotel, "smith") == {3}
    assert _ids(written.hotel, "taylor") == {1}
    assert _ids(written.golf, "smith") == {1, 2, 3}
    assert index().lacking() == 0


@pytest.mark.parametrize(
    ("bounds", "is_few"),
    [
        (["MOST_FOUND"], True),
        (["MOST_FOUND", "_MOST_HELD"], True),
        (["MOST_FOUND", "_SOON_MET"], False),
        (["COMMON"], False),
    ],
)
def test_the_rows_are_the_same_where_more_are_found_than_are_counted_or_held(
    written: Any, monkeypatch: pytest.MonkeyPatch, bounds: list[str], is_few: bool
) -> None:
    query = parse_query("q=smith&sort=-total", written.hotel)
    few = [row.glu_id for row in list_page(written.hotel, query, 50).rows]
    for bound in bounds:
        monkeypatch.setattr(matching, bound, 2)
    found = find(written.hotel, query.criteria)
    assert found.is_few == is_few
    assert [row.glu_id for row in list_page(written.hotel, query, 50, found).rows] == few == [3, 2, 1]
    assert count_and_sums(written.hotel, query.criteria, found, []) == (Counted(2, exact=False), [])


def test_where_many_are_likely_nobody_looks_for_all_of_them(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_SOON_MET", 2)
    words = Words(wanted=("smith",))
    assert matching.matching(written.hotel, words).is_few
    monkeypatch.setattr(index(), "NEWEST", 3)  # two or three of these have the word, and as large a part of all may
    assert len(matching.matching(written.hotel, words).pks) == 3
    monkeypatch.setattr(matching, "_MANY", 1)
    found = matching.matching(written.hotel, words)
    assert (found.pks, found.at_least, found.is_few) == ([], len(found.newest), False)
    assert _ids(written.hotel, "smith") == {1, 2, 3}


@pytest.mark.parametrize("at_once", [1, 3, 10])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 9, 10])
def test_the_first_page_is_that_of_the_whole_list(
    house: Any, monkeypatch: pytest.MonkeyPatch, at_once: int, size: int
) -> None:
    """Of the newest it is known which they are; `at_once` were created in one moment, and some of them may be cut."""
    placed = (f"2026-11-0{1 + n // at_once}T10:00:00+00:00" for n in range(9))
    write(house.hotel, *(order(n, at, customerName="Kim Lee") for n, at in enumerate(placed, 1)))
    query = parse_query("q=kim", house.hotel)
    found = find(house.hotel, query.criteria)
    whole = [row.glu_id for row in list_page(house.hotel, query, 50, replace(found, newest=())).rows]
    assert len(whole) == 9
    for read in (2, 5, 9):
        monkeypatch.setattr(index(), "NEWEST", read)
        found = find(house.hotel, query.criteria)
        assert len(found.newest) in (read, 9)  # or all, where the index knows when they were created
        page = list_page(house.hotel, query, size, found)
        assert [row.glu_id for row in page.rows] == whole[:size]
        assert (page.older is None) == (size >= 9)


def test_sums_of_many_that_are_found_come_after_the_rows(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    criteria = parse_query("q=smith", written.hotel).criteria
    found = find(written.hotel, criteria)
    with CaptureQueriesContext(connection) as asked:
        assert count_orders(written.hotel, criteria, found) == Counted(3)
    assert not asked.captured_queries
    assert count_and_sums(written.hotel, criteria, found, [])[1]
    monkeypatch.setattr(counts, "_MOST_SUMMED", 2)
    assert count_and_sums(written.hotel, criteria, found, []) == (Counted(3), [])


@pytest.mark.parametrize("typed", ["desk@post.example", "900123", "paid-together-1", "smith", "07700 900123"])
def test_all_are_found_where_more_are_named_than_are_held(
    house: Any, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """The desk's own address stands in every order that came by telephone."""
    same = {"customerEmailAddress": "desk@post.example", "customerName": "Ann Smith", "phoneNumber": "07700 900123"}
    write(house.hotel, *(order(number, **same) for number in range(1, 6)))
    write(house.golf, *(order(number, **same) for number in range(1, 6)))
    for number in range(1, 6):
        house.hotel.transactions.create(
            glu_id=number,
            order_glu_id=number,
            gateway_reference="Paid-together-1",
            created_at=EPOCH,
            copied_at=EPOCH,
        )
    assert _ids(house.hotel, typed) == {1, 2, 3, 4, 5}
    monkeypatch.setattr(matching, "MOST_FOUND", 2)
    assert _ids(house.hotel, typed) == {1, 2, 3, 4, 5}
    ours = find_orders(house.hotel, parse_query(f"q={typed}", house.hotel).criteria)
    assert {row.organisation_id for row in ours} == {house.hotel.pk}


def test_of_no_more_orders_than_are_read_the_index_is_not_asked(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    words = Words(wanted=("smith",), unwanted=("ann",))
    with CaptureQueriesContext(connection) as asked:
        few = matching.matching(written.hotel, words).pks
    monkeypatch.setattr(index(), "NEWEST", 1)
    with CaptureQueriesContext(connection) as asked_of_many:
        assert matching.matching(written.hotel, words).pks == few
    assert len(asked) < len(asked_of_many)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's index has the organisation in its keys")
def test_the_index_is_asked_for_the_organisation_too(written: Any) -> None:
    sql, parameters = postgres._found("order_id", written.hotel.pk, ["smith"], [])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("DROP INDEX document_newest")  # among a few texts it would be taken instead
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert re.search(r"on document_text .*Index Cond: \(\(organisation_id = .*text ~~", plan)


def test_many_keys_are_asked_for_as_few_are(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    few = _ids(written.hotel, "smith")
    monkeypatch.setattr(keys, "_FEW", 1)
    assert _ids(written.hotel, "smith") == few == {1, 2, 3}


def test_a_change_of_status_writes_no_text(written: Any) -> None:
    with CaptureQueriesContext(connection) as asked:
        later = {"updatedAt": "2026-11-02T10:00:00+00:00", "dispatchStatus": "Packed"}
        write(written.hotel, order(4, customerName="Bo Jones", phoneNumber="07700 900124", **later))
    assert written.hotel.orders.get(glu_id=4).dispatch_status == "Packed"
    assert not [query for query in asked if "INSERT" in query["sql"] and "orders_orderdocument" in query["sql"]]


def _ids(organisation: Organisation, typed: str) -> set[int]:
    found = find_orders(organisation, parse_query(f"q={typed}", organisation).criteria)
    return {row.glu_id for row in Order.across_organisations.filter(pk__in=found)}


def _without_index() -> None:
    """Within the test's transaction, in which PostgreSQL drops nothing concurrently."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP INDEX {index().INDEX}")
        else:
            index().drop_index()
