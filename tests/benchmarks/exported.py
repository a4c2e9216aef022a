"""Exports the largest organisation in this process; prints what that took as JSON. Medians of five."""

import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
django.setup()

from django.db import connection  # noqa: E402  (after the set-up)

TIMES = 5
XLSX_ROWS = 20_000
FIELDS = [
    "glu_id",
    "uuid",
    "created_at",
    "updated_at",
    "type",
    "channel",
    "dispatch_status",
    "payment_status",
    "payment_method",
    "currency_code",
    "subtotal",
    "discount_amount",
    "delivery_amount",
    "processing_fee",
    "total",
    "customer_name",
    "customer_email_address",
    "phone_number",
    "recipient_first_name",
    "recipient_last_name",
    "delivery_method_name",
    "scheduled_delivery_at",
    "delivery_address_line1",
    "delivery_address_postcode",
    "billing_address_postcode",
]


def main() -> None:
    """Do it."""
    from glu_admin.tenancy.models import Organisation
    from orders.exports import csv_files
    from orders.exports.account import Account
    from orders.exports.choice import Choice
    from orders.exports.columns import ORDER_COLUMNS
    from orders.exports.xlsx import Book
    from orders.search import parse_query

    organisation = Organisation.objects.get(slug="org1")
    columns = [column for column in ORDER_COLUMNS if column.field in FIELDS]
    form, query = Choice().form_of(organisation), parse_query("", organisation)
    odd: list[int] = []
    plain_cells = csv_files.plain_cells  # type: ignore[attr-defined]
    csv_files.plain_cells = lambda *given: odd.append(1) or plain_cells(*given)  # type: ignore[attr-defined,func-returns-value]

    def texts(account: Account) -> Any:
        orders = csv_files.settle(organisation, query)
        return csv_files.row_texts(organisation, orders, columns, form, lines=False, account=account)

    next(texts(Account()))
    before, peak, took = _memory(), 0.0, []
    for _ in range(TIMES):
        odd.clear()
        account, begun, processor = Account(), time.perf_counter(), _processor()
        pieces = texts(account)
        next(pieces)
        first = time.perf_counter() - begun
        for _piece in pieces:
            peak = max(peak, _memory())
        seconds = time.perf_counter() - begun
        took.append((seconds / account.rows, first, (_processor() - processor) / account.rows))
    a_row, first, processor = (statistics.median(figures) for figures in zip(*took, strict=True))
    begun, written = time.perf_counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        book = Book(Path(folder) / "book")
        headings = csv_files.headings(columns, form)
        for written in book.add("Orders", columns, headings, texts(Account())):
            if written >= XLSX_ROWS:
                break
        book.close()
    xlsx = written / (time.perf_counter() - begun)
    told = {
        "rows": account.rows,
        "columns": len(columns),
        "odd": len(odd),
        "csv": 1 / a_row,
        "processor": processor * 1e6,
        "first_ms": first * 1000,
        "growth_mb": peak - before,
        "xlsx": xlsx,
        "xlsx_rows": written,
    }
    print(json.dumps(told))


def _memory() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _processor() -> float:
    """Seconds of processor that this process has used, and its session at a PostgreSQL on this machine."""
    mine = time.process_time()
    if connection.vendor != "postgresql":
        return mine
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    used = stat.read_text().rsplit(")", 1)[1].split()[11:13] if stat.exists() else []
    return mine + sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
