"""How the statuses of an order look, and their words."""

from dataclasses import dataclass, replace

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.display.html import bdi
from orders.display.text import brief
from orders.models import Order, OrderMark


@dataclass(frozen=True)
class Badge:
    """How a status looks: icon, tone, and whether it is tinted."""

    icon: str
    tone: str
    loud: bool = False


DISPATCH = {
    "Outstanding": Badge("ring", "amber"),
    "Packed": Badge("half", "blue"),
    "Dispatched": Badge("done", "green"),
    "Scheduled": Badge("clock", "violet"),
    "Cancelled": Badge("cancelled", "grey"),
    "Failed": Badge("danger", "red", loud=True),
}
PAYMENT = {
    "Pending": Badge("hourglass", "amber"),
    "Paid": Badge("check", "green"),
    "Failed": Badge("danger", "red", loud=True),
    "Refunded": Badge("undo", "grey"),
    "Partially Refunded": Badge("undo", "grey"),
}
_SAY_REFUNDED = ("Refunded", "Partially Refunded")
MONEY_BACK = {
    "partly-refunded": (Badge("undo", "grey"), gettext_noop("Partly refunded"), _SAY_REFUNDED),
    "refunded": (Badge("undo", "grey"), gettext_noop("Refunded"), _SAY_REFUNDED),
    "chargeback": (Badge("danger", "red", loud=True), gettext_noop("Chargeback"), ()),
}
"""How it looks and in which words that money of an order went back; and Glu's payment statuses that say so already."""
SENT_HERE = Badge("check", "green", loud=True)
"""How it looks that an order has left, as marked here."""
_SENT_WORDS = {
    OrderMark.Kind.POSTED: gettext_noop("Posted here"),
    OrderMark.Kind.HANDED_OVER: gettext_noop("Handed over here"),
}
_STEPS = {
    OrderMark.Kind.PREPARED: ("box", gettext_noop("Prepare")),
    OrderMark.Kind.POSTED: ("dispatch", gettext_noop("Mark posted")),
    OrderMark.Kind.READY: ("collect", gettext_noop("Ready")),
    OrderMark.Kind.HANDED_OVER: ("done", gettext_noop("Handed over")),
}
UNKNOWN = Badge("", "grey")
_LONGEST_STATUS = 40


def badge(kind: str, value: str, *, late: bool = False) -> tuple[Badge, str]:
    """The badge of a status of a kind ("dispatch" or "payment"), and its words; unseen values get a neutral one.

    One that is `late` is tinted.
    """
    look = (DISPATCH if kind == "dispatch" else PAYMENT).get(value, UNKNOWN)
    if late and look != UNKNOWN:
        look = replace(look, loud=True)
    return look, brief(value, _LONGEST_STATUS) or _("None given")


def sent_words(kind: str) -> str:
    """By which kind of mark an order has left, in words."""
    return _(_SENT_WORDS[OrderMark.Kind(kind)])


def step(kind: str) -> tuple[str, str]:
    """The icon and the words of the button that sets a kind of mark."""
    icon, words = _STEPS[OrderMark.Kind(kind)]
    return icon, _(words)


def at_glu(words: str) -> SafeString:
    """A status in words, as Glu's where the team says something else."""
    return format_html(_("At Glu: {status}"), status=bdi(words))


def money_back(order: Order) -> str:
    """Which of MONEY_BACK an order is by its transactions, "" for none."""
    if order.charged_back_amount:
        return "chargeback"
    if not order.refunded_amount:
        return ""
    return "partly-refunded" if order.refunded_amount < (order.paid_amount or order.total or 0) else "refunded"
