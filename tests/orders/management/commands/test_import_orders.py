"""Import: what a file holds is here afterwards, or the command says which line is not and why."""

import io
import json
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orders.desk.marks import Kind, marks_of, set_marks
from orders.models import MirrorState
from orders.payload import payload
from tests.orders.builders import order, write


def put_in(monkeypatch: pytest.MonkeyPatch, *rows: Any, raw: bytes = b"", flag: str = "") -> str:
    """What the command says while it reads these rows, or these bytes."""
    said = io.StringIO()
    data = raw or b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))
    call_command("import_orders", "alder-house", *([flag] if flag else []), stderr=said)
    return said.getvalue()


def lines_of(house: Any, glu_id: int) -> list[tuple[int, str, int | None]]:
    lines = house.hotel.order_lines.filter(order__glu_id=glu_id)
    return list(lines.order_by("position").values_list("glu_id", "name", "total"))


def line(glu_id: Any, name: str = "Tea", **fields: Any) -> dict[str, Any]:
    return {"id": glu_id, "name": name, "total": 500, **fields}


def test_an_id_as_text_is_an_id(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {**order(740007), "id": "740007"}
    put_in(monkeypatch, {**sent, "lines": [line("8")]})
    assert lines_of(house, 740007) == [(8, "Tea", 500)]
    assert payload(house.hotel.orders.get()) == sent
    with pytest.raises(CommandError, match="could not be placed"):  # another order's line, whichever way its id comes
        put_in(monkeypatch, order(2, lines=[line("8", "Cake")]))
    assert lines_of(house, 740007) == [(8, "Tea", 500)]


@pytest.mark.parametrize("newer_first", [True, False])
def test_the_same_order_twice_is_its_newer_version_with_its_own_lines(
    house: Any, monkeypatch: pytest.MonkeyPatch, newer_first: bool
) -> None:
    old = order(7, updatedAt="2026-11-02T10:00:00+00:00", lines=[line(71, "old")])
    new = order(7, updatedAt="2026-11-03T10:00:00+00:00", lines=[line(71, "new"), line(72, "extra")])
    put_in(monkeypatch, *([new, old] if newer_first else [old, new]))
    assert [name for _, name, _ in lines_of(house, 7)] == ["new", "extra"]
    assert not house.hotel.set_aside.exists()
    assert not house.hotel.orders.filter(lines_due_at__isnull=False).exists()


def test_lines_are_not_lost_beside_the_same_order_without_any(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, order(7, lines=[line(71)]), order(7))
    assert lines_of(house, 7) == [(71, "Tea", 500)]
    write(house.hotel, order(8))
    house.hotel.orders.filter(glu_id=8).update(lines_copied_at=None)
    put_in(monkeypatch, order(8, lines=[line(81)]))  # the order is the same as here, its lines are not here yet
    assert lines_of(house, 8) == [(81, "Tea", 500)]
    assert "tea" in house.hotel.orders.get(glu_id=8).document.text


@pytest.mark.parametrize(
    ("lines", "here"),
    [
        ({"1": line(71, "A"), "3": line(72, "B")}, ["A", "B"]),
        ({"10": line(72, "B"), "9": line(71, "A")}, ["A", "B"]),
        (line(71, "A"), ["A"]),
        ({}, []),
        ([], []),
    ],
    ids=str,
)
def test_lines_in_any_shape_are_lines(house: Any, monkeypatch: pytest.MonkeyPatch, lines: Any, here: list[str]) -> None:
    put_in(monkeypatch, order(7, lines=lines))
    assert [name for _, name, _ in lines_of(house, 7)] == here


@pytest.mark.parametrize("lines", ["seven", 7, [7], [[line(71)]], [line(7.5)]], ids=str)
def test_lines_that_are_none_are_set_aside_and_said(house: Any, monkeypatch: pytest.MonkeyPatch, lines: Any) -> None:
    with pytest.raises(CommandError, match="could not be placed"):
        put_in(monkeypatch, order(7, lines=lines))
    assert house.hotel.orders.count() == 1
    assert house.hotel.set_aside.count() == 1


def test_a_number_that_no_json_has_is_kept_as_text(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(order(7, total=float("nan"), score=float("-inf"))).replace("1000", "1e999")
    put_in(monkeypatch, raw=text.encode())
    sent = payload(house.hotel.orders.get())
    assert (sent["total"], sent["score"]) == ("NaN", "-Infinity")
    json.loads(json.dumps(sent, allow_nan=False))


@pytest.mark.parametrize("raw", [b"\n", b"\n \r\n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n\n"], ids=repr)
def test_a_file_without_any_order_is_no_success(house: Any, monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    with pytest.raises(CommandError, match="holds no order"):
        put_in(monkeypatch, raw=raw)
    with pytest.raises(CommandError, match="holds no order"):
        put_in(monkeypatch)
    assert not house.hotel.orders.exists()


GOOD = json.dumps(order(1)).encode() + b"\n"
DEEP = GOOD.rstrip()[:-1] + b',"deep":' + b"[" * 5000 + b"]" * 5000 + b"}\n"
NESTED = GOOD.rstrip()[:-1] + b',"deep":' + b"[" * 300 + b"]" * 300 + b"}\n"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (GOOD.decode().encode("utf-16"), "UTF-16"),
        (GOOD.decode().encode("utf-16-le"), "UTF-16"),
        (GOOD.decode().encode("utf-32"), "UTF-16 or UTF-32|UTF-16"),
        (b"\xef\xbb\xbf[" + GOOD + b"]", "JSON array"),
        (json.dumps([order(1)], indent=2).encode(), "JSON array"),
        (json.dumps(order(1), indent=2).encode(), "each order has to be one line"),
        (b"\x1f\x8b\x08\0\0", "gzip"),
        (b"Order,UUID\r\n1,2\r\n", "Line 1 is not JSON"),
        (GOOD + b"\n\n" + GOOD[:40], "Line 4 "),
        (GOOD + GOOD.replace(b"GBP", b"\xa3\xa3"), "Line 2 is not UTF-8"),
        (GOOD + b"[7]\n", "Line 2 is JSON, but not an order"),
        (GOOD + b'{"id": 2, "total": 5, "total": 6}\n', "Line 2 says “total” twice"),
        (GOOD + GOOD.rstrip() + GOOD, "Line 2 "),
        (DEEP, "nested too deeply"),
        (NESTED, "could not be placed"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_read_is_named(house: Any, monkeypatch: pytest.MonkeyPatch, raw: bytes, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        put_in(monkeypatch, raw=raw)


def test_a_file_with_a_mark_in_front_is_read(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, raw=b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"))
    assert house.hotel.orders.count() == 1


def test_a_value_that_nobody_has_is_said_beside_the_empty_file(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(house.hotel, order(1, dispatchStatus="Outstanding"), order(2, dispatchStatus="Packed"))
    for query, words in (
        ("dispatch=Outstandin", "Dispatch: no order has “Outstandin”. There are: Outstanding, Packed."),
        ("dispatch=Packed&channel=Web", "Channel: no order has “Web”. There are: none given."),
        ("dispatch=Packed&channel=", ""),
    ):
        said = io.StringIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        call_command("export_orders", "alder-house", "--format", "jsonl", "--query", query, stderr=said)
        assert said.getvalue().strip() == words


def test_marks_are_kept_by_what_is_here_and_given_back_to_what_was_removed(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What staff said of an order is in no file of orders: it waits for the order."""
    rows = [order(1, lines=[line(11)]), order(2, lines=[line(21)])]
    put_in(monkeypatch, *rows)
    set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff)
    house.hotel.orders.filter(glu_id=2).delete()
    newer = {**rows[0], "dispatchStatus": "Packed", "updatedAt": "2026-11-05T10:00:00+00:00"}
    put_in(monkeypatch, newer, rows[1])
    for glu_id in (1, 2):
        assert [mark.kind for mark in marks_of(house.hotel.orders.get(glu_id=glu_id))] == ["posted"]
    assert house.hotel.order_marks.count() == 2


ONE, TWO = "8b1f6a52-1d5e-4b6e-9a3b-0d9f6c1e2a01", "8b1f6a52-1d5e-4b6e-9a3b-0d9f6c1e2a02"
ELSEWHERE = "--from-another-organisation"


@pytest.mark.parametrize(
    ("theirs", "came"),
    [
        (order(7, uuid=ONE), order(7, uuid=ONE.upper(), total=900)),
        (order(7), order(7, uuid=ONE)),
        (order(7, uuid=ONE), order(7, "2026-11-01T11:00:00+01:00")),
    ],
)
def test_orders_of_another_organisation_are_refused_unless_they_are_meant(
    house: Any, monkeypatch: pytest.MonkeyPatch, theirs: dict[str, Any], came: dict[str, Any]
) -> None:
    write(house.golf, theirs)
    with pytest.raises(CommandError, match=f"Order 7 of the file is known here as of brae-links.*{ELSEWHERE}") as error:
        put_in(monkeypatch, order(8), came)
    assert "alder-house" in str(error.value)
    assert not house.hotel.orders.exists()
    assert "2 new" in put_in(monkeypatch, order(8), came, flag=ELSEWHERE)
    assert "2 the same" in put_in(monkeypatch, order(8), came)  # it is known as one of ours by now
    assert house.golf.orders.count() == 1


@pytest.mark.parametrize(
    ("theirs", "came"),
    [
        (order(7, uuid=ONE), order(7, uuid=TWO)),
        (order(7), order(7, "2026-11-02T10:00:00+00:00")),
        (order(8, uuid=ONE), order(7, uuid=TWO)),
    ],
)
def test_another_order_under_the_same_number_is_no_reason(
    house: Any, monkeypatch: pytest.MonkeyPatch, theirs: dict[str, Any], came: dict[str, Any]
) -> None:
    write(house.golf, theirs)
    assert "1 new" in put_in(monkeypatch, came)


def test_what_was_written_before_a_refused_batch_is_said(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(house.golf, order(900, uuid=ONE), order(901, uuid=TWO))
    rows = [order(n) for n in range(1, 501)]
    with pytest.raises(
        CommandError, match=r"2 orders, such as 900, of the file are known.*the 500 orders before it were"
    ):
        put_in(monkeypatch, *rows, order(900, uuid=ONE), order(901, uuid=TWO))
    assert house.hotel.orders.count() == 500


@pytest.mark.parametrize(
    "named", [11, "11", "/organisations/11", "https://api.glu.example/organisations/11", {"id": 11}]
)
def test_orders_that_name_another_organisation_of_glus_are_refused(
    house: Any, monkeypatch: pytest.MonkeyPatch, named: Any
) -> None:
    MirrorState.across_organisations.create(organisation=house.hotel, glu_organisation_id="22")
    with pytest.raises(CommandError, match=f"Glu’s organisation 11; alder-house is 22.*{ELSEWHERE}"):
        put_in(monkeypatch, order(7, organisation=named))
    own = order(7, organisation=22), order(8, organisation="a hash"), order(9, organisation=None)
    assert "3 new" in put_in(monkeypatch, *own)
    assert "1 new" in put_in(monkeypatch, order(10, organisation=named), flag=ELSEWHERE)
