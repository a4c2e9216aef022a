"""How much waits for somebody: the numbers beside the names of the frame, which come after the page."""

from django.http import HttpResponse
from django.shortcuts import render

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.desk.notes import count_waiting
from orders.desk.payments import to_chase
from orders.desk.queues import DISPATCH


@door(Role.VIEWER)
def queue_counts(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Orders to dispatch, payments to ask for, and notes that name whoever looks, for a frame that is there already."""
    context = {
        "to_dispatch": DISPATCH.count(organisation),
        "to_chase": to_chase(organisation),
        "notes": count_waiting(organisation, request.user),
    }
    return render(request, "orders/waiting/counts.html", context)
