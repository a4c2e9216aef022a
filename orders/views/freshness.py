"""The chip that says how fresh the copy is, and the banners: what every open page asks for each minute."""

from django.http import HttpResponse
from django.shortcuts import render

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.proof.freshness import freshness
from orders.proof.standing import standing_on_page


@door(Role.VIEWER)
def freshness_chip(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The chip, and with it the banners that an open page is to show now."""
    context = {"organisation": organisation, "freshness": freshness(organisation, standing_on_page(organisation))}
    return render(request, "orders/freshness/_poll.html", context)
