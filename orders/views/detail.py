"""An order, and each of its lines."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from orders.models import Order, OrderLine
from orders.money import major_units, money
from orders.payload import LINE_OBJECTS, ORDER_FIELDS, ORDER_OBJECTS, extra_of, line_payload, payload
from orders.search import parse_query
from orders.search.chips import describe
from orders.views.checks import check_context
from orders.views.rows import buyer_name, recipient_name
from orders.views.timeline import field_words, timeline

_TECHNICAL = ("ipAddress", "userAgent", "browserInfo")
_MASKED = "masked"


@dataclass(frozen=True)
class Proof:
    """One sum written out: whether it comes out as Glu says."""

    holds: bool
    words: str


@door(Role.VIEWER)
def order(request: HttpRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """One order with its lines, money, people, delivery and freshness."""
    found = get_object_or_404(organisation.orders, glu_id=glu_id)
    lines = list(found.lines.all())
    extra = extra_of(found)
    context = {
        **check_context(organisation, found),
        "lines": [_line_row(line) for line in lines],
        "buyer": buyer_name(found),
        "recipient": recipient_name(found),
        "codes": _codes(extra.get("discountCodes")),
        "transaction": _reference(extra.get("transaction")),
        "delivery_address": _address(found, "delivery"),
        "billing_address": _address(found, "billing"),
        "proofs": _proofs(found, lines),
        "others": _others(extra),
        "has_technical": any(name in payload(found) for name in _TECHNICAL),
        "days": timeline(organisation, found),
        "raw": _pretty({**payload(found), **{name: _MASKED for name in _TECHNICAL if name in payload(found)}}),
        **_back(request, organisation),
    }
    return render(request, "orders/order.html", context)


@door(Role.VIEWER)
def order_line(request: HttpRequest, organisation: Organisation, glu_id: int, line_glu_id: int) -> HttpResponse:
    """One line: message, options, amounts and its siblings."""
    found = get_object_or_404(organisation.orders, glu_id=glu_id)
    lines = list(found.lines.all())
    place = next((at for at, line in enumerate(lines) if line.glu_id == line_glu_id), None)
    line = get_object_or_404(found.lines, glu_id=line_glu_id) if place is None else lines[place]
    at = place or 0
    context = {
        "order": found,
        "line": line,
        "lines": [_line_row(one) for one in lines],
        "position": at + 1,
        "previous": lines[at - 1] if at > 0 else None,
        "next": lines[at + 1] if at + 1 < len(lines) else None,
        "buyer": buyer_name(found),
        "recipient": recipient_name(found),
        "options": _options(extra_of(line)),
        "raw": _pretty(line_payload(line)),
        **_back(request, organisation),
    }
    return render(request, "orders/line.html", context)


def _back(request: HttpRequest, organisation: Organisation) -> dict[str, str]:
    """The list the person came from, as its query string and in words."""
    query = parse_query(request.GET, organisation)
    text = query.url_query(cursor=query.cursor) if query.cursor and query.ok else query.url_query()
    return {"back": text, "back_words": describe(query) if text and query.ok else "Orders"}


def _line_row(line: OrderLine) -> dict[str, Any]:
    currency = line.order.currency_code
    options = extra_of(line).get("selectedOptions")
    return {
        "line": line,
        "name": line.name or f"Line {line.glu_id}",
        "options": ", ".join(_flat(option) for option in options) if isinstance(options, list) else "",
        "discount": money(-line.discount_amount, currency) if line.discount_amount else "",
        "subtotal": money(line.subtotal, currency),
        "total": money(line.total, currency),
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
        shown = " + ".join(str(major_units(amount or 0, order.currency_code)) for amount in amounts[:4])
        shown += f" + {len(amounts) - 4} more" if len(amounts) > 4 else ""
        said = f"{major_units(order.subtotal, order.currency_code)}"
        out.append(_proof(sum(amount or 0 for amount in amounts), order.subtotal, f"Lines: {shown}", said, order))
    return out


def _proof(worked_out: int, stated: int, left: str, said: str, order: Order) -> Proof:
    if worked_out == stated:
        return Proof(True, f"{left} = {said}, as Glu says")
    return Proof(False, f"{left} = {major_units(worked_out, order.currency_code)}, but Glu says {said}")


def _address(order: Order, kind: str) -> list[str]:
    names = ("line1", "line2", "city", "county", "postcode", "country")
    return [value for name in names if (value := getattr(order, f"{kind}_address_{name}"))]


def _codes(codes: Any) -> str:
    return ", ".join(_flat(code) for code in codes) if isinstance(codes, list) else _flat(codes) if codes else ""


def _reference(value: Any) -> str:
    """A relation as its id: a number, the end of an address, or an object's id."""
    if isinstance(value, dict):
        value = value.get("id", "")
    return str(value).rstrip("/").rpartition("/")[2] if value is not None else ""


def _flat(value: Any) -> str:
    """An object by its telling key, else as JSON text."""
    if isinstance(value, dict):
        if "name" in value and "value" in value:
            return f"{value['name']}: {value['value']}"
        for key in ("code", "name", "title", "id"):
            if value.get(key):
                return str(value[key])
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _options(extra: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Labelled pairs of what a line keeps beside its columns; the flag tells JSON text."""
    out = []
    for name, value in extra.items():
        if value in (None, [], {}, ""):
            continue
        if isinstance(value, list):
            out.append((field_words(name), ", ".join(_flat(one) for one in value), False))
        elif isinstance(value, dict):
            flat = {key: one for key, one in value.items() if not isinstance(one, (dict, list))}
            if len(flat) == len(value):
                out.append((field_words(name), " · ".join(f"{key} {one}" for key, one in flat.items()), False))
            else:
                out.append((field_words(name), _pretty(value), True))
        else:
            out.append((field_words(name) if name in LINE_OBJECTS else name, str(value), False))
    return out


def _others(extra: dict[str, Any]) -> list[tuple[str, str]]:
    """Fields Glu does not document and values of another kind, as they came."""
    documented = {entry.glu for entry in ORDER_FIELDS}
    return [
        (name, _pretty(value) if isinstance(value, (dict, list)) else str(value))
        for name, value in extra.items()
        if name not in ORDER_OBJECTS and not (name in documented and name in _TECHNICAL)
    ]


def _pretty(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, indent=2)
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=2)
    return text
