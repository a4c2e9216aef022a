"""What happens to orders while the sandbox runs: they come in, move on, are edited, refunded, planted."""

import random
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from glu_admin.sandbox.data import Payload, Sold, make_order, stamp, transaction
from glu_admin.sandbox.shop import Shop

PLANTS = ("backdated", "future", "null_updated", "unknown")
CHANGES = ("update", "delete", "lines")
_NEXT_STATUS = {"Scheduled": "Outstanding", "Outstanding": "Packed", "Packed": "Dispatched"}
_RECENT = 200
_TRIES = 20


class Happening(NamedTuple):
    """An order as it is from now on (None: deleted), and its place in the list."""

    glu_id: Any
    sold: Sold | None
    listed_at: str


def told(before: Sold | None, happening: Happening) -> str:
    """What happened to an order that was `before` (None: not there), in words that follow its number."""
    after = happening.sold
    if after is None:
        return "was deleted"
    if before is None:
        return f"came in, created {after.order.get('createdAt', 'nobody knows when')}"
    changed = [name for name, value in after.order.items() if before.order.get(name) != value]
    if changed or before.lines == after.lines:
        return f"was edited: {', '.join([name for name in changed if name != 'updatedAt'] or ['only its updatedAt'])}"
    lines = [str(now.get("id")) for was, now in zip(before.lines, after.lines, strict=False) if was != now]
    silent = len(after.transactions) == len(before.transactions)
    return f"had its line {', '.join(lines)} refunded, {'in silence' if silent else 'which only a transaction tells'}"


def digits(moment: datetime) -> str:
    """The digits of a moment, by which lists are ordered."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def comes_in(shop: Shop, chance: random.Random, created: datetime, epoch: datetime) -> Happening:
    """A new order, created at `created`."""
    shop.next_id += chance.randint(1, 3)
    sold = make_order(shop.organisation.seed, shop.next_id, shop.next_line, created, epoch, new=True)
    shop.next_line += len(sold.lines)
    return Happening(shop.next_id, sold, digits(created))


def step(shop: Shop, chance: random.Random, moment: datetime, epoch: datetime) -> Happening:
    """What happens on an ordinary day: an order comes in, or a recent one moves on."""
    recent = (shop.sold[entry[2]] for entry in reversed(shop.listing[-_RECENT:]))
    open_orders = [sold for sold in recent if sold.order.get("dispatchStatus") in _NEXT_STATUS]
    if chance.random() < 0.4 or not open_orders:
        return comes_in(shop, chance, moment, epoch)
    return _moves_on(shop, chance.choice(open_orders), chance, moment)


def churn(shop: Shop, chance: random.Random, moment: datetime, epoch: datetime) -> Happening:
    """Anything that is allowed to happen, to an order of any age."""
    faults = shop.faults
    kinds, weights = ["insert", "update"], [3, 5]
    if faults.churn_deletes:
        kinds, weights = [*kinds, "delete"], [*weights, 1]
    if faults.churn_lines:
        kinds, weights = [*kinds, "lines"], [*weights, 2]
    kind = chance.choices(kinds, weights)[0]
    happening = changed(shop, chance, kind, moment) if kind in CHANGES else None
    return happening or comes_in(shop, chance, moment, epoch)


def changed(shop: Shop, chance: random.Random, kind: str, moment: datetime) -> Happening | None:
    """An order of any age is edited (`update`), deleted (`delete`), or refunded in its `lines` only; None: none was."""
    happening = None
    for _ in range(_TRIES if shop.listing else 0):
        last = len(shop.listing) - 1
        position = chance.randint(max(0, last - _RECENT) if chance.random() < 0.5 else 0, last)
        listed_at, _, glu_id = shop.listing[position]
        sold = shop.sold[glu_id]
        if kind == "delete":
            happening = Happening(glu_id, None, listed_at)
        elif kind == "lines":
            happening = _line_is_refunded(shop, sold, chance, moment)
        elif isinstance(glu_id, int) and str(sold.order.get("updatedAt", "~")) <= stamp(moment):
            happening = Happening(glu_id, _edited(sold, chance, moment), listed_at)
        if happening:
            return happening
    return None


def planted(shop: Shop, chance: random.Random, kind: str, moment: datetime, epoch: datetime, days: float) -> Happening:
    """An order that should not be: `backdated` by some days, from the `future`, without updatedAt, or `unknown`."""
    created = {"backdated": moment - timedelta(days=days), "future": moment + timedelta(days=days)}.get(kind, moment)
    glu_id, sold, listed_at = comes_in(shop, chance, created, epoch)
    assert sold is not None  # noqa: S101  (for the type checker)
    odd: dict[str, Payload] = {
        "null_updated": {"updatedAt": None},
        "unknown": {"dispatchStatus": "Awaiting Courier", "storeReference": f"ST-{glu_id}"},
    }
    return Happening(glu_id, Sold({**sold.order, **odd.get(kind, {})}, sold.lines, sold.transactions), listed_at)


def crowd(shop: Shop, chance: random.Random, count: int, created: datetime, moment: datetime) -> list[Happening]:
    """`count` orders created in the same second, and updated at various times since."""
    orders = []
    for _ in range(count):
        glu_id, sold, listed_at = comes_in(shop, chance, created, moment)
        assert sold is not None  # noqa: S101  (for the type checker)
        updated = created + timedelta(seconds=chance.randint(0, max(0, int((moment - created).total_seconds()))))
        changed = Sold({**sold.order, "updatedAt": stamp(updated)}, sold.lines, sold.transactions)
        orders.append(Happening(glu_id, changed, listed_at))
    return orders


def _moves_on(shop: Shop, sold: Sold, chance: random.Random, moment: datetime) -> Happening:
    order = {**sold.order, "updatedAt": stamp(moment)}
    lines, moves = [dict(line) for line in sold.lines], list(sold.transactions)
    what = chance.random()
    if order["paymentStatus"] == "Pending" and what < 0.5:
        number = _number(shop)
        order["paymentStatus"], order["transaction"] = "Paid", number
        moves.append(transaction(order, "Payment", order["total"], moment, number))
    elif order["paymentStatus"] == "Paid" and what > 0.92 and not lines[0]["refunded"]:
        lines[0]["refunded"] = True
        order["paymentStatus"] = "Refunded" if len(lines) == 1 else "Partially Refunded"
        moves.append(transaction(order, "Refund", lines[0]["total"], moment, _number(shop)))
    elif what > 0.85 and order["deliveryAddressPostcode"]:
        order["deliveryAddressLine2"] = f"Flat {chance.randint(1, 40)}"
    elif what > 0.8:
        order["scheduledDeliveryAt"] = stamp(moment + timedelta(days=chance.randint(2, 20)))
    else:
        order["dispatchStatus"] = _NEXT_STATUS[order["dispatchStatus"]]
    return Happening(order["id"], Sold(order, lines, moves), shop.places[order["id"]][0])


def _edited(sold: Sold, chance: random.Random, moment: datetime) -> Sold:
    later = stamp(moment + timedelta(days=chance.randint(2, 20)))
    status = sold.order.get("dispatchStatus")
    field, value = chance.choice(
        (
            ("deliveryAddressLine2", f"Flat {chance.randint(1, 900)}"),
            ("phoneNumber", f"07700 900{chance.randrange(1000):03}"),
            ("scheduledDeliveryAt", None if sold.order.get("scheduledDeliveryAt") else later),
            ("dispatchStatus", _NEXT_STATUS.get(str(status), status)),
        )
    )
    return Sold({**sold.order, field: value, "updatedAt": stamp(moment)}, sold.lines, sold.transactions)


def _line_is_refunded(shop: Shop, sold: Sold, chance: random.Random, moment: datetime) -> Happening | None:
    """Only the line says so, and perhaps a transaction: the order and its updatedAt stay as they are."""
    glu_id = sold.order.get("id")
    left = [number for number, line in enumerate(sold.lines) if line.get("refunded") is False]
    if not left or glu_id not in shop.places or "gateway" not in sold.order:
        return None
    lines, moves, number = [dict(line) for line in sold.lines], list(sold.transactions), chance.choice(left)
    lines[number]["refunded"] = True
    if chance.random() < 0.5:
        moves.append(transaction(sold.order, "Refund", lines[number].get("total", 0), moment, _number(shop)))
    return Happening(glu_id, Sold(sold.order, lines, moves), shop.places[glu_id][0])


def _number(shop: Shop) -> int:
    shop.next_transaction += 1
    return shop.next_transaction
