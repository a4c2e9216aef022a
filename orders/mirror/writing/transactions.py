"""The writer of transactions: a refund or a payment moves its order's money, and says that its lines may have moved.

Source: https://glu.gitbook.io/docs/api/organisation-api/transaction
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.timezone import now

from glu_admin.glu.lists import Row, read_id
from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import found, upsert
from orders.mirror.writing.orders import Written
from orders.mirror.writing.settlements import settle_again
from orders.models import Transaction
from orders.payload import Unusable, check_depth, payload_hash


class _Parsed(NamedTuple):
    """A transaction as it will be written, its fields named as their columns."""

    glu_id: int
    order_glu_id: int | None
    type: str | None
    amount: int | None
    currency_code: str | None
    gateway: str | None
    gateway_reference: str | None
    card_type: str | None
    card_last_four: str
    created_at: datetime
    updated_at: datetime | None
    payload_hash: str


class _Known(NamedTuple):
    """What is here of a transaction."""

    payload_hash: str
    updated_at: datetime | None
    order_glu_id: int | None


_NEW = _Known("", None, None)


def write_transactions(
    organisation: Organisation, rows: Iterable[Row], fetched_at: datetime, signal_from: Stamp | None
) -> Written:
    """Write a page of transactions; the orders that new or changed ones name are settled and have their lines due.

    No line is due for transactions from before `signal_from` (Glu's clock). A row without a usable id or creation time
    is counted as set aside and flags the run, and so does one whose amount or order came and cannot be read, though it
    is written; one older than ours is left.
    """
    result = Written()
    parsed: dict[int, _Parsed] = {}
    for row in rows:
        transaction = _parse(row)
        if transaction is None:
            result.set_aside += 1
        else:
            result.set_aside += _is_odd(row.raw, transaction)
            parsed[transaction.glu_id] = transaction
    here = found(organisation, Transaction, ("glu_id", *_Known._fields), by="glu_id", among=parsed)
    known = {glu_id: _Known(*row) for glu_id, *row in here}
    moved = [
        transaction
        for glu_id, transaction in sorted(parsed.items())
        if known.get(glu_id, _NEW).payload_hash != transaction.payload_hash
    ]
    writing = [
        transaction for transaction in moved if not _older(transaction, known.get(transaction.glu_id, _NEW).updated_at)
    ]
    result.created = sum(transaction.glu_id not in known for transaction in writing)
    result.changed = len(writing) - result.created
    result.stale = len(moved) - len(writing)
    result.unchanged = len(parsed) - len(moved)
    upsert(
        Transaction,
        ("organisation", "copied_at", *_Parsed._fields),
        [(organisation.pk, fetched_at, *transaction) for transaction in writing],
        unique=("organisation", "glu_id"),
    )
    # Every line was read after `signal_from`, so what is from before it moves none.
    named = {
        transaction.order_glu_id
        for transaction in writing
        if transaction.order_glu_id is not None
        and (signal_from is None or (transaction.updated_at or transaction.created_at) >= signal_from.instant)
    }
    organisation.orders.filter(glu_id__in=named, gone_at=None).update(lines_due_at=now())
    # One that names another order than before moves both.
    about = {transaction.order_glu_id for transaction in writing}
    about |= {known[transaction.glu_id].order_glu_id for transaction in writing if transaction.glu_id in known}
    settle_again(organisation, {glu_id for glu_id in about if glu_id is not None}, fetched_at, named)
    return result


def _reference(value: Any) -> int | None:
    """The id a relation names: a number, digits, the end of an address, or an object's own id; else None."""
    if isinstance(value, dict):
        value = value.get("id", value.get("@id"))
    if isinstance(value, str):
        value = value.rstrip("/").rpartition("/")[2]
    return read_id(value)


def _older(transaction: _Parsed, updated_at: datetime | None) -> bool:
    """Whether it comes in an older version than ours, as from a replica that lags."""
    return bool(transaction.updated_at and updated_at and transaction.updated_at < updated_at)


def _parse(row: Row) -> _Parsed | None:
    raw, glu_id, created, updated = row
    if glu_id is None or created is None:
        return None
    try:
        check_depth(raw)
    except Unusable:
        return None
    amount, card = raw.get("amount"), raw.get("card_number")
    last_four = card.strip()[-4:] if isinstance(card, str) else ""
    return _Parsed(
        glu_id=glu_id,
        order_glu_id=_reference(raw.get("attachedOrder")),
        type=_word(raw.get("type")),
        amount=amount if type(amount) is int and abs(amount) < 2**63 else None,
        currency_code=_word(raw.get("currencyCode")),
        gateway=_word(raw.get("gateway")),
        gateway_reference=_word(raw.get("gatewayReference")),
        card_type=_word(raw.get("card_type")),
        card_last_four=last_four if last_four.isdigit() else "",
        created_at=created.instant,
        updated_at=updated.instant if updated else None,
        payload_hash=payload_hash({**raw, "card_number": last_four}),
    )


def _is_odd(raw: dict[str, Any], transaction: _Parsed) -> bool:
    """Whether its amount or its order came and cannot be read, so that what it moved is in no sum of its order."""
    amount, order = raw.get("amount"), raw.get("attachedOrder")
    without_amount = amount is not None and transaction.amount is None
    return without_amount or (order is not None and transaction.order_glu_id is None)


def _word(value: Any) -> str | None:
    """A text of ordinary length, or None."""
    if not isinstance(value, str) or "\0" in value:
        return None
    return (value if value.isascii() else value.encode("utf-8", "replace").decode())[:320]
