"""What people ask of the mirror: check an order or a range now, or decide about orders that are missing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from glu_admin.fragments import wants_fragment
from glu_admin.keys.lifecycle import current_key
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest
from orders.models import MissingOrder, Order
from orders.models.mirror_state import state_of
from orders.proof.proven import verified_at
from orders.proof.rest import STANDS_STILL, Rest, rest, stands_still
from orders.recheck import TooManyRanges, check_state, decide_missing, want_check, want_range
from orders.search import parse_query
from orders.search.criteria import Days
from orders.views.timeline.changes import change_entries


@door(Role.STAFF)
@sent_from("order", "glu_id")
def check_order(request: TeamRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """Have one order and its lines read again within seconds."""
    order = get_object_or_404(organisation.orders, glu_id=glu_id)
    want_check(organisation, order)
    if wants_fragment(request):
        return check_fragment(request, organisation_slug=organisation.slug, glu_id=glu_id)
    back = request.POST.get("back", "")
    address = reverse("order", args=[organisation.slug, glu_id])
    return redirect(f"{address}?{back}#freshness" if back else f"{address}#freshness")


@door(Role.VIEWER)
def check_fragment(request: TeamRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """The order's freshness card with its button; the card loads itself again while a check is under way.

    What a check found brings the whole page up to date.
    """
    order = get_object_or_404(organisation.orders, glu_id=glu_id)
    context = check_context(organisation, order)
    done = request.method == "GET" and wants_fragment(request) and not context["check"].waiting
    if done and not context["identical"]:  # there is more to bring up to date than what the card says
        return HttpResponseClientRefresh()
    context["again"] = request.method == "POST" or not context["check"].waiting  # said once, not each second
    return render(request, "orders/checks/_card.html", context)


def check_context(organisation: Organisation, order: Order) -> dict[str, Any]:
    """What the freshness card of an order shows: whether its last check came to a comparison, and what that found."""
    check = check_state(organisation, order)
    done_at = check.done_at
    suspected: MissingOrder | None = getattr(order, "missing", None)
    words = check.words
    if check.not_returned and order.gone_at is None and suspected is not None:
        more = (
            _("Many are missing at once, so somebody has to decide.")
            if suspected.held
            else _("It is asked for once more before it is marked.")
        )
        words = f"{words} {more}"
    return {
        "words": words,
        "order": order,
        "check": check,
        "hold": _hold(organisation) if check.waiting else None,
        "compared": done_at is not None and done_at == order.checked_at,
        "identical": done_at is not None and check.identical and order.copied_at <= done_at,
        "moved": change_entries(check.changes, order, organisation.zone),
        "verified_at": verified_at(order, organisation),
    }


def _hold(organisation: Organisation) -> Rest | None:
    """Why a check that waits is not begun: nothing is asked of Glu now, or nobody is there to ask."""
    state = state_of(organisation)
    resting = rest(state, current_key(organisation))
    if resting is None and stands_still(organisation):
        return Rest(_(STANDS_STILL))
    return resting


@door(Role.STAFF)
@sent_from("orders")
def check_range(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Have every order of the list's range of creation read again."""
    query = parse_query(request.POST.get("query", ""), organisation)
    days = query.criteria.created
    here = f"{reverse('orders', args=[organisation.slug])}?{query.url_query()}"
    if not query.ok or not isinstance(days, Days):
        messages.error(request, _("Choose a range of creation days first."))
        return redirect(here)
    try:
        want_range(organisation, days.first, days.last)
    except TooManyRanges:
        messages.warning(request, _("Other ranges are still being read. Try again when they are done."))
    return redirect(here)  # how it goes is said above the list


@door(Role.MANAGER)
@sent_from("mirror")
def missing_decide(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Take a person's decision about orders that were missing all at once."""
    gone = request.POST.get("decision") == "ask"
    decide_missing(organisation, ask=gone)
    asked = _("Each is asked for by itself, and marked after two answers.")
    messages.success(request, asked if gone else _("They stay as they are."))
    return redirect("mirror", organisation.slug)
