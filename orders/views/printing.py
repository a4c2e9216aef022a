"""The list on paper: all that match, not one page of them."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.saved_views import visible_views
from orders.search import parse_query, read_counters
from orders.views.column_choice import columns_of
from orders.views.table import table

MOST_PRINTED = 1000


@door(Role.VIEWER)
def orders_print(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Every order that matches, in the list's order; more than MOST_PRINTED are cut, and the page says so.

    A filter that cannot be read leads to the list, which says why.
    """
    asked = parse_query(request.GET, organisation)
    query = asked.all_orders()
    back = query.url_query()
    if not query.ok:
        return redirect(f"{reverse('orders', args=[organisation.slug])}?{request.GET.urlencode()}")
    view = visible_views(organisation, request.user).filter(slug=asked.view).first() if asked.view else None
    page, context = table(
        organisation, query, MOST_PRINTED, back, columns_of(request, asked, view), read_counters(organisation)
    )
    return render(request, "orders/printing/page.html", {**context, "back": back, "cut": not page.is_all})
