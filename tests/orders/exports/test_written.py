"""What the database writes is what is meant: byte for byte the cells that Python makes of the same rows."""

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.exports import csv_files, written
from orders.exports.account import Account
from orders.exports.cells import Form, plain_cells
from orders.exports.choice import Choice
from orders.exports.csv_files import csv_texts
from orders.mirror.writing.transactions import write_transactions
from orders.search import parse_query
from tests.orders.builders import EPOCH, order, write

odd_signs = ("\u3000", "\xa0", "\u200b", "\ufeff", "＝", "é", "Zoë", "💐", "\x01", "\x1f", "\\N", "\\.")
pieces = st.sampled_from([*"=+-@,;|\t\r\n\v '\"\\a1", *odd_signs])
written_texts = st.lists(pieces, max_size=6).map("".join) | st.text(max_size=8)
texts = written_texts | st.sampled_from([None, 5, "half \ud83c"])
flags = st.sampled_from([None, True, False, "yes"])
amounts = st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-2000, 2000) | st.just("12.50")
codes = st.sampled_from(["GBP", "JPY", "KWD", "CLF", "HRK", "gbp ", "XQZ", "", None, 5])
times = st.sampled_from(
    [
        "2026-03-29T00:59:59+00:00",
        "2026-03-29T01:00:00+00:00",
        "2026-10-25T00:59:59.5+00:00",
        "2026-10-25T01:30:00.123456Z",
        "1889-12-31T23:59:00+00:00",
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59+00:00",
        "2026-07-01T10:00:00+05:45",
        "2042-08-02T15:29:59+00:00",
    ]
)
discounts: Any = st.sampled_from([None, [], {}, ["TEN"], [{"code": "=TEN"}], "A,B"])
lines = st.lists(
    st.fixed_dictionaries(
        {
            "name": texts,
            "description": texts,
            "total": amounts,
            "refunded": flags,
        },
        optional={"discountCodes": discounts, "attachedOrder": st.just({"id": 3, "discountCodes": [], "name": "x"})},
    ),
    max_size=3,
)
transactions = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["Payment", "Refund", "Chargeback", "Adjustment"]),
            "amount": amounts,
            "createdAt": times,
            "gatewayReference": texts,
        }
    ),
    max_size=3,
)
payloads = st.fixed_dictionaries(
    {
        "createdAt": times,
        "updatedAt": times | st.none() | st.just("soon"),
        "scheduledDeliveryAt": times | st.none() | st.just("soon"),
        "currencyCode": codes,
        "total": amounts,
        "subtotal": amounts,
        "customerName": texts,
        "phoneNumber": texts,
        "deliveryAddressLine1": texts,
        "lines": lines,
        "transactions": transactions,
    },
    optional={
        "discountCodes": discounts,
        "user": st.just({"total": 1, "discountCodes": ["INNER"], "customerName": "x"}),
        "emailToRecipient": flags,
        "uuid": st.sampled_from(["3fa85f64-5717-4562-b3fc-2c963f66afa6", "none", None]),
    },
)
zones = st.sampled_from(["Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/New_York"])
one_after_another = settings(max_examples=25, suppress_health_check=list(HealthCheck))


def written_text(organisation: Organisation, query: str = "", **choice: Any) -> str:
    return "".join(csv_texts(organisation, parse_query(query, organisation), Choice(**choice), lines=False))


def meant(organisation: Organisation, columns: Any, rows: Any, form: Form) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if form.guarded else csv.QUOTE_MINIMAL)
    writer.writerows(plain_cells(columns, row, form)[0] for row in rows)
    return out.getvalue()


@one_after_another
@given(st.lists(payloads, max_size=5), zones, st.sampled_from(["excel", "plain"]), st.sampled_from(["full", "reduced"]))
def test_the_database_writes_what_is_meant(house: Any, rows: list[Any], zone: str, form: Any, personal: Any) -> None:
    house.hotel.orders.all().delete()
    house.hotel.transactions.all().delete()
    house.hotel.timezone = zone
    numbered = [order(place, **row) for place, row in enumerate(rows, 1)]
    moved = [
        {"id": row["id"] * 10 + at, "attachedOrder": row["id"], "currencyCode": row.get("currencyCode"), **one}
        for row in numbered
        for at, one in enumerate(row.pop("transactions"))
    ]
    for row in numbered:
        row["lines"] = [{"id": row["id"] * 10 + at, **line} for at, line in enumerate(row["lines"])]
    write(house.hotel, *numbered)
    write_transactions(house.hotel, read_rows(moved), EPOCH, None)
    query, choice = parse_query("sort=created", house.hotel), Choice(form=form, personal=personal)
    in_order = list(house.hotel.orders.order_by("created_at", "glu_id"))
    their_lines = [line for each in in_order for line in each.lines.select_related("order")]
    for lines_too, expected in ((False, in_order), (True, their_lines)):
        account = Account()
        columns, written_form = choice.columns_of(lines=lines_too), choice.form_of(house.hotel)
        text = "".join(csv_texts(house.hotel, query, choice, lines=lines_too, account=account))
        heading, body = text.split("\r\n", 1)
        assert heading.count(",") == len(columns) - 1
        assert body == meant(house.hotel, columns, expected, written_form)
        counted = Account()
        for row in expected:
            counted.add_row(row)
            counted.guarded += plain_cells(columns, row, written_form)[1]
        assert account.told() == counted.told()


@pytest.mark.timeout(20)
def test_long_texts_take_no_longer_than_they_are(house: Any) -> None:
    """A buyer's message of nothing but commas holds nobody's export up."""
    message = ",\n" * 9_900
    write(house.hotel, *(order(n, lines=[{"id": n, "personalMessage": message}]) for n in range(1, 81)))
    text = "".join(csv_texts(house.hotel, parse_query("", house.hotel), Choice(), lines=True))
    assert text.count(message) == 80


def test_ordinary_rows_are_made_by_the_database_alone(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made_here: list[Any] = []

    def _made(*arguments: Any) -> tuple[list[Any], int]:
        made_here.append(arguments)
        return [], 0

    monkeypatch.setattr(csv_files, "plain_cells", _made)
    written_text(filled.hotel)
    assert len(made_here) < filled.hotel.orders.count() / 4


def test_a_zone_that_the_database_does_not_know_is_written_all_the_same(
    filled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written_text(filled.hotel)
    monkeypatch.setattr(written, "_zone_is_known", lambda zone: False)
    assert written_text(filled.hotel) == before


def test_rows_come_in_the_order_of_the_list_whatever_the_batch(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for sort in ("total", "-updated", "scheduled"):
        whole = written_text(filled.hotel, f"sort={sort}", form="plain")
        with monkeypatch.context() as patch:
            patch.setattr(csv_files, "BATCH", 7)
            assert written_text(filled.hotel, f"sort={sort}", form="plain") == whole
