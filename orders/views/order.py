"""An order's page."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.desk.arithmetic import sums_of
from orders.desk.dispatch import offered
from orders.desk.emailed import emailed_of
from orders.desk.lints import lints, twins_of
from orders.desk.marks import latest_step, marks_of, sent_mark
from orders.desk.people import people_of
from orders.desk.traces import with_traces
from orders.display import fields
from orders.display.ages import attention_of, clock_of
from orders.display.durations import until_day
from orders.display.text import json_text, reference, spelled_out
from orders.display.typical import in_status
from orders.documented import DEVICE_FIELDS, ORDER_OBJECTS
from orders.models import Order, OrderMark, Transaction
from orders.models.typical import DISPATCH, PAYMENT
from orders.payload import extra_of, payload
from orders.proof.standing import standing_on_page
from orders.recheck import note_visit
from orders.views.back import back_to_list
from orders.views.checks import check_context
from orders.views.lines import line_rows
from orders.views.money_card import money_card, transactions_of
from orders.views.note_form import note_context
from orders.views.payments import chase_card
from orders.views.timeline.history import Side, history_of

_MASKED = _("masked")
_MOST_OTHERS = 200


@door(Role.VIEWER)
def order(request: TeamRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """One order with its lines, money, people, delivery, history and freshness."""
    note_visit(organisation)
    orders = organisation.orders.select_related("missing")
    found = with_traces(organisation, orders).filter(glu_id=glu_id).first()
    if found is None:
        raise Http404("No such order.")
    return order_page(request, organisation, found)


def order_page(
    request: TeamRequest, organisation: Organisation, found: Order, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of an order; `more` is put into the template's context in place of what it would have."""
    standing_on_page(organisation)  # the frame needs it all, the order's cards only a part
    lines, transactions, marks = list(found.lines.all()), transactions_of(organisation, found), marks_of(found)
    extra, whole = extra_of(found), payload(found)
    technical = [name for name in DEVICE_FIELDS if name in whole]
    others = _others(extra)
    clock = clock_of(organisation)
    people = people_of(organisation, found)
    twins = twins_of(organisation, found) if people.has_twin else []
    left = sent_mark(marks)
    history = _history(request, organisation, found, transactions, marks)
    rows = line_rows(organisation, found, lines, history["back"])
    context = {
        **check_context(organisation, found),
        **money_card(organisation, found, lines, transactions),
        **chase_card(organisation, found, marks),
        "lines": rows,
        "lints": lints(found, lines, organisation.zone, twins),
        "buyer": fields.buyer_name(found),
        "recipient": fields.recipient_name(found),
        "delivery_name": fields.text(found, "delivery_name"),
        "people": people,
        "until": until_day(found.scheduled_delivery_at, organisation.zone),
        "emailed": emailed_of(found, organisation.zone),
        "codes": fields.discount_codes(found),
        "transaction": reference(extra.get("transaction")),
        "delivery_address": _address(found, "delivery"),
        "billing_address": _address(found, "billing"),
        "proofs": sums_of(found, lines),
        "others": others[:_MOST_OTHERS],
        "more_others": max(len(others) - _MOST_OTHERS, 0),
        "has_technical": bool(technical),
        "left_here": left,
        "sent_here": latest_step(marks),
        "steps": _offered(request, organisation, found, marks),
        "this_page": order_address(request, organisation, found.glu_id),
        "attention": attention_of(found, clock, sent=left is not None),
        "in_dispatch": in_status(found, DISPATCH, clock.typical, clock.moment),
        "in_payment": in_status(found, PAYMENT, clock.typical, clock.moment),
        "raw": json_text({**whole, **dict.fromkeys(technical, str(_MASKED))}, indent=2),
        **history,
        **more,
    }
    return render(request, "orders/order/page.html", context, status=status)


def order_address(request: TeamRequest, organisation: Organisation, glu_id: int) -> str:
    """The address of an order's page, with the list and the side of its timeline that were asked for."""
    query = _side_query(back_to_list(request, organisation)["back"], _side(request))
    return f"{reverse('order', args=[organisation.slug, glu_id])}{'?' if query else ''}{query}"


def history_context(request: TeamRequest, organisation: Organisation, found: Order) -> dict[str, Any]:
    """What the card with an order's timeline and the field for a note shows."""
    return _history(request, organisation, found, transactions_of(organisation, found), marks_of(found))


def _history(
    request: TeamRequest,
    organisation: Organisation,
    found: Order,
    transactions: Sequence[Transaction],
    marks: Sequence[OrderMark],
) -> dict[str, Any]:
    side = _side(request)
    history = history_of(organisation, found, request.membership, side, transactions=transactions, marks=marks)
    back = back_to_list(request, organisation)
    return {
        "order": found,
        "history": history,
        "sides": [(side, _side_query(back["back"], side.value)) for side in Side],
        **back,
        **note_context(organisation),
    }


def _side(request: TeamRequest) -> str:
    """The side of the timeline that the address or a form asks for."""
    return request.GET.get("history", "") or request.POST.get("history", "")


def _side_query(back: str, side: str) -> str:
    """The query string of an order's page with a side of its timeline; the list's is kept."""
    return "&".join(filter(None, [back, f"history={side}" if side and side in Side.values else ""]))


def _offered(
    request: TeamRequest, organisation: Organisation, found: Order, marks: Sequence[OrderMark]
) -> list[OrderMark.Kind]:
    return offered(organisation, found, marks) if request.membership.may(Role.STAFF) else []


def _address(order: Order, kind: str) -> list[str]:
    names = ("line1", "line2", "city", "county", "postcode", "country")
    return [said for name in names if (said := fields.text(order, f"{kind}_address_{name}"))]


def _others(extra: dict[str, Any]) -> list[tuple[str, str]]:
    """Fields Glu does not document and values of another kind, as they came."""
    return [
        (name, spelled_out(value))
        for name, value in extra.items()
        if name not in ORDER_OBJECTS and name not in DEVICE_FIELDS
    ]
