"""What is odd in an order and its lines, each told in words with why, and whether it was perhaps bought twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import has_place, when_text
from orders.desk.arithmetic import lines_sum, total_sum
from orders.display.text import brief, isolated
from orders.lints.rules import lacks_postcode, meant, scheduled_before_placed, wrong_email
from orders.models import Order, OrderLine

TWICE_MINUTES = 10
"""So near to each other two equal orders of one buyer are probably one that was sent twice."""

_MOST_TWINS = 5
_LONGEST = 60
_OVER = frozenset({"Cancelled", "Failed", "Refunded"})


class Attention(NamedTuple):
    """One thing on an order that somebody should look at: `tone` is a colour, `words` say why it is here.

    `order` is Glu's number of another order that it is about, None for none.
    """

    tone: str
    title: str
    words: str
    order: int | None = None


@dataclass(frozen=True)
class Twin:
    """Another order of the same buyer, with what its lines say."""

    glu_id: int
    seconds: int
    messages: tuple[str, ...]


def lints(order: Order, lines: Sequence[OrderLine], zone: ZoneInfo, twins: Iterable[Twin] = ()) -> list[Attention]:
    """Everything odd in an order, the gravest first. `twins` are those that `twins_of` finds."""
    found = (
        _twice(lines, twins),
        _total(order),
        _lines(order, lines),
        _postcode(order),
        _scheduled(order, zone),
        _recipient_email(order),
        _domain(_("The buyer’s e-mail address may be mistyped"), order.customer_email_address),
        _domain(_("The recipient’s e-mail address may be mistyped"), order.recipient_email_address),
    )
    return sorted((lint for lint in found if lint is not None), key=lambda lint: lint.tone != "red")


def near_orders(organisation: Organisation, order: Order) -> QuerySet[Order]:
    """Other orders of the buyer with the same total, placed within TWICE_MINUTES, whatever came of them."""
    email = (order.customer_email_address or "").strip().lower()
    if not email or order.total is None or _came_to_nothing(order) or not has_place(order.created_at):
        return organisation.orders.none()
    near = timedelta(minutes=TWICE_MINUTES)
    others = organisation.orders.alias(buyer_email=Lower("customer_email_address")).filter(
        buyer_email=email,
        total=order.total,
        currency_code=order.currency_code,
        created_at__gte=order.created_at - near,
        created_at__lte=order.created_at + near,
    )
    return others.exclude(pk=order.pk)


def twins_of(organisation: Organisation, order: Order) -> list[Twin]:
    """Other orders of the buyer with the same total, placed within TWICE_MINUTES: one question, two if there are any.

    Orders that came to nothing are none: whoever tries again after a failure buys once.
    """
    nearest = near_orders(organisation, order).order_by("created_at", "glu_id")[:_MOST_TWINS]
    found = [other for other in nearest if not _came_to_nothing(other)]
    if not found:
        return []
    said: dict[int, list[str]] = {other.pk: [] for other in found}
    lines = organisation.order_lines.filter(order__in=said).order_by("position", "glu_id")
    for pk, message in lines.values_list("order_id", "personal_message"):
        said[pk].append(message or "")
    return [
        Twin(other.glu_id, round((other.created_at - order.created_at).total_seconds()), tuple(sorted(said[other.pk])))
        for other in found
    ]


def _twice(lines: Sequence[OrderLine], twins: Iterable[Twin]) -> Attention | None:
    messages = tuple(sorted(line.personal_message or "" for line in lines))
    twin = next((twin for twin in twins if twin.messages == messages), None)
    if twin is None:
        return None
    minutes = round(abs(twin.seconds) / 60)
    if minutes == 0:
        words = _(
            "The same buyer placed order %(number)s within the same minute, with the same total and the same messages."
        )
    elif twin.seconds > 0:
        words = ngettext(
            "The same buyer placed order %(number)s %(n)d minute later, with the same total and the same messages.",
            "The same buyer placed order %(number)s %(n)d minutes later, with the same total and the same messages.",
            minutes,
        )
    else:
        words = ngettext(
            "The same buyer placed order %(number)s %(n)d minute before, with the same total and the same messages.",
            "The same buyer placed order %(number)s %(n)d minutes before, with the same total and the same messages.",
            minutes,
        )
    return Attention("amber", _("Perhaps bought twice"), words % {"number": twin.glu_id, "n": minutes}, twin.glu_id)


def _total(order: Order) -> Attention | None:
    found = total_sum(order)
    if found is None or found.holds:
        return None
    title = _("The total is off by %(amount)s") % {"amount": found.difference}
    return Attention("amber", title, f"{found.words}.")


def _lines(order: Order, lines: Sequence[OrderLine]) -> Attention | None:
    found = lines_sum(order, lines)
    if found is None or found.holds:
        return None
    title = _("The lines are off the subtotal by %(amount)s") % {"amount": found.difference}
    return Attention("amber", title, f"{found.words}.")


def _postcode(order: Order) -> Attention | None:
    if not lacks_postcode(order):
        return None
    method = isolated(brief(order.delivery_method_name or order.delivery_method_type or "", _LONGEST))
    if method:
        words = _("It goes by %(method)s, and the delivery address has no postcode.") % {"method": method}
    else:
        words = _("It has an address to deliver to, and the delivery address has no postcode.")
    return Attention("amber", _("No postcode to deliver to"), words)


def _scheduled(order: Order, zone: ZoneInfo) -> Attention | None:
    due = order.scheduled_delivery_at
    if due is None or not scheduled_before_placed(order, zone):
        return None
    words = _("It is to be delivered %(due)s, and was placed %(placed)s.")
    said = words % {"due": when_text(due, zone, inside=True), "placed": when_text(order.created_at, zone, inside=True)}
    return Attention("amber", _("Scheduled before it was placed"), said)


def _recipient_email(order: Order) -> Attention | None:
    if not wrong_email(order):
        return None
    address = (order.recipient_email_address or "").strip()
    if not address:
        words = _("The recipient is to get it by e-mail, and there is no address to send it to.")
        return Attention("red", _("No e-mail address of the recipient"), words)
    words = _("The recipient is to get it by e-mail, and “%(address)s” is no address.")
    said = words % {"address": isolated(brief(address, _LONGEST))}
    return Attention("red", _("The recipient’s e-mail address cannot be right"), said)


def _domain(title: str, address: str | None) -> Attention | None:
    instead = meant(address)
    if not instead:
        return None
    domain = (address or "").strip().rpartition("@")[2]
    words = _("It ends with %(domain)s, which is one slip away from %(meant)s.")
    said = words % {"domain": isolated(brief(domain, _LONGEST)), "meant": instead}
    return Attention("amber", title, said)


def _came_to_nothing(order: Order) -> bool:
    return order.payment_status in _OVER or order.dispatch_status in _OVER or order.gone_at is not None
