"""The daily digest, switched on and off on a person's profile, for each of their organisations."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.desk.digests import HOURS, switch_off, switch_on


@door(Role.VIEWER)
def digest_change(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Send the digest at the `hour` that was chosen, or with `off` no more."""
    hour = request.POST.get("hour", "")
    if request.method == "POST" and "off" in request.POST:
        switch_off(request.membership)
        messages.success(request, f"No more digests of {organisation.name} are sent.")
    elif request.method == "POST" and hour in map(str, HOURS):
        switch_on(request.membership, int(hour))
        messages.success(request, f"The digest of {organisation.name} is sent on working days at {int(hour)}:00.")
    elif request.method == "POST":
        messages.error(request, f"Choose an hour from {HOURS[0]}:00 to {HOURS[-1]}:00.")
    return redirect("profile")
