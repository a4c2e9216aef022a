"""The columns of the list: what each shows of an order, and how a choice of them is written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.times import When, full_text, when
from orders.display import fields
from orders.display.ages import Age, Attention
from orders.display.money import money
from orders.display.statuses import Badge, badge
from orders.display.text import brief
from orders.display.words import field_words
from orders.lints.rules import BRIEF, Rule
from orders.models import Order
from orders.models.waiting import DISPATCHED
from orders.search import LineMarks

Kind = Literal["buyer", "recipient", "text", "time", "status", "delivery", "money", "total", "number", "age", "flags"]

MOST_COLUMNS = 14
"""How many columns a list shows beside the order's number."""

WIDTHS = {"": _("Usual"), "slim": _("Narrow"), "broad": _("Wide")}
"""How wide a column can be, by the class of its cells."""

_LONGEST = 100  # characters of a text; the order's own page has it whole
_field = lazy(field_words, str)


class Making(NamedTuple):
    """What a cell is made with: the zone, the present time, the marks of the order's lines, and how it stands.

    `sent` is the kind of mark by which the team says that it is posted or handed over, "" where it does not.
    """

    zone: ZoneInfo
    today: datetime
    marks: LineMarks
    attention: Attention
    sent: str


@dataclass(frozen=True)
class Column:
    """A column of the list; `css` are the classes of its cells, `sort` is the list's sort by it, "" for none."""

    label: str | Promise
    kind: Kind
    css: str
    value: Callable[[Order, Making], Any]
    sort: str = ""


class Chosen(NamedTuple):
    """A column that the list shows, and how wide: one of WIDTHS."""

    name: str
    width: str = ""

    @property
    def column(self) -> Column:
        """What the column is."""
        return COLUMNS[self.name]

    @property
    def sized(self) -> str:
        """The classes by which it has its width."""
        return f"{self.column.css} {self.width}".strip()


def _text(column: str, label: str | Promise, css: str = "c-more ink2") -> Column:
    return Column(label, "text", css, lambda order, _: brief(fields.text(order, column), _LONGEST))


def _time(column: str, label: str | Promise, css: str = "c-time ink2", sort: str = "") -> Column:
    return Column(label, "time", css, lambda order, making: _when(order, column, making), sort)


def _money(column: str, label: str | Promise, css: str = "c-amount num", sort: str = "") -> Column:
    return Column(label, "money", css, lambda order, _: _amount(order, column), sort)


def _amount(order: Order, column: str) -> tuple[str, str]:
    return brief(fields.money(order, column), _LONGEST), brief(fields.currency_of(order), _LONGEST)


def _total(order: Order, _: Making) -> tuple[str, str, str, str]:
    """The total, its currency, and where what was paid and kept is something else, that and why; "" where it is not."""
    total, code = _amount(order, "total")
    net = order.net_amount
    if net is None or net == order.total:
        return total, code, "", ""
    why = gettext("Total %(total)s; %(settled)s") % {
        "total": total or gettext("not given"),
        "settled": fields.settled_words(order) or gettext("nothing paid"),
    }
    return total, code, brief(money(net, order.currency_code), _LONGEST), why


def _status(kind: str, label: str | Promise, css: str) -> Column:
    return Column(label, "status", css, lambda order, making: _badge(kind, order, making))


def _badge(kind: str, order: Order, making: Making) -> tuple[Badge, str, str]:
    """A status as it looks, its words, and how the order has left by the team's word though Glu does not say so yet."""
    status = fields.text(order, f"{kind}_status")
    left = making.sent if kind == "dispatch" and status != DISPATCHED else ""
    return *badge(kind, status, late=making.attention.is_late(kind)), left


def _age(_: Order, making: Making) -> tuple[Age, str] | None:
    """The age, and in words since when and why it is counted."""
    age = making.attention.age
    return (age, age.began_words(full_text(age.since, making.zone))) if age else None


def _flags(order: Order, making: Making) -> tuple[LineMarks, str]:
    """What its lines have, and why it needs a look: what it waits for too long, what is odd."""
    said = [making.attention.brief, *(gettext(BRIEF[Rule(letter)]) for letter in order.lints or "")]
    why = ", ".join(filter(None, said))
    return making.marks, f"{why[:1].upper()}{why[1:]}"


def _delivery(order: Order, making: Making) -> tuple[str, When | None]:
    return brief(fields.text(order, "delivery_method_name"), _LONGEST), _when(order, "scheduled_delivery_at", making)


def _when(order: Order, column: str, making: Making) -> When | None:
    value = fields.value(order, column)
    if value is None:
        return None
    return when(brief(value, _LONGEST) if isinstance(value, str) else value, making.zone, making.today)


COLUMNS = {
    "created": _time("created_at", _("Created"), "c-when ink2", "created"),
    "buyer": Column(_("Buyer"), "buyer", "c-buyer", lambda order, _: brief(fields.buyer_name(order), _LONGEST)),
    "recipient": Column(
        _("Recipient"), "recipient", "c-recipient ink2", lambda order, _: brief(fields.recipient_name(order), _LONGEST)
    ),
    "type": _text("type", _("Type"), "c-type ink2"),
    "dispatch": _status("dispatch", _("Dispatch"), "c-dispatch"),
    "payment": _status("payment", _("Payment"), "c-payment"),
    "delivery": Column(_("Delivery"), "delivery", "c-ship ink2", _delivery, "scheduled"),
    "total": Column(_("Total"), "total", "c-total num", _total, "total"),
    "age": Column(_("Waiting"), "age", "c-age num", _age, "age"),
    "flags": Column(_("Flags"), "flags", "c-flags num", _flags),
    "channel": _text("channel", _("Channel")),
    "method": _text("payment_method", _field("paymentMethod")),
    "offline": _text("offline_payment_method", _field("offlinePaymentMethod")),
    "reason": _text("complimentary_reason", _field("complimentaryReason")),
    "gateway": _text("gateway", _field("gateway")),
    "email": _text("customer_email_address", _field("customerEmailAddress")),
    "phone": _text("phone_number", _field("phoneNumber")),
    "recipient-email": _text("recipient_email_address", _field("recipientEmailAddress")),
    "postcode": _text("delivery_address_postcode", _("Postcode")),
    "city": _text("delivery_address_city", _("Town")),
    "country": _text("delivery_address_country", _("Country")),
    "scheduled": _time("scheduled_delivery_at", _field("scheduledDeliveryAt"), sort="scheduled"),
    "updated": _time("updated_at", _("Updated"), sort="updated"),
    "subtotal": _money("subtotal", _field("subtotal")),
    "discount": _money("discount_amount", _field("discountAmount")),
    "codes": Column(
        _field("discountCodes"),
        "text",
        "c-more ink2",
        lambda order, _: brief(fields.discount_codes(order), _LONGEST),
    ),
    "delivery-price": _money("delivery_amount", _field("deliveryAmount")),
    "fee": _money("processing_fee", _field("processingFee")),
    "paid": _money("paid_amount", _("Paid")),
    "refunded": _money("refunded_amount", _("Refunded")),
    "charged-back": _money("charged_back_amount", _("Charged back")),
    "net": _money("net_amount", _("Net")),
    "refunded-at": _time("last_refund_at", _("Last refund")),
    "refund-reference": _text("refund_reference", _("Refund reference")),
    "lines": Column(_("Lines"), "number", "c-count num", lambda _, making: making.marks.lines),
}
"""Every column beside the order's number, by the name that addresses and choices have for it."""

USUAL = tuple(
    Chosen(name)
    for name in ("created", "buyer", "recipient", "type", "dispatch", "payment", "delivery", "total", "age", "flags")
)
"""The columns of a list for which nobody chose any."""


def read_columns(*choices: str) -> tuple[Chosen, ...]:
    """The first choice that names a column there is: "buyer:broad,total"; what is unknown in it is passed over.

    The usual columns where no choice does, so that a choice of before never hides the list.
    """
    for text in choices:
        named = (part.partition(":") for part in text.split(","))
        chosen = {name: Chosen(name, width if width in WIDTHS else "") for name, _, width in named if name in COLUMNS}
        if chosen:
            return tuple(chosen.values())[:MOST_COLUMNS]
    return USUAL


def write_columns(chosen: Iterable[Chosen]) -> str:
    """Columns as an address and a choice keep them; "" for the usual ones."""
    kept = tuple(chosen)
    if kept == USUAL:
        return ""
    return ",".join(f"{one.name}:{one.width}" if one.width else one.name for one in kept)
