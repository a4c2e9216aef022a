"""Organisations and people: where one goes after signing in, and what managers and each person set."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.addresses import save_at_free_slug
from glu_admin.tenancy.forms import OrganisationForm, ProfileForm
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import SignedInRequest, TeamRequest


def home(request: SignedInRequest) -> HttpResponse:
    """One organisation: straight in. Several: choose. None: say so."""
    mine = list(Organisation.objects.filter(memberships__user=request.user)[:2])
    return redirect(mine[0]) if len(mine) == 1 else redirect("organisations")


def organisations(request: SignedInRequest) -> HttpResponse:
    """The organisations one belongs to."""
    return render(request, "tenancy/organisations.html")


def organisation_add(request: SignedInRequest) -> HttpResponse:
    """A new organisation, by somebody who manages one; they manage the new one too."""
    if not request.user.memberships.filter(role=Role.MANAGER).exists():
        return render(request, "errors/403.html", status=403)
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                organisation = form.save(commit=False)
                save_at_free_slug(organisation)
                organisation.memberships.create(user=request.user, role=Role.MANAGER)
            return redirect("key", organisation.slug)
        except ValidationError as error:
            form.add_error("name", error)
    return render(request, "tenancy/organisation_add.html", {"form": form})


@door(Role.MANAGER)
def organisation_settings(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Name and time zone."""
    form = OrganisationForm(request.POST or None, instance=Organisation.objects.get(pk=organisation.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("organisation_settings", organisation.slug)
    return render(request, "tenancy/settings.html", {"form": form})


def profile(request: SignedInRequest) -> HttpResponse:
    """Name, theme and rows a page."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "tenancy/profile.html", {"form": form})
