"""Keeps what orders say of their transactions equal to a full sum of them, in the transaction that writes either."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from glu_admin.tenancy.models import Organisation
from orders.mirror.writing.bulk import found, update
from orders.mirror.writing.changes import record
from orders.mirror.writing.counts import COUNTED_COLUMNS, Differences, counted
from orders.models import Order, OrderChange, Transaction
from orders.models.counter import SETTLED
from orders.settlement import Moved, Settlement, settle

_FIELDS = Settlement._fields
_ASKED = ("id", "glu_id", *COUNTED_COLUMNS, *_FIELDS)


def settlements(organisation: Organisation, codes: Mapping[int, str | None]) -> dict[int, Settlement]:
    """What the known transactions of orders come to, by Glu's id; `codes` are these orders' currencies."""
    if not codes:
        return {}
    moved: dict[int, list[Moved]] = defaultdict(list)
    columns = ("order_glu_id", *Moved._fields)
    for glu_id, *row in found(organisation, Transaction, columns, by="order_glu_id", among=codes):
        moved[glu_id].append(Moved(*row))
    return {glu_id: settle(code, moved[glu_id]) for glu_id, code in codes.items()}


def settle_again(
    organisation: Organisation,
    orders: Collection[int],
    seen_at: datetime,
    recorded: Collection[int] = (),
    *,
    by: str = "glu_id",
) -> int:
    """Bring orders, by Glu's id or another column, to what their transactions come to now; how many were not.

    The counters and the days follow. Of those whose ids at Glu are in `recorded` it is noted that they moved.
    """
    here = found(organisation, Order, _ASKED, by=by, among=orders)
    rows = [dict(zip(_ASKED, row, strict=True)) for row in here]
    known = settlements(organisation, {row["glu_id"]: row["currency_code"] for row in rows})
    differences, writing, changes = Differences(), [], []
    for row in rows:
        before, after = Settlement(*(row[name] for name in _FIELDS)), known[row["glu_id"]]
        if before == after:
            continue
        differences.add(counted(row, before), -1)
        differences.add(counted(row, after))
        writing.append((row["id"], *after))
        if row["glu_id"] in recorded:
            changes.append(_change(organisation, row["id"], before, after, seen_at))
    update(Order, ("id", *_FIELDS), writing)
    differences.write(organisation)
    record(organisation, changes)
    return len(writing)


def unsettled(organisation: Organisation, orders: QuerySet[Order]) -> int:
    """How many of the organisation's orders among these do not say what their transactions come to."""
    rows = list(orders.filter(organisation=organisation).values("glu_id", "currency_code", *_FIELDS))
    known = settlements(organisation, {row["glu_id"]: row["currency_code"] for row in rows})
    return sum(known[row["glu_id"]] != Settlement(*(row[name] for name in _FIELDS)) for row in rows)


def forget_settlements(organisation: Organisation) -> None:
    """Nothing is known of transactions any more."""
    organisation.orders.filter(paid_amount__isnull=False).update(**dict.fromkeys(_FIELDS))
    for counts in (organisation.order_counters, organisation.order_days):
        counts.update(**dict.fromkeys(SETTLED, 0))


def _change(organisation: Organisation, pk: int, before: Settlement, after: Settlement, seen_at: datetime) -> Any:
    old, new = (None if one.paid_amount is None else f"{one.paid_amount} {one.back_amount}" for one in (before, after))
    return OrderChange(
        organisation=organisation, order_id=pk, field=OrderChange.SETTLED, old=old, new=new, seen_new_at=seen_at
    )
