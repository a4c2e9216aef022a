"""An order, and each of its lines."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.display import fields
from orders.display.ages import attention_of, clock_of
from orders.display.money import major_units
from orders.display.text import in_words, json_text, listed_words
from orders.display.words import field_words
from orders.documented import LINE_FIELDS, LINE_OBJECTS, ORDER_OBJECTS
from orders.models import Order, OrderLine
from orders.payload import extra_of, line_payload, listed, payload
from orders.recheck import note_visit
from orders.search import parse_query
from orders.search.chips import describe
from orders.views.checks import check_context
from orders.views.timeline import timeline

_TECHNICAL = ("ipAddress", "userAgent", "browserInfo")
_MASKED = "masked"
_MOST_OTHERS = 200
_MOST_ADDED = 4  # amounts of lines that a sum shows one by one
_LINE_SAID = frozenset(entry.glu for entry in LINE_FIELDS)


@dataclass(frozen=True)
class Proof:
    """A sum over an order's amounts, written out, and whether it comes to what Glu says."""

    holds: bool
    words: str


@door(Role.VIEWER)
def order(request: TeamRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """One order with its lines, money, people, delivery and freshness."""
    note_visit(organisation)
    found = get_object_or_404(organisation.orders, glu_id=glu_id)
    lines = list(found.lines.all())
    extra, whole = extra_of(found), payload(found)
    technical = [name for name in _TECHNICAL if name in whole]
    others = _others(extra)
    rows = list(map(_line_row, lines))
    context = {
        **check_context(organisation, found),
        "lines": rows,
        "any_message": any(row["message"] for row in rows),
        "buyer": fields.buyer_name(found),
        "recipient": fields.recipient_name(found),
        "delivery_name": fields.text(found, "delivery_name"),
        "codes": fields.discount_codes(found),
        "transaction": _reference(extra.get("transaction")),
        "delivery_address": _address(found, "delivery"),
        "billing_address": _address(found, "billing"),
        "proofs": _proofs(found, lines),
        "others": others[:_MOST_OTHERS],
        "more_others": max(len(others) - _MOST_OTHERS, 0),
        "has_technical": bool(technical),
        "attention": attention_of(found, clock_of(organisation)),
        "days": timeline(organisation, found),
        "raw": json_text({**whole, **dict.fromkeys(technical, _MASKED)}, indent=2),
        **_back(request, organisation),
    }
    return render(request, "orders/order/page.html", context)


@door(Role.VIEWER)
def order_line(request: TeamRequest, organisation: Organisation, glu_id: int, line_glu_id: int) -> HttpResponse:
    """One line: message, options, amounts and its siblings."""
    note_visit(organisation)
    found = get_object_or_404(organisation.orders, glu_id=glu_id)
    lines = list(found.lines.all())
    place = next((at for at, line in enumerate(lines) if line.glu_id == line_glu_id), None)
    line = get_object_or_404(found.lines, glu_id=line_glu_id) if place is None else lines[place]
    at = place or 0
    context = {
        "order": found,
        "line": line,
        "lines": list(map(_line_row, lines)),
        "position": at + 1,
        "previous": lines[at - 1] if at > 0 else None,
        "next": lines[at + 1] if at + 1 < len(lines) else None,
        "buyer": fields.buyer_name(found),
        "recipient": fields.recipient_name(found),
        "message": fields.text(line, "personal_message"),
        "options": _options(extra_of(line)),
        "raw": json_text(line_payload(line), indent=2),
        **_back(request, organisation),
    }
    return render(request, "orders/order/line.html", context)


def _back(request: TeamRequest, organisation: Organisation) -> dict[str, str]:
    """The list the person came from, as its query string and in words."""
    query = parse_query(request.GET, organisation)
    text = query.url_query(cursor=query.cursor) if query.cursor and query.ok else query.url_query()
    return {"back": text, "back_words": describe(query) if text and query.ok else "Orders"}


def _line_row(line: OrderLine) -> dict[str, Any]:
    return {
        "line": line,
        "name": fields.text(line, "name") or f"Line {line.glu_id}",
        "options": listed_words(extra_of(line).get("selectedOptions")),
        "message": fields.text(line, "personal_message"),
    }


def _proofs(order: Order, lines: list[OrderLine]) -> list[Proof]:
    """The order's arithmetic, where every amount is known: measured, never enforced."""
    out = []
    parts = (order.subtotal, order.discount_amount, order.delivery_amount, order.processing_fee)
    if order.total is not None and all(part is not None for part in parts):
        subtotal, discount, delivery, fee = (part or 0 for part in parts)
        numbers = [f"{major_units(part, order.currency_code)}" for part in (subtotal, discount, delivery, fee)]
        said = f"{major_units(order.total, order.currency_code)}"
        worked_out = subtotal - discount + delivery + fee
        out.append(_proof(worked_out, order.total, "{} − {} + {} + {}".format(*numbers), said, order))
    amounts = [line.subtotal for line in lines]
    if lines and order.subtotal is not None and all(amount is not None for amount in amounts):
        shown = " + ".join(str(major_units(amount or 0, order.currency_code)) for amount in amounts[:_MOST_ADDED])
        shown += f" + {len(amounts) - _MOST_ADDED} more" if len(amounts) > _MOST_ADDED else ""
        said = f"{major_units(order.subtotal, order.currency_code)}"
        out.append(_proof(sum(amount or 0 for amount in amounts), order.subtotal, f"Lines: {shown}", said, order))
    return out


def _proof(worked_out: int, stated: int, left: str, said: str, order: Order) -> Proof:
    if worked_out == stated:
        return Proof(True, f"{left} = {said}, as Glu says")
    return Proof(False, f"{left} = {major_units(worked_out, order.currency_code)}, but Glu says {said}")


def _address(order: Order, kind: str) -> list[str]:
    names = ("line1", "line2", "city", "county", "postcode", "country")
    return [said for name in names if (said := fields.text(order, f"{kind}_address_{name}"))]


def _reference(value: Any) -> str:
    """A relation as its id: a number, the end of an address, or an object's id."""
    if isinstance(value, dict):
        value = value.get("id")
    return in_words(value).rstrip("/").rpartition("/")[2]


def _options(extra: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Labelled pairs of what a line keeps beside its columns; the flag tells JSON text."""
    out = []
    for name, value in extra.items():
        if name in _LINE_SAID or value in (None, [], {}, ""):
            continue
        label = field_words(name) if name in LINE_OBJECTS or isinstance(value, (list, dict)) else name
        several = listed(value)
        if several != [value]:
            out.append((label, in_words(several), False))
        elif isinstance(value, dict) and any(isinstance(option, (dict, list)) for option in value.values()):
            out.append((label, json_text(value, indent=2), True))
        elif isinstance(value, dict):
            out.append((label, " · ".join(f"{key} {in_words(option)}" for key, option in value.items()), False))
        else:
            out.append((label, in_words(value), False))
    return out


def _others(extra: dict[str, Any]) -> list[tuple[str, str]]:
    """Fields Glu does not document and values of another kind, as they came."""
    return [
        (name, json_text(value, indent=2) if isinstance(value, (dict, list)) else in_words(value))
        for name, value in extra.items()
        if name not in ORDER_OBJECTS and name not in _TECHNICAL
    ]
