"""The orders before and after one, in the list that a person came from."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.display.locales import grouped
from orders.search import Query, count_before, count_orders, neighbours, parse_query

_WAYS = {"previous": _("This is the first order of that list."), "next": _("This is the last order of that list.")}


@door(Role.VIEWER)
def order_beside(request: TeamRequest, organisation: Organisation, glu_id: int, way: str) -> HttpResponse:
    """Lead to the order before or after this one in the list that the query names; at its end say so."""
    if way not in _WAYS:
        raise Http404("No such way.")
    order = get_object_or_404(organisation.orders, glu_id=glu_id)
    query = parse_query(request.GET, organisation)
    before, after = neighbours(organisation, query, order) if query.ok else (None, None)
    found = before if way == "previous" else after
    if found is None:
        messages.info(request, _WAYS[way])
    return redirect(_address(organisation, glu_id if found is None else found, query))


@door(Role.VIEWER)
def order_place(request: TeamRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """An order's place in the list that the query names, with the ways on from it: asked for after its page."""
    order = get_object_or_404(organisation.orders, glu_id=glu_id)
    query = parse_query(request.GET, organisation)
    context: dict[str, Any] = {"order": order, "back": _back(query), "known": True}
    if query.ok:
        before, after = neighbours(organisation, query, order)
        place = count_before(organisation, query, order)
        context |= {
            "previous": _address(organisation, before, query) if before is not None else "",
            "next": _address(organisation, after, query) if after is not None else "",
            "count": count_orders(organisation, query.criteria),
            "position": grouped(place.n + 1) if place is not None and place.exact else "",
        }
    return render(request, "orders/order/_beside.html", context)


def _address(organisation: Organisation, glu_id: int, query: Query) -> str:
    back = _back(query)
    return f"{reverse('order', args=[organisation.slug, glu_id])}{'?' if back else ''}{back}"


def _back(query: Query) -> str:
    """The list with the page of it that the person was on."""
    return query.url_query(cursor=query.cursor) if query.cursor and query.ok else query.url_query()
