"""Fills a migrated installation with many made-up orders: `python -m tests.benchmarks.large 1000000`.

Twenty organisations of very different sizes, their orders interleaved by creation as a mirror would have written them.
The same number gives the same rows. Nobody in them exists: surnames are made of syllables, domains and numbers are
reserved for examples.
"""

import os
import random
import re
import sys
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
django.setup()

from django.db import connection  # noqa: E402  (after the set-up)

from tests.benchmarks import large_desk  # noqa: E402
from tests.benchmarks.large_people import person, vocabulary  # noqa: E402

SHARES = (400, 170, 84, 57, 42, 34, 28, 24, 21, 19, 17, 15, 14, 13, 12, 11, 11, 10, 9, 9)
"""How many of a thousand orders each organisation has."""
SLUGS = [f"org{number}" for number in range(1, len(SHARES) + 1)]
_DAYS = 5 * 365
_BLOCK = 50_000
_TEMPLATES, _AGES = 12_000, 1_000
_FIRST_ID, _TOKEN = 1_000_000, 900_000_000
_UUID = "12345678-1234-4234-8234-123456789012"

_WORDS = re.findall(
    r"\w+",
    "happy birthday love from all of us enjoy your day with best wishes thank you so much for everything hope this "
    "brings joy and rest to a wonderful friend mum dad gran see you soon have lovely time relax celebrate many years "
    "together always yours take care big hugs well done new home good luck merry christmas anniversary congratulations",
)
_DELIVERIES = (
    ("Email", "email"),
    ("Royal Mail 1st Class", "post"),
    ("Gift box, tracked 24", "post"),
    ("Collect at reception", "collection"),
    ("Pigeon", "post"),
)
_OLD_PRODUCT = "Millennium banquet"


def fill(count: int) -> None:
    """Write organisations, orders, lines, documents, counters, a desk's work and what a mirror remembers of its own.

    Some thousand orders are made one by one; the database makes the others out of these, with ids, times and addresses
    of their own.
    """
    from glu_admin.tenancy.models import Organisation
    from orders.desk.typical import count_typical
    from orders.mirror.writing.counts import count_all_days, recount
    from orders.search.matching import index

    index().drop_index()  # it is made in one go at the end
    now = datetime.now(UTC).replace(microsecond=0)
    organisations = [Organisation.objects.create(name=f"Bench {slug}", slug=slug) for slug in SLUGS]
    templates = min(_TEMPLATES, count)
    _copies(organisations, templates, now)
    with connection.cursor() as cursor:
        for first in range(0, count, _BLOCK):
            end = min(first + _BLOCK, count)
            for statement in (
                *_statements(first, end, count, templates, now),
                *large_desk.statements(first + 1, end, now),
            ):
                cursor.execute(statement)
            print(f"\r{min(first + _BLOCK, count):,} orders", end="", file=sys.stderr, flush=True)
        for table in ("template", "template_line", "template_text", "slot"):
            cursor.execute(f"DROP TABLE {table}")
    _sequences()
    for organisation in organisations:
        recount(organisation)
        _remember(organisation, now)
        count_all_days(organisation, organisation.zone)
        count_typical(organisation)
    large_desk.mention(organisations[0], "bench@desk.example")
    index().make_index()
    _analyze()
    print(file=sys.stderr)


def _copies(organisations: list[Any], templates: int, now: datetime) -> None:
    """Temporary tables: orders with their texts, their lines, and whose order each of a thousand is."""
    from orders.lints.rules import odd
    from orders.models import Order, OrderLine
    from orders.search.document import document_text

    chance = random.Random(20_261_127)
    firsts, lasts, towns = vocabulary(chance)
    slots = [(slot, owner.pk) for slot, owner in enumerate(_owners(organisations))]
    orders, lines, texts = list[Any](), list[Any](), list[Any]()
    for t in range(templates):
        age = t / templates
        columns = _columns(chance, now, age, firsts, lasts, towns, _TOKEN + t)
        order = Order(pk=t, organisation_id=organisations[0].pk, glu_id=_TOKEN + t, **columns)
        count = chance.choices((1, 2, 3, 4, 9), (55, 25, 12, 7, 1))[0]
        its_lines = [_line(chance, OrderLine, order, t * 10 + place, place, age) for place in range(count)]
        subtotal = order.subtotal = sum(line.subtotal for line in its_lines)
        order.total = None if chance.random() < 0.003 else subtotal + columns["delivery_amount"]
        _settle(order, now)
        order.lints = odd(order, [line.subtotal for line in its_lines], organisations[0].zone)
        orders.append(_row(order))
        lines += map(_row, its_lines)
        texts.append((t, document_text(order, its_lines)))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF" if connection.vendor == "sqlite" else "SET synchronous_commit = off")
        for table, model in (("template", Order), ("template_line", OrderLine)):
            nothing = f"SELECT * FROM {model._meta.db_table} WHERE 1 = 0"
            cursor.execute(f"CREATE TEMP TABLE {table} AS {nothing}")
        cursor.execute("CREATE TEMP TABLE template_text (t bigint PRIMARY KEY, text text)")
        cursor.execute("CREATE TEMP TABLE slot (slot bigint PRIMARY KEY, organisation_id bigint)")
    _write("template", _columns_of(Order), orders)
    _write("template_line", _columns_of(OrderLine), lines)
    _write("template_text", ["t", "text"], texts)
    _write("slot", ["slot", "organisation_id"], slots)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX template_id ON template (id)")
        cursor.execute("CREATE INDEX template_order ON template_line (order_id)")


def _owners(organisations: list[Any]) -> list[Any]:
    return [owner for owner, share in zip(organisations, SHARES, strict=True) for _ in range(share)]


def _statements(first: int, end: int, count: int, templates: int, now: datetime) -> list[str]:
    """What writes the orders `first` to `end` of `count`: SQL that both databases take, but for times and uuids."""
    from orders.models import Order, OrderLine

    seconds, step = int(now.timestamp()), _DAYS * 86_400 / count
    postgres = connection.vendor == "postgresql"
    moment = "to_timestamp({})" if postgres else "datetime({}, 'unixepoch')"
    hexed = "lpad(to_hex({}), 8, '0')" if postgres else "printf('%08x', {})"
    mixed = f"({hexed.format('i * 40503 % 65536 * 65536 + i * 7919 % 65536')} || '000040008000' || "
    uuid_text = f"{mixed}lpad(cast(i AS text), 12, '0'))" if postgres else f"{mixed}printf('%012d', i))"
    spread = f"({seconds} - 300 - cast(({count} - i) * {step} AS bigint))"
    created = moment.format(spread)
    soon = moment.format(f"{'LEAST' if postgres else 'min'}({seconds}, {spread} + {{}})")
    days = "CASE WHEN template.dispatch_status IN ('Dispatched', 'Complete') THEN i % 5 ELSE 0 END"
    # A copy keeps the template's age: what is only in old ones, or open in new ones, stays so.
    numbers = (
        f"WITH RECURSIVE numbers(i) AS (SELECT cast({first} AS bigint) "
        f"UNION ALL SELECT i + 1 FROM numbers WHERE i < {end - 1}), "
        f"numbered AS (SELECT i, i * {templates} / {count} / {_AGES} * {_AGES} + i * 7919 / 13 % {_AGES} AS t, "
        f"i * 6101 % 1000 AS at FROM numbers)"
    )
    joined = f"FROM numbered JOIN slot ON slot.slot = at JOIN template ON template.id = numbered.t % {templates}"
    number = f"{_FIRST_ID} + i"
    replaced = "replace({}, cast(template.glu_id AS text), cast(" + number + " AS text))"
    own = {
        "id": "i + 1",
        "organisation_id": "slot.organisation_id",
        "glu_id": number,
        "uuid": f"cast({uuid_text} AS uuid)" if postgres else uuid_text,
        "created_at": created,
        "updated_at": f"CASE WHEN i % 499 = 0 THEN NULL ELSE {moment.format(f'{spread} + i * 31 % 800000')} END",
        "dispatch_since": soon.format(f"{days} * 86400"),
        "payment_since": created,
        "waiting_since": f"CASE WHEN template.waiting_since IS NOT NULL THEN {created} END",
        "last_refund_at": f"CASE WHEN template.refunded_amount > 0 THEN {soon.format('i % 9 * 86400')} END",
        "refund_reference": "CASE WHEN template.refunded_amount > 0 THEN 're_' || i END",
        "scheduled_delivery_at": f"CASE WHEN i % 7 = 0 THEN {moment.format(f'{spread} + i * 37 % 3000000')} END",
        "customer_email_address": replaced.format("template.customer_email_address"),
        "recipient_email_address": replaced.format("template.recipient_email_address"),
        "payload_hash": uuid_text,
    }
    columns = _columns_of(Order)
    values = [own.get(name, f"template.{name}") for name in columns]
    line_own = {"id": "i * 10 + 1 + l.position", "organisation_id": "slot.organisation_id", "order_id": "i + 1",
                "glu_id": "i * 10 + 1 + l.position"}  # fmt: skip
    line_columns = _columns_of(OrderLine)
    line_values = [line_own.get(name, f"l.{name}") for name in line_columns]
    places = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    dashed = " || '-' || ".join(f"substr({uuid_text}, {at}, {long})" for at, long in places)
    text = f"replace({replaced.format('template_text.text')}, '{_UUID}', {dashed})"
    return [
        f"INSERT INTO orders_order ({', '.join(columns)}) {numbers} SELECT {', '.join(values)} {joined}",
        f"INSERT INTO orders_orderline ({', '.join(line_columns)}) {numbers} SELECT {', '.join(line_values)} {joined} "
        "JOIN template_line l ON l.order_id = template.id",
        "INSERT INTO orders_orderdocument (order_id, organisation_id, created_at, text) "
        f"{numbers} SELECT i + 1, slot.organisation_id, {created}, {text} {joined} "
        "JOIN template_text ON template_text.t = template.id",
    ]


def _columns_of(model: Any) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def _columns(
    chance: random.Random, now: datetime, age: float,
    firsts: list[str], lasts: list[str], towns: list[tuple[str, str]], number: int,
) -> dict[str, Any]:  # fmt: skip
    """The columns of an order; `age` goes from 0, the oldest, to 1, and `number` is what tells its addresses apart."""
    buyer = person(chance, firsts, lasts, number)
    recipient = person(chance, firsts, lasts, number) if chance.random() < 0.6 else ("", "", "")
    town, district = chance.choice(towns)
    postcode = f"{district} {chance.randrange(1, 10)}{chance.choice('ABDEFGHJLN')}{chance.choice('ABDEFGHJLN')}"
    phone = f"07700 900{chance.randrange(1000):03}" if chance.random() < 0.5 else f"+44 7700 9{chance.randrange(10**5)}"
    delivery = chance.choice((0, 0, 250, 695))
    payment = chance.choices(("Paid", "Pending", "Failed", "Refunded"), (93, 2, 2, 3))[0]
    if payment in ("Pending", "Failed"):  # many carts are left behind, and few of them ever cancelled
        dispatch = chance.choices(("Outstanding", "Cancelled", "Dispatched"), (55, 40, 5))[0]
    elif chance.random() < (0.5 if age > 0.985 else 0.001):  # the last weeks are half done, and little is older
        dispatch = chance.choices(("Outstanding", "Packed"), (90, 10))[0]
    else:
        dispatch = chance.choices(("Dispatched", "Complete", "Cancelled"), (71, 27, 2))[0]
    copied = now - timedelta(days=30)
    method, kind = chance.choices(_DELIVERIES, (6000, 2500, 1000, 495, 5))[0]
    return {
        "created_at": now,
        "uuid": uuid.UUID(_UUID),
        "dispatch_status": dispatch,
        "payment_status": payment,
        "payment_method": chance.choices(("Gateway", "Offline", "Complimentary", "Barter"), (860, 100, 39, 1))[0],
        "type": chance.choices(("Gift Card", "Product", "Membership", "Ticket"), (7900, 1500, 595, 5))[0],
        "channel": chance.choices(("Website", "Reception", "Phone", "Fax", None), (8000, 1400, 590, 5, 5))[0],
        "gateway": "Stripe",
        "currency_code": chance.choices(("GBP", "EUR", "JPY", None), (9690, 300, 8, 2))[0],
        "discount_amount": 0,
        "delivery_amount": delivery,
        "processing_fee": 0,
        "customer_first_name": buyer[0],
        "customer_last_name": buyer[1],
        "customer_name": f"{buyer[0]} {buyer[1]}",
        "customer_email_address": buyer[2],
        "phone_number": phone,
        "recipient_first_name": recipient[0],
        "recipient_last_name": recipient[1],
        "recipient_email_address": recipient[2],
        "email_to_recipient": bool(recipient[2]),
        "delivery_method_name": method,
        "delivery_method_type": kind,
        "delivery_name": f"{recipient[0]} {recipient[1]}".strip(),
        "billing_address_line1": f"{chance.randrange(1, 180)} Mill Lane",
        "billing_address_city": town,
        "billing_address_postcode": postcode,
        "billing_address_country": "United Kingdom",
        "delivery_address_postcode": postcode if kind == "post" and chance.random() < 0.995 else "",
        "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Example/1.0",
        "extra": '{"billingContact":9000,"transaction":800000}',
        "first_copied_at": copied,
        "copied_at": copied,
        "gone_at": copied if chance.random() < 0.0004 else None,
        "lines_due_at": now if chance.random() < 0.0002 else None,
        "lines_copied_at": now - timedelta(days=chance.random() * 30),
        "lines_for_updated_at": copied,
    }


def _settle(order: Any, now: datetime) -> None:
    """Since when it waits, if it does, and what its transactions come to."""
    from orders.models.waiting import waiting

    order.waiting_since = waiting(order.dispatch_status, order.payment_status, now, now).waiting_since
    if order.gone_at:
        order.waiting_since = None
    if order.payment_method == "Gateway" and order.payment_status in ("Paid", "Refunded"):
        order.paid_amount = order.total
        order.refunded_amount = order.total if order.payment_status == "Refunded" else order.total and 0


def _line(chance: random.Random, model: Any, order: Any, glu_id: int, position: int, age: float) -> Any:
    from glu_admin.sandbox import vocabulary

    name, price = chance.choice(vocabulary.PRODUCTS)
    if age < 0.3 and chance.random() < 0.1:
        name = _OLD_PRODUCT
    message = " ".join(chance.choices(_WORDS, k=chance.randint(4, 25))) if chance.random() < 0.3 else ""
    return model(
        organisation_id=order.organisation_id,
        order=order,
        glu_id=glu_id,
        position=position,
        name=name,
        type=order.type,
        description="Valid for twelve months",
        personal_message=message,
        subtotal=price,
        discount_amount=0,
        total=price,
        refunded=chance.random() < 0.02,
        extra="",
    )


def _row(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, field.attname) for field in row._meta.concrete_fields)


def _write(table: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join(["%s"] * len(columns))
    values = [tuple(map(_plain, row)) for row in rows] if connection.vendor == "sqlite" else list(rows)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)


def _plain(value: Any) -> Any:
    """A value as Django keeps it in SQLite."""
    if isinstance(value, datetime):
        return str(value.replace(tzinfo=None))
    return value.hex if isinstance(value, uuid.UUID) else value


def _sequences() -> None:
    """The next order gets a number of its own."""
    from django.core.management.color import no_style

    from orders.models import Order, OrderChange, OrderLine, OrderMark, OrderNote, Transaction

    filled = [Order, OrderLine, OrderChange, OrderMark, OrderNote, Transaction]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), filled):
            cursor.execute(statement)


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _remember(organisation: Any, now: datetime) -> None:
    """A key that is accepted, a copied history, and the runs and windows of a month of polls and readings again."""
    from glu_admin.keys.lifecycle import record_trial, set_key
    from glu_admin.keys.models import GluKey
    from orders.models import MirrorRun, MirrorState, MirrorWindow
    from tests.benchmarks.place import key_of

    record_trial(set_key(organisation, key_of(organisation.slug), None), GluKey.State.ACCEPTED)
    stamp = "%Y-%m-%dT%H:%M:%S+00:00"
    began = now - timedelta(days=_DAYS + 1)
    MirrorState.across_organisations.create(
        organisation=organisation, page_size=30, history_started_at=now - timedelta(days=40),
        history_complete_at=now - timedelta(days=39), watermark=now.strftime(stamp), next_due_at=now,
        connected_watermark=(now - timedelta(days=40)).strftime(stamp),
        transactions_watermark=now.strftime(stamp), transactions_complete_at=now,
    )  # fmt: skip
    kinds = [MirrorRun.Pass.CHANGES] * 700 + [MirrorRun.Pass.RECONCILE] * 60
    runs = MirrorRun.across_organisations.bulk_create(
        MirrorRun(
            organisation=organisation, kind=kind, state=MirrorRun.State.COMPLETE,
            started_at=now - timedelta(hours=number % 700), finished_at=now - timedelta(hours=number % 700),
            reach=MirrorRun.Reach.WHOLE if kind == MirrorRun.Pass.RECONCILE else "",
        )
        for number, kind in enumerate(kinds)
    )  # fmt: skip
    edges = [began + timedelta(days=_DAYS + 1) * part / 10 for part in range(11)]
    MirrorWindow.across_organisations.bulk_create(
        MirrorWindow(
            organisation=organisation, run=run, kind=run.kind, state=MirrorWindow.State.COMPLETE,
            created_from=first.strftime(stamp), created_before=last.strftime(stamp),
            started_at=run.started_at, completed_at=run.started_at,
        )
        for run in runs
        if run.kind == MirrorRun.Pass.RECONCILE
        for first, last in pairwise(edges)
    )  # fmt: skip


if __name__ == "__main__":
    fill(int(sys.argv[1]))
