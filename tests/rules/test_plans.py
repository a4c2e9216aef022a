"""No list reads an organisation's whole history: every filter with every sort has a plan that an index serves."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.desk.home import groups
from orders.desk.notes import write_note
from orders.desk.queues import QUEUES
from orders.mirror.statistics import analyze
from orders.mirror.writing.counts import recount
from orders.models import Order, TypicalTimes
from orders.search import count_orders, list_page, parse_query
from orders.search.query import SORTS
from tests.orders.builders import order, write

ORDERS = 6_000
MOST_READ = ORDERS // 4
MOST_STEPS = MOST_READ * 13  # what is said beside each row of a page among them
_LOOK = 100
FILTERS = [
    "",
    "dispatch=Dispatched",
    "dispatch=Outstanding",
    "payment=Failed",
    "type=Ticket",
    "channel=Nowhere",
    "method=Barter",
    "delivery=Pigeon",
    "dispatch=Dispatched&payment=Paid",
    "dispatch=Outstanding&type=Ticket",
    "gone=only",
    "created=-30d..",
    "updated=-30d..",
    "scheduled=-30d..",
    "refunded=-30d..",
    "refunded=-400d..-300d,-30d..",
    "total=10..12",
    "has=note",
    "no=note",
    "bought=sam@post.example",
    "received=sam@post.example",
    "bought=07700900123,+Sam+Smith",
    "bought=BN7+2QQ,+Sam+Smith",
    "received=BN7+2QQ,+Sam+Smith",
    "has=refunded",
    "has=partly-refunded",
    "has=chargeback",
    "has=lint",
    "has=odd-email",
    "q=everybody",
    "q=nobody",
    "has=posted",
    "no=posted",
    "has=prepared",
    "has=chased",
    "age=3wd..",
    "age=..90d",
    "has=late",
    "no=late",
    "has=stuck",
    "no=stuck",
    "has=past-schedule",
    "dispatch=Outstanding&has=late",
    "dispatch=Outstanding&no=posted",
    "dispatch=Outstanding&no=prepared,handed-over",
    "dispatch=Outstanding&dispatch=Packed&no=posted",
    "has=unconfirmed",
    "has=unmarked",
    QUEUES["dispatch"].text.replace("&sort=-age", ""),
]


@pytest.fixture
def large(house: Any) -> Organisation:
    """An organisation with some thousand orders of five years, in which few have the rare values."""
    write(house.hotel, order(1, customerName="Everybody"))
    first = house.hotel.orders.get()
    epoch = int((now() - timedelta(days=5 * 365)).timestamp())
    postgres = connection.vendor == "postgresql"
    moment = "to_timestamp({})" if postgres else "datetime({}, 'unixepoch')"
    created = f"{epoch} + i * {5 * 365 * 86_400 // ORDERS}"
    rare = "CASE WHEN i % 997 = 0 THEN '{}' ELSE '{}' END"
    own = {
        "id": f"{first.pk} + i",
        "glu_id": "1 + i",
        "created_at": moment.format(created),
        "updated_at": f"CASE WHEN i % 499 <> 0 THEN {moment.format(f'{created} + i % 9999')} END",
        "scheduled_delivery_at": f"CASE WHEN i % 7 = 0 THEN {moment.format(f'{created} + i % 9999')} END",
        "waiting_since": f"CASE WHEN i % 97 = 0 THEN {moment.format(f'{created} + i % 9999')} END",
        "total": "CASE WHEN i % 499 <> 0 THEN 1000 + i * 7919 % 20000 END",
        "gone_at": f"CASE WHEN i % 997 = 0 THEN {moment.format(created)} END",
        "paid_amount": "CASE WHEN i % 3 <> 0 THEN 1000 END",
        "refunded_amount": "CASE WHEN i % 3 <> 0 THEN CASE WHEN i % 997 = 0 THEN 300 ELSE 0 END END",
        "last_refund_at": f"CASE WHEN i % 997 = 0 AND i % 3 <> 0 THEN {moment.format(created)} END",
        "lints": "CASE WHEN i % 997 = 0 THEN 'ET' END",
        "charged_back_amount": "CASE WHEN i % 1999 = 0 THEN 300 END",
        "dispatch_status": rare.format("Outstanding", "Dispatched"),
        "payment_status": rare.format("Failed", "Paid"),
        "type": rare.format("Ticket", "Gift Card"),
        "channel": rare.format("", "Website"),
        "payment_method": rare.format("Barter", "Gateway"),
        "delivery_method_name": rare.format("Pigeon", "Email"),
        "customer_email_address": rare.format("Sam@Post.example", "kim@post.example"),
        "recipient_email_address": rare.format("Sam@Post.example", "kim@post.example"),
        "customer_name": "'Sam Smith'",
        "delivery_name": "'Sam Smith'",
        "phone_number": rare.format("07700 900123", "07700 900124"),
        "billing_address_postcode": rare.format("BN7 2QQ", "BN7 2QR"),
        "delivery_address_postcode": rare.format("BN7 2QQ", "BN7 2QR"),
    }
    names = [str(field.column) for field in Order._meta.concrete_fields]
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ORDERS}) SELECT"
    values = ", ".join(own.get(name, f"o.{name}") for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO orders_order ({', '.join(names)}) {numbers} {values} "
            f"FROM n, orders_order o WHERE o.id = {first.pk}"
        )
        cursor.execute(
            f"INSERT INTO orders_orderdocument (order_id, organisation_id, created_at, text) {numbers} "
            f"d.order_id + i, d.organisation_id, {moment.format(created)}, d.text FROM n, orders_orderdocument d "
            f"WHERE d.order_id = {first.pk}"
        )
        # Posted is every other order, prepared few, chased none.
        for kind, every in (("posted", 2), ("prepared", 997)):
            cursor.execute(
                "INSERT INTO orders_ordermark (organisation_id, order_id, order_glu_id, order_created_at, kind, at, "
                "user_name, batch, undone_by_name) SELECT organisation_id, id, glu_id, created_at, %s, created_at, "
                f"'Ellie', %s, '' FROM orders_order WHERE organisation_id = %s AND glu_id %% {every} = 0",
                [kind, uuid4() if postgres else uuid4().hex, house.hotel.pk],
            )
        # Each order was paid, and of some money went back.
        for place, (kind, every) in enumerate((("Payment", 1), ("Refund", 29), ("Chargeback", 997))):
            cursor.execute(
                "INSERT INTO orders_transaction (organisation_id, glu_id, order_glu_id, type, amount, currency_code, "
                "card_last_four, created_at, payload_hash, copied_at) SELECT organisation_id, glu_id * 3 + %s, glu_id, "
                "%s, 1000, 'GBP', '', created_at, '', created_at FROM orders_order WHERE organisation_id = %s AND "
                f"glu_id %% {every} = 0",
                [place, kind, house.hotel.pk],
            )
    for noted in house.hotel.orders.filter(dispatch_status="Outstanding"):
        write_note(house.hotel, noted, house.staff, "Called", [], uuid4())
    kinds = [["payment", "Failed", "Barter", 60, 3600]]
    kinds += [["dispatch", "Outstanding", method, 3600, 86400] for method in ("Pigeon", "Email", "Post", "Courier")]
    TypicalTimes.across_organisations.create(organisation=house.hotel, kinds=kinds, due_at=now())
    recount(house.hotel)
    analyze()
    if postgres:  # as the server does by itself for tables that the mirror does not know
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE orders_ordermark, orders_transaction")
    organisation: Organisation = house.hotel
    return organisation


def test_no_list_reads_the_whole_history(large: Organisation) -> None:
    bad = list[tuple[str, ...]]()
    # SQLite serves no alternatives by an index, such as null or "".
    filters = [*FILTERS, *(["channel="] if connection.vendor == "postgresql" else [])]
    for sort in (f"{sign}{name}" for name in SORTS for sign in ("-", "")):
        for asked in filters:
            query = parse_query(f"{asked}&sort={sort}", large)
            bad += [(asked, sort, why) for why in _faults(large, query)]
            if asked in FILTERS[:2] and (older := list_page(large, query, 25).older):
                later = parse_query(f"{asked}&sort={sort}&cursor={older}", large)
                bad += [(asked, sort, "later", why) for why in _faults(large, later)]
    assert not bad, "\n".join(map(str, bad))


def test_no_number_of_home_reads_the_whole_history(large: Organisation) -> None:
    bad = []
    for question in {question for _, group in groups(large) for question in group}:
        with CaptureQueriesContext(connection) as asked:
            count_orders(large, parse_query(question.text, large).criteria)
        own = [one["sql"] for one in asked.captured_queries if '"orders_order"' in one["sql"]]
        bad += [(question.name, why) for sql in own for why in _read(sql)]
    assert not bad, "\n".join(map(str, bad))


def _faults(organisation: Organisation, query: Any) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        list_page(organisation, query, 25)
    return [why for one in asked.captured_queries if '"orders_order"' in one["sql"] for why in _read(one["sql"])]


def _read(sql: str) -> list[str]:
    """What is wrong with a statement: it reads too many orders, or takes too many steps of SQLite's machine."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
            found = cursor.fetchone()[0]
            plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
            return [f"{n} rows read" for n in _rows_read(plan) if n > MOST_READ]
        steps = 0

        def _count() -> int:
            nonlocal steps
            steps += _LOOK
            return 0

        connection.connection.set_progress_handler(_count, _LOOK)
        try:
            cursor.execute(sql)
            cursor.fetchall()
        finally:
            connection.connection.set_progress_handler(None, 0)
    return [f"{steps} steps"] if steps > MOST_STEPS else []


def _rows_read(plan: dict[str, Any]) -> list[int]:
    """How many rows each step that reads the orders or their transactions has read."""
    own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    is_large = plan.get("Relation Name") in ("orders_order", "orders_transaction")
    mine = [own * plan["Actual Loops"]] if is_large else []
    return [*mine, *(n for inner in plan.get("Plans", []) for n in _rows_read(inner))]
