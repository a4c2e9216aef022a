"""What people ask of the mirror: check an order or a range now, or decide about orders that are missing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from glu_admin.fragments import wants_fragment
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from orders.checks import TooManyRanges, check_state, decide_missing, want_check, want_range
from orders.coverage import verified_at
from orders.search import parse_query
from orders.search.criteria import Days


@require_POST
@door(Role.STAFF)
def check_order(request: HttpRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """Have one order and its lines read again within seconds."""
    order = get_object_or_404(organisation.orders, glu_id=glu_id)
    want_check(organisation, order)
    if wants_fragment(request):
        return check_fragment(request, organisation_slug=organisation.slug, glu_id=glu_id)
    back = request.POST.get("back", "")
    address = reverse("order", args=[organisation.slug, glu_id])
    return redirect(f"{address}?{back}#freshness" if back else f"{address}#freshness")


@door(Role.VIEWER)
def check_fragment(request: HttpRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """The freshness card alone; it asks for itself while a check is under way, and then brings the page up to date."""
    order = get_object_or_404(organisation.orders, glu_id=glu_id)
    check = check_state(organisation, order)
    context = {"order": order, "check": check, "verified_at": verified_at(order, organisation)}
    response = render(request, "orders/_check.html", context)
    if request.method == "GET" and wants_fragment(request) and not check.waiting:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@door(Role.STAFF)
def check_range(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Have every order of the list's range of creation read again."""
    query = parse_query(request.POST.get("query", ""), organisation)
    days = query.criteria.created
    here = f"{reverse('orders', args=[organisation.slug])}?{query.url_query()}"
    if not query.ok or not isinstance(days, Days):
        messages.error(request, "Choose a range of creation days first.")
        return redirect(here)
    try:
        want_range(organisation, days.first, days.last)
    except TooManyRanges:
        messages.warning(request, "Other ranges are still being read. Try again when they are done.")
    else:
        messages.success(request, "These days are being read again at Glu. What has moved appears here by itself.")
    return redirect(here)


@require_POST
@door(Role.MANAGER)
def missing_decide(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """A person's word on orders that were missing all at once."""
    gone = request.POST.get("decision") == "ask"
    decide_missing(organisation, ask=gone)
    words = "Each is asked for by itself, and marked after two answers." if gone else "They stay as they are."
    messages.success(request, words)
    return redirect("mirror", organisation.slug)
