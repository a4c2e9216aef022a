"""The page of one line of an order."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.display import fields
from orders.display.text import in_words, json_text, listed_words
from orders.display.words import field_words
from orders.documented import LINE_FIELDS, LINE_OBJECTS
from orders.models import Order, OrderLine
from orders.payload import extra_of, line_payload, listed
from orders.recheck import note_visit
from orders.views.back import back_to_list

_SAID = frozenset(entry.glu for entry in LINE_FIELDS)


@door(Role.VIEWER)
def order_line(request: TeamRequest, organisation: Organisation, glu_id: int, line_glu_id: int) -> HttpResponse:
    """One line: message, options, amounts and its siblings."""
    note_visit(organisation)
    found = get_object_or_404(organisation.orders, glu_id=glu_id)
    lines = list(found.lines.all())
    place = next((at for at, line in enumerate(lines) if line.glu_id == line_glu_id), None)
    line = get_object_or_404(found.lines, glu_id=line_glu_id) if place is None else lines[place]
    at = place or 0
    back = back_to_list(request, organisation)
    context = {
        "order": found,
        "line": line,
        "lines": line_rows(organisation, found, lines, back["back"]),
        "position": at + 1,
        "previous": lines[at - 1] if at > 0 else None,
        "next": lines[at + 1] if at + 1 < len(lines) else None,
        "buyer": fields.buyer_name(found),
        "recipient": fields.recipient_name(found),
        "message": fields.text(line, "personal_message"),
        "codes": fields.discount_codes(line),
        "options": _options(extra_of(line)),
        "raw": json_text(line_payload(line), indent=2),
        **back,
    }
    return render(request, "orders/order/line.html", context)


def line_rows(organisation: Organisation, order: Order, lines: Sequence[OrderLine], back: str) -> list[dict[str, Any]]:
    """Lines as lists of lines show them; their addresses carry `back`, the list that the person came from."""
    here, query = reverse("order", args=[organisation.slug, order.glu_id]), f"?{back}" if back else ""
    return [_line_row(line, f"{here}lines/{line.glu_id}/{query}") for line in lines]


def _line_row(line: OrderLine, url: str) -> dict[str, Any]:
    return {
        "line": line,
        "url": url,
        "name": fields.text(line, "name") or _("Line %(number)s") % {"number": line.glu_id},
        "options": listed_words(extra_of(line).get("selectedOptions")),
        "message": fields.text(line, "personal_message"),
    }


def _chosen(value: Any) -> list[tuple[str, str, bool]]:
    """Options that come as names and values, each a pair of its own; nothing where one of them does not."""
    found = listed(value)
    if not all(isinstance(option, dict) and option.get("name") and "value" in option for option in found):
        return []
    return [(in_words(option["name"]), in_words(option["value"]) or _("None"), False) for option in found]


def _options(extra: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Labelled pairs of what a line keeps beside its columns; the flag tells JSON text."""
    out = []
    for name, value in extra.items():
        if name in _SAID or value in (None, [], {}, ""):
            continue
        if name == "selectedOptions" and (pairs := _chosen(value)):
            out += pairs
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
