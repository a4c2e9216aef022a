"""Packing sheets and gift slips: what stands on the paper of each order."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from glu_admin.tenancy.models import Organisation
from orders.desk.marks import Kind
from orders.display import fields
from orders.display.money import money
from orders.display.text import closed, in_words, listed_words, writable
from orders.models import Order, OrderLine, OrderMark
from orders.payload import extra_of
from orders.proof.standing import standing

MOST_SHEETS = 100
"""So many sheets are printed in one go."""

# What the font of our pages has, as app.css says it, and what takes no ink. The rest is drawn by whatever fonts the
# printing computer has, or not at all.
_DRAWN = re.compile(
    "[\0-\u00ff\u0100-\u02bc\u02c6\u02da\u02dc\u1e00-\u1e9f\u1ef2-\u1eff\u2000-\u206f\u20a0-\u20c0\u2122\u2212\ufe0f\ufeff]"
)
_MOST_SIGNS = 12
# Glu documents neither the types of lines nor what is in this field: whatever has it, or is called so, is a gift card.
_VOUCHER = "orderLineTypeVoucher"
_GIFT_CARDS = ("gift card", "giftcard", "voucher", "monetary")
_ADDRESS = ("line1", "line2", "city", "county", "postcode", "country")


@dataclass(frozen=True)
class Item:
    """A line as it goes into the box; `value` is what a gift card is worth, "" for anything else."""

    name: str
    value: str
    options: str
    message: str


@dataclass(frozen=True)
class Sheet:
    """One order on paper. `odd_signs` are signs of its texts that may not be drawn; `first_printed` is of a reprint.

    `notes` are those of the team, for whoever packs it: never for the slip.
    """

    order: Order
    to: list[str]
    recipient: str
    items: list[Item]
    messages: list[str]
    odd_signs: str
    as_of: datetime
    first_printed: OrderMark | None
    notes: list[str]


def sheets_of(organisation: Organisation, batch: UUID) -> list[Sheet]:
    """The sheets of what was printed in one go, longest waiting first; none for a batch that is not of sheets."""
    marks = organisation.order_marks.filter(batch=batch, kind=Kind.PRINTED, order__isnull=False)
    orders = list(organisation.orders.filter(pk__in=marks.values("order")).order_by("created_at", "glu_id"))
    pks = [order.pk for order in orders]
    lines: dict[int, list[OrderLine]] = {}
    for line in organisation.order_lines.filter(order__in=pks).order_by("position", "glu_id"):
        lines.setdefault(line.order_id, []).append(line)
    printed: dict[int, OrderMark] = {}
    counts = Q(undone_at=None) | Q(batch=batch)  # what was not printed after all makes nothing a reprint
    for mark in organisation.order_marks.filter(counts, order__in=pks, kind=Kind.PRINTED).order_by("at", "pk"):
        printed.setdefault(mark.order_id or 0, mark)
    notes: dict[tuple[int, datetime], list[str]] = {}
    written = organisation.order_notes.filter(order_glu_id__in=[order.glu_id for order in orders], deleted_at=None)
    for note in written.order_by("written_at", "pk"):
        notes.setdefault((note.order_glu_id, note.order_created_at), []).append(closed(note.text))
    read_up_to = standing(organisation).complete_up_to
    return [
        _sheet(
            order,
            lines.get(order.pk, []),
            notes.get((order.glu_id, order.created_at), []),
            read_up_to,
            None if first.batch == batch else first,
        )
        for order in orders
        if (first := printed[order.pk])
    ]


def _sheet(
    order: Order, lines: list[OrderLine], notes: list[str], read_up_to: datetime | None, first: OrderMark | None
) -> Sheet:
    items = [_item(line, fields.currency_of(order)) for line in lines]
    to = _to(order)
    messages = list(dict.fromkeys(item.message for item in items if item.message))
    told = "".join([*to, *messages, *(item.name + item.options for item in items)])
    odd = dict.fromkeys(sign for sign in told if not _DRAWN.match(sign))
    known = [order.copied_at, order.checked_at, read_up_to if order.gone_at is None else None]
    return Sheet(
        order,
        to,
        fields.recipient_name(order) or fields.text(order, "delivery_name") or fields.buyer_name(order),
        items,
        messages,
        " ".join([*odd][:_MOST_SIGNS]) + ("…" if len(odd) > _MOST_SIGNS else ""),
        max(moment for moment in known if moment),
        first,
        notes,
    )


def _item(line: OrderLine, code: str) -> Item:
    extra = extra_of(line)
    name = fields.text(line, "name") or _("Line %(number)s") % {"number": line.glu_id}
    message = closed(writable(fields.text(line, "personal_message"))).strip()
    return Item(name, _value(line, extra, code), in_words(listed_words(extra.get("selectedOptions"))), message)


def _value(line: OrderLine, extra: dict[str, Any], code: str) -> str:
    """What a gift card is worth: its price before any discount, with the sign of its currency; "" for other goods."""
    said = f"{fields.text(line, 'type')} {fields.text(line, 'name')}".casefold()
    if not extra.get(_VOUCHER) and not any(word in said for word in _GIFT_CARDS):
        return ""
    found = fields.value(line, "subtotal")
    return found if isinstance(found, str) else money(found, code)


def _to(order: Order) -> list[str]:
    """Name and postal address as they stand on an envelope; nothing but the name where there is no address."""
    said = {name: fields.text(order, f"delivery_address_{name}").strip() for name in _ADDRESS}
    town = ", ".join(filter(None, (said["city"], said["county"])))
    address = [said["line1"], said["line2"], town, said["postcode"], said["country"]]
    name = fields.text(order, "delivery_name") or fields.recipient_name(order) or fields.buyer_name(order)
    return [part for part in (name, *address) if part]
