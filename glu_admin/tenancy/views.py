"""Organisations and people: where one goes after signing in, and what managers and each person set."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from glu_admin.tenancy.access import door, person
from glu_admin.tenancy.addresses import save_at_free_slug
from glu_admin.tenancy.forms import InvitationForm, OrganisationForm, ProfileForm
from glu_admin.tenancy.members import LastManager, change_role, invite, remove_member
from glu_admin.tenancy.models import Organisation, Role


def home(request: HttpRequest) -> HttpResponse:
    """One organisation: straight in. Several: choose. None: say so."""
    slugs = list(person(request).memberships.values_list("organisation__slug", flat=True)[:2])
    return redirect("orders", slugs[0]) if len(slugs) == 1 else redirect("organisations")


def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations one belongs to."""
    return render(request, "tenancy/organisations.html")


def organisation_add(request: HttpRequest) -> HttpResponse:
    """A new organisation, by somebody who manages one; they manage the new one too."""
    if not person(request).memberships.filter(role=Role.MANAGER).exists():
        return render(request, "403.html", status=403)
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                organisation = form.save(commit=False)
                save_at_free_slug(organisation)
                organisation.memberships.create(user=person(request), role=Role.MANAGER)
            return redirect("key", organisation.slug)
        except ValidationError as error:
            form.add_error("name", error)
    return render(request, "tenancy/organisation_add.html", {"form": form})


@door(Role.MANAGER)
def organisation_settings(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Name and time zone."""
    form = OrganisationForm(request.POST or None, instance=Organisation.objects.get(pk=organisation.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("organisation_settings", organisation.slug)
    return render(request, "tenancy/settings.html", {"form": form})


@door(Role.MANAGER)
def members(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Who belongs here, and who is invited."""
    return _members(request, organisation, InvitationForm())


@require_POST
@door(Role.MANAGER)
def invite_member(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Invite somebody; the link is shown this once, and mailed where e-mail is set up."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _members(request, organisation, form)
    email = form.cleaned_data["email"]
    if organisation.memberships.filter(user__email=email).exists():
        form.add_error("email", "This person is a member already.")
        return _members(request, organisation, form)
    token = invite(organisation, email, Role(form.cleaned_data["role"]), person(request))
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    mailed = _mail_invitation(organisation, email, link)
    return _members(request, organisation, InvitationForm(), link=link, mailed=mailed)


@require_POST
@door(Role.MANAGER)
def revoke_invitation(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make an invitation's link useless."""
    get_object_or_404(organisation.invitations, pk=pk).delete()
    return redirect("members", organisation.slug)


@require_POST
@door(Role.MANAGER)
def member_role(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Give a member another role."""
    membership = get_object_or_404(organisation.memberships, pk=pk)
    if request.POST.get("role") in Role.values:
        _guarded(request, lambda: change_role(membership, Role(request.POST["role"])))
    return redirect("members", organisation.slug)


@require_POST
@door(Role.MANAGER)
def member_remove(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take a member out; they lose access at once."""
    membership = get_object_or_404(organisation.memberships, pk=pk)
    own = membership.user_id == person(request).pk
    if _guarded(request, lambda: remove_member(membership)) and own:
        return redirect("home")
    return redirect("members", organisation.slug)


def profile(request: HttpRequest) -> HttpResponse:
    """Name, theme and rows a page."""
    form = ProfileForm(request.POST or None, instance=person(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("profile")
    return render(request, "tenancy/profile.html", {"form": form})


def _guarded(request: HttpRequest, action: Callable[[], object]) -> bool:
    try:
        action()
    except LastManager:
        messages.error(request, "An organisation needs a manager: make somebody else one first.")
        return False
    return True


def _members(
    request: HttpRequest, organisation: Organisation, form: InvitationForm, link: str = "", mailed: bool = False
) -> HttpResponse:
    context = {
        "members": organisation.memberships.select_related("user").order_by("user__name", "user__email"),
        "invitations": organisation.invitations.filter(accepted_at=None).order_by("-created_at"),
        "form": form,
        "link": link,
        "mailed": mailed,
        "roles": Role.choices,
    }
    return render(request, "tenancy/members.html", context, status=400 if form.errors else 200)


def _mail_invitation(organisation: Organisation, email: str, link: str) -> bool:
    """Mail the link where e-mail is set up; false when it was not sent."""
    if not settings.EMAIL_URL:
        return False
    text = f"You are invited to the order desk of {organisation.name}. The link works for seven days:\n\n{link}\n"
    try:
        return bool(send_mail(f"Invitation to {organisation.name}", text, None, [email]))
    except OSError:
        return False
