"""New and changed since the last export of a kind: nothing is missed, whatever its times say, and a mark is undone."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation, User
from orders.exports import marks
from orders.exports.asking import ask_again, ask_export, cancel, is_small, unmark
from orders.exports.choice import Choice
from orders.exports.making import make_export, path_of
from orders.exports.marks import Mark, count_since, last_mark, read_mark
from orders.mirror.gone import mark_gone
from orders.mirror.writing.lines import LineSet, write_lines
from orders.models import Export
from orders.search import find_orders, parse_query
from tests.orders.builders import EPOCH, order, write

PAGE, FILE = "/o/alder-house/exports/", "/o/alder-house/exports/file/"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path


def made(organisation: Organisation, user: User, query: str = "", *, since: bool = True, **choice: Any) -> Export:
    asked = ask_export(
        organisation,
        user,
        parse_query(query, organisation),
        Choice(**choice),
        allow_incomplete=False,
        only_since=since,
    )
    make_export(asked.pk)
    asked.refresh_from_db()
    assert asked.state == Export.State.DONE
    return asked


def told(export: Export) -> list[tuple[int, str]]:
    """The orders of a file, and what it says of each."""
    text = path_of(export).read_text().removeprefix("\ufeff")
    return [(int(row["Order"]), row["Change"]) for row in csv.DictReader(io.StringIO(text, newline=""))]


def version(glu_id: int, n: int, **fields: Any) -> dict[str, Any]:
    return order(glu_id, updatedAt=f"2026-11-02T10:{n // 60:02}:{n % 60:02}+00:00", **fields)


@pytest.fixture
def hotel(house: Any) -> Organisation:
    write(house.hotel, order(1), order(2), order(3, lines=[{"id": 31, "name": "Tea"}]))
    write(house.golf, order(1), order(2))
    return house.hotel  # type: ignore[no-any-return]


def test_the_first_of_a_kind_holds_everything_as_new(hotel: Organisation, house: Any) -> None:
    export = made(hotel, house.staff, "sort=created")
    assert told(export) == [(1, "new"), (2, "new"), (3, "new")]
    manifest = json.loads(export.manifest)
    assert (manifest["only_new_and_changed"], manifest["since"]) == (True, None)
    assert "new-and-changed" in export.file_name


def test_only_what_is_new_or_changed_and_which(hotel: Organisation, house: Any) -> None:
    made(hotel, house.staff, since=False)
    write(hotel, order(1), version(2, 1, total=5), order(4))
    write(house.golf, version(1, 1, total=5))
    export = made(hotel, house.staff, "sort=created")
    assert told(export) == [(2, "changed"), (4, "new")]
    manifest = json.loads(export.manifest)
    assert [manifest["holds"]["orders"][which] for which in ("new", "changed")] == [1, 1]
    assert manifest["columns"]["orders"][-1] == "Change"
    assert manifest["since"]
    assert told(made(hotel, house.staff)) == []


def test_an_order_that_is_gone_or_lost_a_line_has_changed(hotel: Organisation, house: Any) -> None:
    made(hotel, house.staff, since=False)
    mark_gone(hotel, list(hotel.orders.filter(glu_id=1)), EPOCH)
    write(hotel, version(3, 1))
    assert told(made(hotel, house.staff, "sort=created")) == [(1, "changed"), (3, "changed")]


def test_lines_that_were_read_later_are_in_files_of_lines(hotel: Organisation, house: Any) -> None:
    for shape in ("orders", "lines"):
        made(hotel, house.staff, since=False, shape=shape)
    hotel.orders.filter(glu_id=2).update(lines_copied_at=None)
    pk = hotel.orders.get(glu_id=2).pk
    write_lines(hotel, [LineSet(pk, 2, read_rows([{"id": 21, "name": "Cake"}]))], EPOCH)
    assert not hotel.order_changes.exists()
    assert told(made(hotel, house.staff, shape="lines")) == [(2, "changed")]
    assert told(made(hotel, house.staff)) == []


def test_an_excel_file_of_both_says_it_on_both_sheets(hotel: Organisation, house: Any) -> None:
    made(hotel, house.staff, since=False, shape="both", form="xlsx")
    write(hotel, version(3, 1, total=7, lines=[{"id": 31, "name": "Tea"}, {"id": 32, "name": "Cake"}]))
    write(hotel, order(4, lines=[{"id": 41, "name": "Tea"}]))
    export = made(hotel, house.staff, "sort=created", shape="both", form="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(path_of(export).read_bytes()))
    sheets = {sheet.title: [(row[0], row[-1]) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    assert sheets == {
        "Orders": [("Order", "Change"), ("3", "changed"), ("4", "new")],
        "Lines": [("Order", "Change"), ("3", "changed"), ("3", "changed"), ("4", "new")],
    }


def test_only_the_same_filter_shape_columns_and_person_are_of_one_kind(hotel: Organisation, house: Any) -> None:
    made(hotel, house.staff, "type=Voucher&sort=total", since=False, columns="accounting", form="plain")
    for user, query, choice in (
        (house.manager, "type=Voucher", {"columns": "accounting"}),
        (house.staff, "type=Food", {"columns": "accounting"}),
        (house.staff, "type=Voucher", {}),
        (house.staff, "type=Voucher", {"columns": "accounting", "shape": "both"}),
    ):
        assert made(hotel, user, query, **dict[str, Any](choice)).since == str(Mark())
    assert made(hotel, house.staff, "type=Voucher", columns="accounting", personal="none").since_at is not None
    own = made(hotel, house.staff, columns="own,total")
    assert made(hotel, house.staff, columns="own,total,gateway").since == own.mark


def test_a_mark_is_undone_and_the_one_before_counts_again(hotel: Organisation, house: Any) -> None:
    first = made(hotel, house.staff, since=False)
    write(hotel, order(4))
    second = made(hotel, house.staff)
    unmark(second)
    write(hotel, order(5))
    third = made(hotel, house.staff, "sort=created")
    assert (third.since, told(third)) == (first.mark, [(4, "new"), (5, "new")])


def test_what_was_never_made_does_not_count(hotel: Organisation, house: Any) -> None:
    asked = ask_export(hotel, house.staff, parse_query("", hotel), Choice(), allow_incomplete=False)
    cancel(asked)
    assert made(hotel, house.staff).since == str(Mark())


def test_one_that_is_made_again_moves_no_mark(hotel: Organisation, house: Any) -> None:
    first = made(hotel, house.staff, since=False)
    write(hotel, order(4))
    Export.across_organisations.filter(pk=first.pk).update(state=Export.State.EXPIRED)
    ask_again(first)
    make_export(first.pk)
    assert told(made(hotel, house.staff)) == [(4, "new")]


def test_few_since_a_mark_are_made_at_once_among_however_many(
    hotel: Organisation, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(hotel, house.staff, since=False)
    write(hotel, order(4))
    monkeypatch.setattr("orders.exports.asking.SMALL", 2)
    query = parse_query("", hotel)
    whole = ask_export(hotel, house.staff, query, Choice(), allow_incomplete=False)
    few = ask_export(hotel, house.staff, query, Choice(), allow_incomplete=False, only_since=True)
    assert (is_small(whole, query), is_small(few, query)) == (False, True)
    monkeypatch.setattr(marks, "_MOST_COUNTED", 0)
    assert not is_small(few, query)


def test_the_page_says_what_is_new_and_undoes_the_mark(
    hotel: Organisation, house: Any, staff_client: Client, manager_client: Client
) -> None:
    assert "You have exported nothing by this filter yet" in staff_client.get(PAGE).text
    b"".join(staff_client.post(FILE, {"columns": "dispatch"}))
    write(hotel, version(1, 1, total=5), order(4), order(5))
    page = " ".join(staff_client.get(PAGE).text.split())
    assert "Dispatch, orders: last <time" in page
    assert "2 new, 1 changed" in page
    assert "2 new" not in staff_client.get(f"{PAGE}?type=Food").text
    assert "2 new" not in manager_client.get(PAGE).text
    answer = staff_client.post(FILE, {"columns": "dispatch", "since": "yes", "sort": "created"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode().removeprefix("\ufeff"))))
    assert [(row["Order"], row["Change"]) for row in rows] == [("1", "changed"), ("4", "new"), ("5", "new")]
    last = hotel.exports.first()
    assert last is not None
    undo = f"{PAGE}{last.token}/unmark/"
    assert f'formaction="{undo}"' in staff_client.get(PAGE).text
    assert manager_client.post(undo).status_code == 404
    assert "no longer counts" in staff_client.post(undo, follow=True).text
    assert "2 new, 1 changed" in " ".join(staff_client.get(PAGE).text.split())


def test_json_lines_cannot_say_what_changed(hotel: Organisation, staff_client: Client) -> None:
    answer = staff_client.post(FILE, {"shape": "json", "since": "yes"})
    assert answer.status_code == 400
    assert "no column that says what is new" in answer.text
    assert not hotel.exports.exists()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 6), st.sampled_from(["Packed", "Dispatched"])),
        st.tuples(st.just("gone"), st.integers(1, 6), st.none()),
        st.tuples(st.just("export"), st.sampled_from(["", "dispatch=Packed"]), st.none()),
        st.tuples(st.just("undo"), st.sampled_from(["", "dispatch=Packed"]), st.none()),
    ),
    max_size=14,
)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_each_export_holds_exactly_what_came_since_the_one_before(house: Any, steps: list[Any]) -> None:
    """Every row bears the same time, so that only the order of writing can tell."""
    hotel = house.hotel
    hotel.exports.all().delete()
    hotel.orders.all().delete()
    here: dict[int, str] = {}
    moved: list[tuple[int, str]] = []
    held: dict[str, list[int]] = {"": [], "dispatch=Packed": []}
    for n, (step, what, status) in enumerate(steps):
        if step == "write":
            was_gone = hotel.orders.filter(glu_id=what, gone_at__isnull=False).exists()
            write(hotel, version(what, n, dispatchStatus=status))
            if what not in here or here[what] != status or was_gone:
                moved.append((what, "changed" if what in here else "new"))
            here[what] = status
        elif step == "gone":
            orders = list(hotel.orders.filter(glu_id=what, gone_at=None))
            mark_gone(hotel, orders, EPOCH)
            moved += [(what, "changed") for _ in orders]
        elif step == "undo":
            last = last_mark(hotel.exports, made_kind(hotel, what))
            if last is not None:
                unmark(last)
                held[what].pop()
        else:
            since = moved[held[what][-1] if held[what] else 0 :]
            expected = {
                glu_id: "new" if (glu_id, "new") in since else "changed"
                for glu_id, _ in since
                if not what or here[glu_id] == "Packed"
            }
            query = parse_query(what, hotel)
            last = last_mark(hotel.exports, made_kind(hotel, what))
            if last is not None:
                counts = count_since(hotel, find_orders(hotel, query.criteria), read_mark(last.mark), "orders")
                assert sum(count.n for count in counts) == len(expected)
            assert dict(told(made(hotel, house.staff, what))) == expected
            held[what].append(len(moved))


def made_kind(organisation: Organisation, query: str) -> str:
    return marks.kind_of(parse_query(query, organisation), Choice())
