"""Deterministic orders: the same seed, count and epoch give the same bytes."""

import hashlib
import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from glu_admin.sandbox import vocabulary as words

FIRST_ID = 40_000
FIRST_LINE = 900_000
_DAYS_BACK = 730
_MANY_LINES_EVERY = 401

Payload = dict[str, Any]


@dataclass
class Sold:
    """An order as Glu would keep it, with its lines and transactions; payloads may hold nulls."""

    order: Payload
    lines: list[Payload]
    transactions: list[Payload] = field(default_factory=list)


def stamp(moment: datetime) -> str:
    """A moment (aware UTC) as Glu writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def creation_times(seed: int, count: int, epoch: datetime) -> list[datetime]:
    """`count` moments in the two years before `epoch`, oldest first; by day, busier before Christmas, some together."""
    chance = random.Random(f"times {seed}")
    moments: list[datetime] = []
    while len(moments) < count:
        back = chance.random() ** 1.15 * _DAYS_BACK
        day = (epoch - timedelta(days=back)).replace(hour=0, minute=0, second=0, microsecond=0)
        if day.month not in (11, 12) and chance.random() < 0.25:
            continue
        moment = day + timedelta(seconds=int(chance.triangular(6, 23.99, 14) * 3600))
        if moment > epoch - timedelta(minutes=2):
            continue
        moments += [moment] * (chance.choice((2, 3, 5)) if chance.random() < 0.01 else 1)
    return sorted(moments[:count])


def make_order(seed: int, glu_id: int, line_id: int, created: datetime, epoch: datetime, *, new: bool = False) -> Sold:
    """One order created at `created`; a `new` one has not been paid or sent yet. Lines are numbered from `line_id`."""
    chance = random.Random(f"order {seed} {glu_id}")
    kind = chance.choices(("Gift Card", "Product", "Membership"), (80, 14, 6))[0]
    currency = "EUR" if chance.random() < 0.03 else "GBP"
    count = 33 if glu_id % _MANY_LINES_EVERY == 7 else chance.choices((1, 2, 3, 4), (50, 28, 14, 8))[0]
    codes = chance.choice(words.DISCOUNT_CODES) if chance.random() < 0.12 else None
    lines = [_line(chance, kind, glu_id, line_id + n, codes) for n in range(count)]
    method, method_type, fee = chance.choice(words.DELIVERIES)
    payment = chance.choices(("Gateway", "Offline", "Complimentary"), (86, 10, 4))[0]
    subtotal = sum(line["subtotal"] for line in lines)
    discount = sum(line["discount_amount"] for line in lines)
    processing = 150 if payment == "Gateway" and chance.random() < 0.3 else 0
    total = subtotal - discount + fee + processing
    buyer, recipient = _person(chance), _person(chance) if chance.random() < 0.7 else None
    age = epoch - created
    scheduled = created + timedelta(days=chance.randint(3, 40)) if chance.random() < 0.15 else None
    status, paid = _statuses(chance, age, scheduled, epoch, payment, new)
    address, other = _address(chance), _address(chance)
    browser = chance.choice(words.BROWSERS) if chance.random() < 0.6 else (None, None)
    updated = (
        created
        if new
        else min(created + timedelta(seconds=int(chance.random() ** 3 * 9e5)), epoch - timedelta(minutes=1))
    )
    order: Payload = {
        "id": glu_id,
        "createdAt": stamp(created),
        "updatedAt": stamp(max(updated, created)),
        "customerFirstName": buyer[0],
        "customerLastName": buyer[1],
        "customerName": f"{buyer[0]} {buyer[1]}",
        "currencyCode": currency,
        "dispatchStatus": status,
        "subtotal": subtotal,
        "total": total,
        "deliveryAmount": fee,
        "deliveryMethodName": method,
        "channel": chance.choice(words.CHANNELS),
        "discountAmount": discount,
        "deliveryName": " ".join((recipient or buyer)[:2]) if method_type == "post" else "",
        **_address_fields("delivery", address if method_type == "post" else None),
        **_address_fields("billing", other),
        "phoneNumber": f"07700 900{chance.randrange(1000):03}",
        "billingContact": 9000 + glu_id % 977,
        "customerEmailAddress": buyer[2],
        "paymentStatus": paid,
        "deliveryContact": 9000 + glu_id % 977 if recipient is None else None,
        "billingContactAddress": {"id": 70_000 + glu_id, "country": "United Kingdom"}
        if chance.random() < 0.2
        else None,
        "deliveryContactAddress": None,
        "uuid": str(uuid.UUID(bytes=hashlib.sha256(f"{seed} {glu_id}".encode()).digest()[:16], version=4)),
        "emailToRecipient": recipient is not None and method_type == "email",
        "recipientEmailAddress": recipient[2] if recipient else "",
        "scheduledDeliveryAt": stamp(scheduled) if scheduled else None,
        "discountCodes": [{"id": 1, "code": codes[0]}] if codes else [],
        "user": {"id": 12, "name": "Front desk"} if chance.random() < 0.1 else None,
        "paymentMethod": payment,
        "offlinePaymentMethod": chance.choice(("Invoice", "Cash", "Room account")) if payment == "Offline" else "",
        "complimentaryReason": "Apology for a cancelled booking" if payment == "Complimentary" else "",
        "recipientFirstName": recipient[0] if recipient else "",
        "recipientLastName": recipient[1] if recipient else "",
        "gateway": "Stripe" if payment == "Gateway" else None,
        "transaction": 800_000 + glu_id if paid in ("Paid", "Refunded", "Partially Refunded") else None,
        "type": kind,
        "deliveryMethodType": method_type,
        "processingFee": processing,
        "userAgent": browser[0],
        "browserInfo": browser[1],
        "ipAddress": f"192.0.2.{chance.randrange(1, 255)}" if browser[0] else None,
    }
    sold = Sold(order, lines)
    if order["transaction"] is not None:
        sold.transactions.append(transaction(order, "Payment", total, created, 800_000 + glu_id))
    if paid in ("Refunded", "Partially Refunded"):
        refunded = lines if paid == "Refunded" else lines[:1]
        for line in refunded:
            line["refunded"] = True
        amount = sum(line["total"] for line in refunded)
        sold.transactions.append(transaction(order, "Refund", amount, max(updated, created), 1_800_000 + glu_id))
    return sold


def transaction(order: Payload, kind: str, amount: int, moment: datetime, glu_id: int) -> Payload:
    """A payment or refund of an order, as GET /transactions lists it."""
    return {
        "id": glu_id,
        "amount": amount,
        "createdAt": stamp(moment),
        "updatedAt": stamp(moment),
        "gateway": order["gateway"],
        "gatewayReference": f"ref_{glu_id}",
        "type": kind,
        "currencyCode": order["currencyCode"],
        "card_type": None,
        "card_number": None,
        "attachedOrder": order["id"],
        "refund": None,
        "failedRefund": None,
        "payment": None,
    }


def _line(chance: random.Random, kind: str, order_id: int, line_id: int, codes: tuple[str, int] | None) -> Payload:
    shelf = {"Gift Card": words.PRODUCTS, "Product": words.GOODS, "Membership": words.MEMBERSHIPS}[kind]
    name, price = chance.choice(shelf)
    discount = price * codes[1] // 100 if codes else 0
    gift = kind == "Gift Card"
    return {
        "id": line_id,
        "attachedOrder": order_id,
        "variant": {"id": 300 + price % 97, "name": name, "sku": f"SKU-{price % 97:03}"},
        "name": name,
        "type": kind,
        "total": price - discount,
        "orderLineTypeVoucher": {"id": 500_000 + line_id, "code": f"GC{line_id:07}", "value": price} if gift else None,
        "discount_amount": discount,
        "subtotal": price,
        "refunded": False,
        "description": "Valid for twelve months" if gift else "",
        "personalMessage": chance.choice(words.MESSAGES) if gift and chance.random() < 0.5 else "",
        "selectedOptions": [dict(zip(("name", "value"), chance.choice(words.OPTIONS), strict=True))]
        if chance.random() < 0.3
        else [],
        "discountCodes": [{"id": 1, "code": codes[0]}] if codes else [],
        "recurringProduct": {"id": 4, "interval": "month"} if kind == "Membership" else None,
        "deliveryMethodZoneRate": None,
    }


def _person(chance: random.Random) -> tuple[str, str, str]:
    first, last = chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES)
    if chance.random() < 0.004:
        first = "=" + first  # somebody always tries
    plain = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
    return first, last, f"{plain}{chance.randrange(100)}@{chance.choice(words.MAIL_DOMAINS)}"


def _address(chance: random.Random) -> tuple[str, str, str, str]:
    town, county, district = chance.choice(words.TOWNS)
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    postcode = f"{district} {chance.randrange(1, 10)}{chance.choice(letters)}{chance.choice(letters)}"
    return f"{chance.randrange(1, 180)} {chance.choice(words.STREETS)}", town, county, postcode


def _address_fields(prefix: str, address: tuple[str, str, str, str] | None) -> Payload:
    line, town, county, postcode = address or ("", "", "", "")
    return {
        f"{prefix}AddressLine1": line,
        f"{prefix}AddressLine2": "",
        f"{prefix}AddressCity": town,
        f"{prefix}AddressCounty": county,
        f"{prefix}AddressPostcode": postcode,
        f"{prefix}AddressCountry": "United Kingdom" if address else "",
    }


def _statuses(
    chance: random.Random, age: timedelta, scheduled: datetime | None, epoch: datetime, payment: str, new: bool
) -> tuple[str, str]:
    if new:
        return ("Scheduled" if scheduled else "Outstanding"), ("Pending" if payment != "Complimentary" else "Paid")
    roll = chance.random()
    if scheduled and scheduled > epoch:
        status = "Scheduled"
    elif roll < 0.02:
        status = "Cancelled"
    elif roll < 0.03:
        status = "Failed"
    elif age < timedelta(days=3):
        status = chance.choices(("Outstanding", "Packed", "Dispatched"), (45, 15, 40))[0]
    else:
        status = chance.choices(("Dispatched", "Outstanding", "Packed"), (97, 2, 1))[0]
    roll = chance.random()
    if status == "Cancelled":
        return status, "Refunded" if roll < 0.6 else "Failed"
    if roll < 0.03:
        return status, "Partially Refunded" if roll < 0.015 else "Refunded"
    if roll < (0.16 if age < timedelta(days=3) else 0.05):
        return status, "Pending"
    return status, "Failed" if roll > 0.99 else "Paid"
