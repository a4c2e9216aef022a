"""Month end: the accounting file has what was paid and went back, and adds up to what the list says."""

import csv
import io
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from glu_admin.glu.lists import read_rows
from orders.display.money import major_units
from orders.exports.choice import Choice
from orders.exports.csv_files import csv_texts
from orders.mirror.writing.transactions import write_transactions
from orders.search import parse_query, sums
from tests.orders.builders import order, write

NOW = datetime(2026, 12, 1, tzinfo=UTC)
MONEY = ("Total", "Paid", "Refunded", "Charged back", "Net")


def test_the_accounting_file_adds_up_to_the_list(house: Any) -> None:
    codes = ("GBP", "JPY", "GBP")
    write(
        house.hotel, *(order(n, total=1000 * n, currencyCode=codes[n % 3], paymentStatus="Paid") for n in range(1, 13))
    )
    moved = [(n, "Payment", 1000 * n) for n in range(1, 11)]
    moved += [(2, "Refund", 300), (3, "Refund", 3000), (4, "Chargeback", 4000), (12, "Refund", 5)]
    rows = [
        {
            "id": at,
            "attachedOrder": n,
            "type": kind,
            "amount": amount,
            "currencyCode": codes[n % 3],
            "createdAt": "2026-11-20T10:00:00+00:00",
            "gatewayReference": f"re_{at}",
        }
        for at, (n, kind, amount) in enumerate(moved, 1)
    ]
    write_transactions(house.hotel, read_rows(rows), NOW, None)
    query = parse_query("created=2026-11-01..2026-11-30", house.hotel)
    text = "".join(csv_texts(house.hotel, query, Choice(columns="accounting", form="plain"), lines=False))
    added: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    file = list(csv.DictReader(io.StringIO(text)))
    for row in file:
        for name in MONEY:
            added[row["Currency"]][name] += Decimal(row[name] or 0)
    listed = sums(house.hotel, query.criteria)
    assert {one.currency for one in listed} == set(added) == {"GBP", "JPY"}
    for one in listed:
        found = added[one.currency]
        assert found["Total"] == major_units(one.added.total, one.currency)
        assert found["Paid"] == major_units(one.added.paid, one.currency)
        assert found["Refunded"] + found["Charged back"] == major_units(one.added.back, one.currency)
        assert found["Net"] == major_units(one.added.net, one.currency)
    by_order = {row["Order"]: row for row in file}
    assert (by_order["2"]["Last refund (UTC)"], by_order["2"]["Refund reference"]) == (
        "2026-11-20T10:00:00+00:00",
        "re_11",
    )
    assert [by_order["11"][name] for name in ("Paid", "Net", "Refund reference")] == ["", "", ""]
