"""The key page: set, replace, pause, remove. A key goes in and never comes out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from glu_admin.hints import hint
from glu_admin.keys import lifecycle
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest


@door(Role.MANAGER)
def key_page(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """What is known of the keys: last four characters, who set them and when, and what Glu said."""
    return _page(request, organisation)


@sensitive_post_parameters("secret")
@door(Role.MANAGER)
@sent_from("key")
def key_set(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Seal a new key; a worker tries it before it is used."""
    try:
        key = lifecycle.set_key(organisation, request.POST.get("secret", ""), request.user)
    except lifecycle.InvalidKey as error:
        return _page(request, organisation, str(error))
    hint("keys.try_key", key.pk)
    return redirect("key", organisation.slug)


@door(Role.MANAGER)
def key_remove(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Ask first, then forget every key; the orders stay."""
    if request.method == "POST":
        lifecycle.remove_key(organisation)
        messages.success(request, _("The key is removed. The orders that were copied stay."))
        return redirect("key", organisation.slug)
    return render(request, "keys/remove.html")


@door(Role.MANAGER)
@sent_from("key")
def key_pause(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Pause: Glu is asked nothing more until a manager resumes it."""
    lifecycle.pause(organisation)
    return redirect("key", organisation.slug)


@door(Role.MANAGER)
@sent_from("key")
def key_resume(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """End the pause; a key that Glu refused is tried again."""
    lifecycle.resume(organisation)
    key = lifecycle.current_key(organisation)
    if key is not None and key.state == GluKey.State.TRYING:
        hint("keys.try_key", key.pk)
    return redirect("key", organisation.slug)


def _page(request: TeamRequest, organisation: Organisation, error: str = "") -> HttpResponse:
    candidate, current = lifecycle.candidate_key(organisation), lifecycle.current_key(organisation)
    waiting = (GluKey.State.TRYING, GluKey.State.UNREACHABLE)
    context = {
        "candidate": candidate,
        "current": current,
        "rejected": GluKey.REJECTED,
        "foreign": lifecycle.foreign_key(organisation),
        "error": error,
        "trying": any(key and (key.takes_over or key.state in waiting) for key in (candidate, current)),
    }
    return render(request, "keys/key.html", context, status=400 if error else 200)
