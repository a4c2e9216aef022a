"""Twelve days at Alder House on a clock that is moved: what happens at Glu and at the desk, and when Glu is read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import time_machine

from glu_admin.sandbox.data import Payload, Sold, stamp
from glu_admin.sandbox.shop import Shop
from glu_admin.tenancy.models import Organisation, User
from orders.desk.marks import set_marks
from orders.desk.notes import write_note
from orders.mirror.counting import to_be_counted
from orders.mirror.engine import is_due
from orders.models import OrderMark
from orders.tasks import count_days_anew, mirror_now

ZONE = ZoneInfo("Europe/London")

# Total and currency, how it travels, how it is paid, and for when it is scheduled. The courier is told no postcode.
ORDERS = """
 1 |  50.00 GBP | 1st Class  | Gateway       |
 2 |  80.00 GBP | Courier    | Gateway       |
 3 | 250.00 GBP | 1st Class  | Offline       | Thu 9 Apr 09:00
 4 |  25.00 GBP | E-mail     | Gateway       |
 5 |  40.00 GBP | 1st Class  | Gateway       |
 6 |  60.00 GBP | 1st Class  | Gateway       | Mon 6 Apr 09:00
 7 |  90.00 GBP | 1st Class  | Gateway       |
 8 |  30.00 GBP | 1st Class  | Gateway       |
 9 |  45.00 GBP | E-mail     | Gateway       |
10 |  35.00 GBP | E-mail     | Complimentary |
11 | 120.00 EUR | Collection | Gateway       |
12 |  10.00 GBP | 1st Class  | Gateway       |
"""

# By the clock on the wall, which goes on by an hour on Sunday 29 March at one in the night. Friday 3 and Monday 6 April
# are bank holidays. An order is placed Outstanding and Pending; a word that is a status is its new one, an amount is a
# transaction. "Glu is read" is a slice of the worker's, "the desk looks" is when a test compares.
STORY = """
Thu 26 Mar 09:00 | 12 placed
Thu 26 Mar 09:03 | 12 Paid, Payment 10.00
Thu 26 Mar 10:00 | 1 placed
Thu 26 Mar 10:05 | 1 Paid, Payment 50.00
Thu 26 Mar 11:00 | 7 placed
Thu 26 Mar 11:02 | 7 Paid, Payment 90.00
Thu 26 Mar 12:00 | Glu is read
Thu 26 Mar 16:00 | 2 placed
Fri 27 Mar 09:00 | Glu is read
Fri 27 Mar 09:10 | the desk looks
Fri 27 Mar 09:20 | 2 chased until Mon 30 Mar
Fri 27 Mar 10:00 | 2 Paid, Payment 80.00
Fri 27 Mar 11:00 | 6 placed
Fri 27 Mar 11:01 | 6 Paid, Payment 60.00
Fri 27 Mar 14:00 | 7 Dispatched
Fri 27 Mar 15:00 | 1 Packed
Fri 27 Mar 15:30 | 3 placed
Fri 27 Mar 16:00 | 1 posted
Fri 27 Mar 16:00 | 12 posted
Fri 27 Mar 16:05 | 12 noted
Sat 28 Mar 20:00 | 12 deleted
Sat 28 Mar 23:30 | Glu is read
Sat 28 Mar 23:45 | 4 placed
Sat 28 Mar 23:46 | 4 Paid, Payment 25.00
Sun 29 Mar 00:50 | 4 Dispatched
Sun 29 Mar 03:30 | Glu is read
Mon 30 Mar 00:05 | the desk looks
Mon 30 Mar 00:30 | 5 placed
Mon 30 Mar 00:31 | 5 Paid, Payment 40.00
Mon 30 Mar 09:00 | Glu is read
Mon 30 Mar 09:10 | the desk looks
Mon 30 Mar 10:00 | 8 placed
Mon 30 Mar 10:02 | 8 Paid, Payment 30.00
Mon 30 Mar 11:00 | 1 Dispatched
Tue 31 Mar 09:00 | Glu is read
Tue 31 Mar 12:00 | 9 placed
Tue 31 Mar 12:00 | 12 back
Tue 31 Mar 12:05 | 9 Payment Failed
Tue 31 Mar 15:00 | 8 Refunded, Refund 30.00
Wed 1 Apr 00:20 | 10 placed
Wed 1 Apr 00:20 | 10 Paid
Wed 1 Apr 00:21 | 10 Dispatched
Wed 1 Apr 09:00 | Glu is read
Wed 1 Apr 09:10 | the desk looks
Wed 1 Apr 12:00 | 5 Failed
Wed 1 Apr 14:00 | 7 Partially Refunded, Refund 20.00, its line refunded
Thu 2 Apr 09:30 | 2 Packed
Thu 2 Apr 10:00 | 4 Chargeback 25.00
Thu 2 Apr 11:00 | 9 Dispatched
Thu 2 Apr 15:00 | 11 placed
Thu 2 Apr 15:01 | 11 Paid, Payment 120.00
Thu 2 Apr 16:00 | Glu is read
Thu 2 Apr 16:10 | the desk looks
Mon 6 Apr 09:00 | Glu is read
Mon 6 Apr 09:30 | 11 handed-over
Mon 6 Apr 09:50 | 3 chased until Tue 7 Apr
Mon 6 Apr 10:00 | the desk looks
Tue 7 Apr 09:00 | Glu is read
Tue 7 Apr 09:10 | the desk looks
"""

_DISPATCH = {"Packed", "Dispatched", "Failed"}
_PAYMENT = {"Paid", "Refunded", "Partially Refunded"}


def rows(text: str) -> list[list[str]]:
    """The cells of a table written with bars between them."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def instant(text: str) -> datetime:
    """What the clock on the wall at Alder House shows ("Thu 26 Mar 09:00"), as an aware time."""
    weekday, moment = text.split(" ", 1)
    found = datetime.strptime(f"2026 {moment}", "%Y %d %b %H:%M").replace(tzinfo=ZONE)
    assert f"{found:%a}" == weekday, text
    return found.astimezone(UTC)


def local(moment: datetime | None) -> str:
    """An instant as the clock on the wall shows it, "" for none."""
    return (
        f"{moment.astimezone(ZONE):%a} {moment.astimezone(ZONE).day} {moment.astimezone(ZONE):%b %H:%M}"
        if moment
        else ""
    )


def pence(text: str) -> int:
    """An amount in minor units."""
    return int(text.replace(".", ""))


@dataclass
class Week:
    """Alder House, its shop at Glu, and somebody at the desk."""

    hotel: Organisation
    shop: Shop
    staff: User
    gone: dict[int, Sold] = field(default_factory=dict)

    def live(self) -> Iterator[str]:
        """Let the story happen; at each look of the desk its time, with the clock standing still."""
        for when, what in rows(STORY):
            with time_machine.travel(instant(when), tick=False):
                if what == "the desk looks":
                    yield when
                elif what == "Glu is read":
                    self._read()
                else:
                    number, happens = what.split(" ", 1)
                    self._happen(int(number), happens)

    def _read(self) -> None:
        while is_due(self.hotel):
            mirror_now(self.hotel.pk)
        for organisation_id in to_be_counted().values_list("pk", flat=True):  # as the tick has it done, once
            count_days_anew(organisation_id)

    def _happen(self, number: int, what: str) -> None:
        if what == "placed":
            self._put(number, Sold(_placed(number), [_line(number)], []))
        elif what == "deleted":
            self.gone[number] = self.shop.sold[number]
            self.shop.drop(number)
        elif what == "back":
            self._put(number, self.gone.pop(number))
        elif what == "noted":
            write_note(self.hotel, self.hotel.orders.get(glu_id=number), self.staff, "Asked twice", [], uuid4())
        elif what.partition(" ")[0] in OrderMark.Kind.values:
            kind, _, until = what.partition(" until ")
            day = _day(until) if until else None
            orders = self.hotel.orders.filter(glu_id=number)
            assert set_marks(self.hotel, orders, OrderMark.Kind(kind), self.staff, look_again_on=day).n == 1
        else:
            self._change(number, what.split(", "))

    def _change(self, number: int, changes: list[str]) -> None:
        sold = self.shop.sold[number]
        order, lines, transactions = dict(sold.order), list(sold.lines), list(sold.transactions)
        for change in changes:
            if change in _DISPATCH:
                order["dispatchStatus"] = change
            elif change in _PAYMENT:
                order["paymentStatus"] = change
            elif change == "Payment Failed":
                order["paymentStatus"] = "Failed"
            elif change == "its line refunded":
                lines = [{**line, "refunded": True} for line in lines]
            else:
                transactions.append(_transaction(order, *change.split()))
        self._put(number, Sold(order, lines, transactions))

    def _put(self, number: int, sold: Sold) -> None:
        moved = Sold({**sold.order, "updatedAt": _now()}, sold.lines, sold.transactions)
        self.shop.put(number, moved, sold.order["createdAt"][:19])


def _now() -> str:
    return stamp(datetime.now(UTC))


def _day(text: str) -> date:
    return instant(f"{text} 12:00").date()


def _placed(number: int) -> Payload:
    _, amount, method, pays, scheduled = next(row for row in rows(ORDERS) if row[0] == str(number))
    total, code = amount.split()
    kinds = {"E-mail": "email", "Collection": "collection"}
    return {
        "id": number,
        "uuid": f"00000000-0000-4000-8000-{number:012}",
        "createdAt": _now(),
        "customerName": f"Buyer {number}",
        "customerEmailAddress": f"buyer-{number}@mail.example",
        "deliveryAddressLine1": f"{number} Mill Lane",
        "deliveryAddressPostcode": None if method == "Courier" else "BN7 2QQ",
        "currencyCode": code,
        "subtotal": pence(total),
        "total": pence(total),
        "dispatchStatus": "Outstanding",
        "paymentStatus": "Pending",
        "paymentMethod": pays,
        "gateway": "Stripe" if pays == "Gateway" else None,
        "deliveryMethodName": method,
        "deliveryMethodType": kinds.get(method, "post"),
        "scheduledDeliveryAt": stamp(instant(scheduled)) if scheduled else None,
    }


def _line(number: int) -> Payload:
    return {"id": 100 + number, "attachedOrder": number, "name": "Gift card", "refunded": False}


def _transaction(order: Payload, kind: str, amount: str) -> Payload:
    moved: dict[str, Any] = {"createdAt": _now(), "updatedAt": _now(), "type": kind, "amount": pence(amount)}
    number = 1000 * order["id"] + ["Payment", "Refund", "Chargeback"].index(kind)
    reference = f"ref_{number}"
    return {
        **moved,
        "id": number,
        "attachedOrder": order["id"],
        "currencyCode": order["currencyCode"],
        "gatewayReference": reference,
    }
