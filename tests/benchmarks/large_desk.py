"""What a desk at work has beside its orders: payments and refunds, changes that were seen, marks, notes.

Statements that both databases take: each makes its rows out of the orders from one id to another.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

_SENT = "dispatch_status IN ('Dispatched', 'Complete')"
_OF_ORDER = {"organisation_id": "organisation_id"}
_MARK = {
    "order_id": "id",
    "order_glu_id": "glu_id",
    "order_created_at": "created_at",
    "user_name": "'Sam'",
    "undone_by_name": "''",
}


def statements(first: int, last: int, now: datetime) -> Iterator[str]:
    """SQL for the orders with the keys `first` to `last`."""
    postgres = connection.vendor == "postgresql"
    hexed = "lpad(to_hex({}), 8, '0')" if postgres else "printf('%08x', {})"
    digits = "lpad(cast({} AS text), 12, '0')" if postgres else "printf('%012d', {})"
    some = f"{hexed.format('organisation_id')} || '000040008000' || {digits.format('id / 50')}"
    batch = f"cast({some} AS uuid)" if postgres else some
    days = [str((now + timedelta(days=ahead)).date()) for ahead in (-1, 0, 3)]
    again = f"CASE id % 3 WHEN 0 THEN '{days[0]}' WHEN 1 THEN '{days[1]}' ELSE '{days[2]}' END"
    payment = {
        "glu_id": "id * 2",
        "order_glu_id": "glu_id",
        "type": "'Payment'",
        "amount": "paid_amount",
        "currency_code": "currency_code",
        "gateway": "gateway",
        "gateway_reference": "'pi_' || id",
        "card_type": "'visa'",
        "card_last_four": "'4242'",
        "created_at": "created_at",
        "payload_hash": "payload_hash",
        "copied_at": "copied_at",
    }
    refund = {
        "glu_id": "id * 2 + 1",
        "type": "'Refund'",
        "amount": "refunded_amount",
        "gateway_reference": "refund_reference",
        "created_at": "last_refund_at",
    }
    change = {
        "order_id": "id",
        "line_name": "''",
        "field": "'dispatchStatus'",
        "old": "'Outstanding'",
        "new": "dispatch_status",
        "seen_new_at": "dispatch_since",
    }
    posted = {"kind": "'posted'", "at": "dispatch_since", "batch": batch}
    chased = {"kind": "'chased'", "at": "payment_since", "batch": batch, "look_again_on": _day(again, postgres)}
    note = {
        "order_glu_id": "glu_id",
        "order_created_at": "created_at",
        "token": "uuid",
        "text": "'Called about the delivery, rings back on Tuesday.'",
        "mentioned": "''",
        "written_at": "payment_since",
    }
    for table, values, condition in (
        ("transaction", payment, "paid_amount IS NOT NULL"),
        ("transaction", payment | refund, "refunded_amount > 0"),
        ("orderchange", change, f"id % 3 = 0 AND {_SENT}"),
        ("ordermark", _MARK | posted, f"id % 4 = 0 AND {_SENT}"),
        ("ordermark", _MARK | chased, "id % 5 = 0 AND payment_status = 'Pending'"),
        ("ordernote", note, "id % 40 = 0"),
    ):
        named = _OF_ORDER | values
        yield (
            f"INSERT INTO orders_{table} ({', '.join(named)}) SELECT {', '.join(named.values())} "
            f"FROM orders_order WHERE id BETWEEN {first} AND {last} AND {condition}"
        )


def mention(organisation: Any, email: str, most: int = 40) -> None:
    """Somebody is named in some of the organisation's newest notes."""
    from glu_admin.tenancy.models import User
    from orders.models import NoteMention

    user, _ = User.objects.get_or_create(email=email)
    NoteMention.across_organisations.bulk_create(
        NoteMention(organisation=organisation, note=note, user=user, mentioned_at=note.written_at)
        for note in organisation.order_notes.order_by("-written_at")[:most]
    )


def _day(text: str, postgres: bool) -> str:
    return f"cast({text} AS date)" if postgres else text
