"""A file read back by another program holds the values of the list's own rows, in its order, whatever is asked."""

import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation
from orders.exports.asking import ask_export
from orders.exports.choice import Choice
from orders.exports.making import make_export, path_of
from orders.models import Order
from orders.search import Query, parse_query
from tests.orders.asked import ASKED, LONDON, PAYLOADS, SORTS
from tests.orders.paging import pages

TIMES = {"Created": "created_at", "Updated": "updated_at", "Scheduled delivery": "scheduled_delivery_at"}
TEXTS = {
    "Dispatch status": "dispatch_status",
    "Payment status": "payment_status",
    "Channel": "channel",
    "Recipient e-mail": "recipient_email_address",
}
DECIMALS = {"GBP": 2, "JPY": 0}


def meant(order: Order) -> dict[str, Any]:
    """What a row of the list holds; money whose unit nobody knows is its number alone."""
    code = (order.currency_code or "").strip().upper()
    scale = Decimal(10) ** -DECIMALS.get(code, 0)
    return {
        "Order": order.glu_id,
        "Currency": code,
        **{name: None if amount is None else amount * scale for name, amount in _amounts(order)},
        **{name: getattr(order, column) for name, column in TIMES.items()},
        **{name: getattr(order, column) or "" for name, column in TEXTS.items()},
    }


def _amounts(order: Order) -> list[tuple[str, int | None]]:
    return [("Total", order.total), ("Discount", order.discount_amount)]


def read(row: dict[str, Any]) -> dict[str, Any]:
    """The same of a row of a file; headings of times name their zone, and a time without an offset is of London."""
    plain = {heading.partition(" (")[0]: value for heading, value in row.items()}
    return {
        "Order": int(plain["Order"]),
        "Currency": (plain["Currency"] or "").strip().upper(),
        **{name: _money(plain[name]) for name in ("Total", "Discount")},
        **{name: _time(plain[name]) for name in TIMES},
        **{name: plain[name] or "" for name in TEXTS},
    }


def _money(value: Any) -> Decimal | None:
    return None if value in ("", None) else Decimal(str(value).partition(" (")[0])


def _time(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value) if value else None


def local(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its times as the clock in London shows them."""
    shown = {name: row[name] and row[name].astimezone(LONDON).replace(tzinfo=None) for name in TIMES}
    return {**row, **shown}


def file_of(organisation: Organisation, user: Any, query: Query, **choice: Any) -> bytes:
    export = ask_export(organisation, user, query, Choice(**choice), allow_incomplete=False)
    make_export(export.pk)
    return path_of(export).read_bytes()


def csv_rows(file: bytes) -> list[dict[str, Any]]:
    return [read(row) for row in csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""))]


def excel_rows(file: bytes) -> list[dict[str, Any]]:
    heading, *rows = openpyxl.load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True)
    return [read(dict(zip(heading, row, strict=True))) for row in rows]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path


@time_machine.travel("2026-10-25T12:00:00+00:00", tick=False)
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(ASKED, max_size=3), SORTS)
def test_a_file_read_back_is_the_list(full: Organisation, house: Any, asked: list[Any], sort: str) -> None:
    query = parse_query(urlencode([*asked, ("sort", sort)]), full)
    if not query.ok:
        return
    by_number = {order.glu_id: order for order in full.orders.all()}
    listed = [by_number[number] for number in pages(full, query, 25)]
    rows = [meant(order) for order in listed]
    assert csv_rows(file_of(full, house.staff, query, form="plain")) == rows
    assert csv_rows(file_of(full, house.staff, query, form="excel")) == list(map(local, rows))
    assert excel_rows(file_of(full, house.staff, query, form="xlsx")) == list(map(local, rows))
    sent = {row["id"]: row for row in PAYLOADS}
    given_back = [json.loads(line) for line in file_of(full, house.staff, query, shape="json").splitlines()]
    assert given_back == [_without_nulls(sent[order.glu_id]) for order in listed]


def _without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    lines = [{name: value for name, value in line.items() if value is not None} for line in row["lines"]]
    return {**{name: value for name, value in row.items() if value is not None}, "lines": lines}
