"""An order's technical details, shown to who asks for them, which is recorded."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from glu_admin.fragments import page_or_fragment, wants_fragment
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest
from orders.desk.reveals import reveal
from orders.views.order import order_page


@door(Role.STAFF)
@page_or_fragment
@sent_from("order", "glu_id")
def order_technical(request: TeamRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """The order's page, or its card alone, with the technical details; never by GET, so that no link shows them."""
    order = get_object_or_404(organisation.orders, glu_id=glu_id)
    shown: dict[str, Any] = {"technical": reveal(organisation, order, request.user), "has_technical": True}
    if wants_fragment(request):
        return render(request, "orders/order/_technical.html", {**shown, "order": order})
    return order_page(request, organisation, order, **shown)
