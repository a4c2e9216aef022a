"""The daily digest, switched on and off on a person's profile, for each of their organisations."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

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
        messages.success(request, _("No more digests of %(name)s are sent.") % {"name": organisation.name})
    elif request.method == "POST" and hour in map(str, HOURS):
        switch_on(request.membership, int(hour))
        said = _("The digest of %(name)s is sent on working days at %(hour)d:00.")
        messages.success(request, said % {"name": organisation.name, "hour": int(hour)})
    elif request.method == "POST":
        said = _("Choose an hour from %(first)d:00 to %(last)d:00.")
        messages.error(request, said % {"first": HOURS[0], "last": HOURS[-1]})
    return redirect("profile")
