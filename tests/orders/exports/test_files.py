"""Files: the right rows, exact amounts, safe cells, and back again."""

import csv
import io
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.core.management import CommandError
from django.test import Client

from glu_admin.tenancy.models import Organisation
from orders.exports import Choice, csv_texts, jsonl_orders
from orders.search import parse_query
from tests.orders.builders import order, write
from tests.orders.commands import run


def read(texts: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(texts).removeprefix("\ufeff"), newline="")))


def csv_orders(organisation: Organisation, query: Any, *, excel: bool) -> Any:
    return csv_texts(organisation, query, Choice(form="excel" if excel else "plain"), lines=False)


def downloaded(client: Client, query: str) -> Any:
    return client.post("/o/alder-house/exports/file/", dict(parse_qsl(query, keep_blank_values=True)))


NASTY = order(
    41,
    "2026-07-01T10:00:00+00:00",
    customerName='=HYPERLINK("http://x";"y")',
    phoneNumber="+44 7700 900416",
    deliveryAddressLine1="1, High Street\nUpstairs",
    discountAmount=-150,
    total=1250,
    ipAddress="192.0.2.7",
    userAgent="Example/1.0",
    lines=[{"id": 1, "name": "-10% off", "subtotal": 1250, "total": 1250, "personalMessage": "@all 💐"}],
)


def test_for_excel(house: Any) -> None:
    write(house.hotel, NASTY)
    text = "".join(csv_orders(house.hotel, parse_query("", house.hotel), excel=True))
    assert text.startswith('\ufeff"Order","UUID",')
    row = read([text])[0]
    assert row["Buyer"] == '\'=HYPERLINK("http://x";"y")'
    assert row["Phone"] == "'+44 7700 900416"
    assert row["Delivery address 1"] == "1, High Street\nUpstairs"
    assert (row["Total"], row["Discount"]) == ("12.50", "-1.50")
    assert row["Created (Europe/London)"] == "2026-07-01 11:00:00"
    assert "192.0.2.7" not in text
    assert "Example/1.0" not in text
    line = read(csv_texts(house.hotel, parse_query("", house.hotel), Choice(), lines=True))[0]
    assert (line["Order"], line["Name"], line["Personal message"]) == ("41", "'-10% off", "'@all 💐")


def test_for_programs(house: Any) -> None:
    other = order(42, "2026-07-01T10:00:00.123456Z", total=1250, currencyCode="JPY")
    write(house.hotel, NASTY, other, order(43, total=-1250, currencyCode="KWD"))
    text = "".join(csv_orders(house.hotel, parse_query("sort=created", house.hotel), excel=False))
    assert text.startswith("Order,")
    rows = {row["Order"]: row for row in read([text])}
    assert rows["41"]["Buyer"] == '=HYPERLINK("http://x";"y")'
    assert [rows[glu_id]["Created (UTC)"] for glu_id in ("41", "42")] == ["2026-07-01T10:00:00+00:00"] * 2
    assert [rows[glu_id]["Total"] for glu_id in ("41", "42", "43")] == ["12.50", "1250", "-1.250"]


def test_gone_orders_are_a_criterion_like_any_other(house: Any) -> None:
    write(house.hotel, order(1), order(2))
    house.hotel.orders.filter(glu_id=2).update(gone_at="2026-01-01T00:00:00Z")
    for query, numbers in (("", "21"), ("gone=none", "1"), ("gone=only", "2")):
        asked = parse_query(query, house.hotel)
        assert [str(json.loads(line)["id"]) for line in jsonl_orders(house.hotel, asked)] == list(numbers)
        rows = read(csv_orders(house.hotel, asked, excel=True))
        assert [row["Order"] for row in rows] == list(numbers)
        assert rows[0]["No longer at Glu since (Europe/London)"] == (
            "" if query == "gone=none" else "2026-01-01 00:00:00"
        )


DEVICE = ("--include-device-data",)
OTHERS = "--from-another-organisation"


def exported(monkeypatch: pytest.MonkeyPatch, slug: str, *more: str) -> bytes:
    return run(monkeypatch, "export_orders", slug, "--format", "jsonl", *more)


def test_out_and_in_again(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = exported(monkeypatch, "alder-house", *DEVICE)
    other = Organisation.objects.create(name="Copy", slug="copy")
    run(monkeypatch, "import_orders", "copy", OTHERS, stdin=file)
    assert exported(monkeypatch, "copy", *DEVICE) == file
    assert not other.orders.filter(lines_due_at__isnull=False).exists()
    assert sum(other.order_counters.values_list("n", flat=True)) == 160
    assert other.orders.filter(document=None).count() == 0
    run(monkeypatch, "import_orders", "copy", OTHERS, stdin=file)
    assert exported(monkeypatch, "copy", *DEVICE) == file


def test_what_people_download_tells_nothing_of_the_buyers_device(
    house: Any, monkeypatch: pytest.MonkeyPatch, staff_client: Client
) -> None:
    device = {"ipAddress": "192.0.2.7", "userAgent": "Example/1.0", "browserInfo": {"name": "Example"}}
    deep = {"user": {"id": 5, "ip_address": "192.0.2.7", "logins": [{"userAgent": "Example/1.0", "at": 1}]}}
    line = {"id": 1, "name": "Tea", "attachedOrder": {"id": 41, **device}}
    write(house.hotel, order(41, **device, **deep, lines=[line]))
    for form in ("json", "orders", "lines"):
        text = b"".join(downloaded(staff_client, f"shape={form}"))
        assert b"41" in text
        assert not [word for word in (b"192.0.2.7", b"Example", b"userAgent") if word in text]
    row = json.loads(exported(monkeypatch, "alder-house"))
    assert row["user"] == {"id": 5, "logins": [{"at": 1}]}
    assert row["lines"][0]["attachedOrder"] == {"id": 41}
    assert json.loads(exported(monkeypatch, "alder-house", *DEVICE))["ipAddress"] == "192.0.2.7"


def test_a_file_without_the_device_takes_none_away(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, file = exported(monkeypatch, "alder-house", *DEVICE), exported(monkeypatch, "alder-house")
    assert whole.count(b'"ipAddress"') > 20
    run(monkeypatch, "import_orders", "alder-house", stdin=file)
    assert exported(monkeypatch, "alder-house", *DEVICE) == whole
    assert not filled.hotel.order_changes.exists()
    newer = [{**json.loads(line), "updatedAt": "2026-12-01T00:00:00+00:00"} for line in file.splitlines()]
    run(monkeypatch, "import_orders", "alder-house", stdin="\n".join(map(json.dumps, newer)).encode())
    assert filled.hotel.orders.filter(updated_at__gte="2026-12-01T00:00Z").count() == 160
    assert exported(monkeypatch, "alder-house", *DEVICE).count(b'"ipAddress"') == whole.count(b'"ipAddress"')


def test_a_file_without_the_device_is_filled_by_the_next_reading(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Organisation.objects.create(name="Copy", slug="copy")
    run(monkeypatch, "import_orders", "copy", OTHERS, stdin=exported(monkeypatch, "alder-house"))
    assert exported(monkeypatch, "copy") == exported(monkeypatch, "alder-house")
    file = exported(monkeypatch, "alder-house", *DEVICE)
    run(monkeypatch, "import_orders", "copy", OTHERS, stdin=file)
    assert exported(monkeypatch, "copy", *DEVICE) == file
    assert not copy.order_changes.exists()


def test_an_older_file_never_overwrites(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(house.hotel, order(1, total=5, updatedAt="2026-11-02T00:00:00+00:00"))
    older = json.dumps(order(1, total=4)).encode()
    run(monkeypatch, "import_orders", "alder-house", stdin=older)
    assert house.hotel.orders.get().total == 5


def test_a_broken_line_is_named(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="Line 2"):
        run(monkeypatch, "import_orders", "alder-house", stdin=json.dumps(order(1)).encode() + b"\n{oops\n")


@pytest.mark.parametrize("query", ["colour=red", "created=2026-02-30", 'q="', "dispatch=Packed&colour=red"])
def test_a_query_that_cannot_be_read_exports_nothing(
    filled: Any, monkeypatch: pytest.MonkeyPatch, staff_client: Client, query: str
) -> None:
    with pytest.raises(CommandError):
        run(monkeypatch, "export_orders", "alder-house", "--format", "csv", "--query", query)
    for shape in ("orders", "lines", "json"):
        response = downloaded(staff_client, f"{query}&shape={shape}")
        assert response.status_code == 400
        assert response.headers["Content-Type"].startswith("text/html")
        assert b"cannot be exported" in response.content


def test_the_download_is_what_the_command_gives(
    filled: Any, monkeypatch: pytest.MonkeyPatch, staff_client: Client
) -> None:
    query = "payment=Paid&created=2026-01-01..&sort=total"
    for shape, form, arguments in (
        ("orders", "excel", ("--format", "csv")),
        ("orders", "plain", ("--format", "csv", "--plain")),
        ("lines", "excel", ("--format", "csv", "--lines")),
        ("json", "excel", ("--format", "jsonl")),
    ):
        response = downloaded(staff_client, f"{query}&shape={shape}&form={form}")
        assert response.headers["Content-Disposition"].startswith('attachment; filename="alder-house-')
        got = b"".join(response)
        assert got == run(monkeypatch, "export_orders", "alder-house", *arguments, "--query", query)
        assert len(got) > 1000
