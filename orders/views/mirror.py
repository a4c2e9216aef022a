"""The mirror page: what is copied, how recently, and what needs somebody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from orders.freshness import freshness, mirror_report


@door(Role.VIEWER)
def mirror_page(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Every pass and its state; the first copy's card asks for itself again while it runs."""
    return render(request, "orders/mirror.html", {"report": mirror_report(organisation)})


@door(Role.VIEWER)
def freshness_fragment(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The chip alone."""
    return render(
        request, "orders/_freshness.html", {"organisation": organisation, "freshness": freshness(organisation)}
    )
