"""The payments page: rungs of orders to be asked about, the people to ask, and the word that somebody did."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateformat import format as date_format
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from glu_admin.fragments import page_or_fragment, wants_fragment
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import page_after, sent_from
from glu_admin.tenancy.requests import TeamRequest
from orders.desk.marks import Kind, set_marks, standing_marks, undo_mark
from orders.desk.payments import Step, Tells, by_status, ladder
from orders.desk.refunds import Refunded, refunds
from orders.display.locales import grouped
from orders.display.money import money
from orders.display.statuses import badge
from orders.display.text import brief
from orders.display.working_days import calendar_of
from orders.models import Order, OrderMark
from orders.models.counter import keep_counters
from orders.proof.standing import standing_on_page, state_on_page
from orders.proof.transactions import transactions_known
from orders.recheck import note_visit
from orders.search import CurrencySum
from orders.search.paying import keep_chases, may_chase

_LATEST = timedelta(days=366)
_WORKING_DAYS = 3
_MOST_STATUSES = _MOST_METHODS = 8
_LONGEST = 40  # characters of a method
_MOST_SUMS = 2  # currencies that a figure names
_NAMED = ("tomorrow", "soon", "week")


@door(Role.VIEWER)
@page_or_fragment
def queue_payment(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The rungs with their oldest orders, how payments stand of the last days, and what was refunded this week."""
    note_visit(organisation)
    return payment_page(request, organisation)


def payment_page(request: TeamRequest, organisation: Organisation, said: str = "") -> HttpResponse:
    """The page as it is now; `said` is what was just done."""
    with_frame = not wants_fragment(request)
    if with_frame:
        standing_on_page(organisation)
    keep_counters(organisation)
    keep_chases(organisation)
    known = transactions_known(state_on_page(organisation))
    steps = ladder(organisation)
    address, added = by_status(organisation)
    context: dict[str, Any] = {
        "with_frame": with_frame,
        "frame": "base.html" if with_frame else "base_swap.html",
        "figures": [_figure(step) for step in steps if step.rung.figure],
        "steps": [_step(step) for step in steps if step.count.n],
        "empty": [step.rung.words for step in steps if not step.count.n],
        "transactions": known,
        "status_query": address,
        "statuses": _statuses(added),
        "refunds": [_refund(one, organisation) for one in refunds(organisation, known=known.is_known)],
        "said": said,
        **chase_choices(organisation),
    }
    return render(request, "orders/payments/page.html", context)


@door(Role.STAFF)
@sent_from("queue_payment")
def payment_chase(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Note that somebody asked about an order, and on which day to look again. Others are led back where they were."""
    order = _order(request, organisation)
    if not may_chase(order):
        said = _("Nothing is owed for %(number)d now, so nothing was noted.") % {"number": order.glu_id}
        return _answer(request, organisation, said, failed=True)
    day, problem = read_day(organisation, request.POST.get("when", ""), request.POST.get("on", ""))
    if day is None:
        return _answer(request, organisation, problem, failed=True)
    only = organisation.orders.filter(pk=order.pk)
    marked = set_marks(organisation, only, Kind.CHASED, request.user, look_again_on=day)
    said = _("%(number)d is chased; look again on %(day)s.") % {"number": order.glu_id, "day": day_words(day)}
    return _answer(request, organisation, said, undo=str(marked.batch))


@door(Role.STAFF)
@sent_from("queue_payment")
def payment_unchase(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Take the last word back that somebody asked about an order."""
    order = _order(request, organisation)
    mark = standing_marks(organisation, [order.pk])[order.pk].get(Kind.CHASED)
    if mark is None or not undo_mark(organisation, mark.pk, request.user):
        said = _("%(number)d was not chased, or somebody was faster.") % {"number": order.glu_id}
        return _answer(request, organisation, said, failed=True)
    return _answer(request, organisation, _("%(number)d is not chased any more.") % {"number": order.glu_id})


def chase_choices(organisation: Organisation) -> dict[str, Any]:
    """The template's context for the days on which an order can be looked at again."""
    today = localdate(timezone=organisation.zone)
    return {
        "chase_days": [(name, words, day_words(_named(organisation, name))) for name, words in _named_words()],
        "chase_first": (today + timedelta(days=1)).isoformat(),
        "chase_last": (today + _LATEST).isoformat(),
        "today": today,
    }


def chase_card(organisation: Organisation, order: Order, marks: Sequence[OrderMark]) -> dict[str, Any]:
    """The template's context for chasing one order: the chase that stands on it, and the days to choose from.

    `marks` are all of the order, the oldest first.
    """
    standing = [mark for mark in marks if mark.kind == Kind.CHASED and mark.undone_at is None]
    chase = standing[-1] if standing else None
    return {"chase": chase, "may_chase": may_chase(order), **chase_choices(organisation)}


def read_day(organisation: Organisation, named: str, written: str) -> tuple[date | None, str]:
    """The day that is meant by a name, or as it is written, and what is wrong where it is none."""
    if named in _NAMED:
        return _named(organisation, named), ""
    today = localdate(timezone=organisation.zone)
    try:
        day = parse_date(written.strip())
    except ValueError:
        day = None
    if day is None:
        return None, _("On which day to look again cannot be read. Nothing was noted.")
    if not today < day <= today + _LATEST:
        problem = _("Look again on a day after today, within a year; %(day)s is not. Nothing was noted.")
        return None, problem % {"day": day_words(day)}
    return day, ""


def day_words(day: date) -> str:
    """A day as it is said: "Tue 24 November 2026"."""
    return date_format(day, "D j F Y")


def _named_words() -> list[tuple[str, str]]:
    """The days that have a name, with their words."""
    soon = ngettext("In %(n)d working day", "In %(n)d working days", _WORKING_DAYS) % {"n": _WORKING_DAYS}
    return list(zip(_NAMED, (_("Tomorrow"), soon, _("In a week")), strict=True))


def _named(organisation: Organisation, name: str) -> date:
    """A named day in the organisation's zone; one in working days is a working day."""
    today = localdate(timezone=organisation.zone)
    if name == "tomorrow":
        return today + timedelta(days=1)
    if name == "week":
        return today + timedelta(days=7)
    return calendar_of(organisation).after(today, _WORKING_DAYS)


def _order(request: TeamRequest, organisation: Organisation) -> Order:
    """The order that a form is about. Raises Http404."""
    number = request.POST.get("id", "")
    if not (number.isascii() and number.removeprefix("-").isdigit() and len(number) < 20):
        raise Http404("No such order.")
    found: Order = get_object_or_404(organisation.orders, glu_id=int(number))
    return found


def _answer(
    request: TeamRequest, organisation: Organisation, said: str, *, failed: bool = False, undo: str = ""
) -> HttpResponse:
    """The page as it is now for htmx, else the way back to where the form was; `undo` is the batch to take back."""
    (messages.warning if failed else messages.success)(request, said, extra_tags=undo)
    if wants_fragment(request) and not failed:
        return payment_page(request, organisation, said)
    back = page_after(request, reverse("queue_payment", args=[organisation.slug]))
    if wants_fragment(request):
        return HttpResponseClientRedirect(back)
    return redirect(back)


def _figure(step: Step) -> dict[str, Any]:
    """A number of the strip in words."""
    note = step.rung.note
    worth = [money(total, code) for code, total in step.sums if total]
    if step.rung.name in ("sent-unpaid", "paid-unsent"):
        worth = []
    return {"step": step, "note": ", ".join([*worth[:_MOST_SUMS], note]) if step.count.n else _("none")}


def _step(step: Step) -> dict[str, Any]:
    """A rung as its card shows it."""
    return {
        "step": step,
        "sums": [(money(total, code), code) for code, total in step.sums] if step.count.exact else [],
        "heading": _heading(step.rung.tells),
        "methods": [(brief(name, _LONGEST) or _("Not said"), grouped(n)) for name, n in step.methods[:_MOST_METHODS]]
        if len(step.methods) > 1
        else [],
    }


def _heading(tells: Tells) -> str:
    """What stands above what is told of a rung's orders."""
    match tells:
        case "others":
            return _("Other orders")
        case "method":
            return _("Method")
        case "reason":
            return _("Reason given")
    return _("State")


def _statuses(added: list[CurrencySum]) -> list[dict[str, Any]]:
    """Payment statuses with their orders and sums, those of the most frequent currency first."""
    return [
        {
            "badge": look,
            "words": words,
            "value": status,
            "orders": grouped(part.orders),
            "total": money(part.total, each.currency) if part.with_total else "",
        }
        for each in added
        for status, part in each.statuses[:_MOST_STATUSES]
        for look, words in [badge("payment", status)]
    ]


def _refund(one: Refunded, organisation: Organisation) -> dict[str, Any]:
    return {"refund": one, "amount": money(one.amount, one.code)}
