"""The pages of an organisation's team: invite, give a role, remove and put back."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.tenancy import mail
from glu_admin.tenancy.access import door
from glu_admin.tenancy.forms import InvitationForm
from glu_admin.tenancy.models import INVITATION_DAYS, Membership, Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.public_url import public_link
from glu_admin.tenancy.requests import TeamRequest
from glu_admin.tenancy.team import (
    LastManager,
    change_role,
    invite,
    put_back,
    remove_from_team,
    removed_from_team,
    way_back,
)

# A role as a sentence has it.
_AS = {
    Role.VIEWER: gettext_noop("a viewer"),
    Role.STAFF: gettext_noop("staff"),
    Role.MANAGER: gettext_noop("a manager"),
}


@door(Role.MANAGER)
def team(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Who belongs here, and who is invited."""
    return _team(request, organisation, InvitationForm())


@door(Role.MANAGER)
@sent_from("team")
def invite_to_team(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Invite somebody; the link is shown this once, and mailed where e-mail is set up."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _team(request, organisation, form)
    email = form.cleaned_data["email"]
    if organisation.memberships.filter(user__email=email).exists():
        form.add_error("email", _("This person is in the team already."))
        return _team(request, organisation, form)
    token = invite(organisation, email, Role(form.cleaned_data["role"]), request.user)
    link = public_link(request, reverse("invitation", args=[token]))
    mailed = _mail_invitation(organisation, email, link)
    return _team(request, organisation, InvitationForm(), link=link, mailed=mailed)


@door(Role.MANAGER)
@sent_from("team")
def revoke_invitation(request: TeamRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make an invitation's link useless."""
    invitation = get_object_or_404(organisation.invitations, pk=pk, accepted_at=None)
    invitation.delete()
    said = _("The invitation of %(email)s is withdrawn: its link no longer works.")
    messages.success(request, said % {"email": invitation.email})
    return redirect("team", organisation.slug)


@door(Role.MANAGER)
@sent_from("team")
def team_role(request: TeamRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Give somebody of the team another role."""
    membership = get_object_or_404(organisation.memberships, pk=pk)
    if request.POST.get("role") not in Role.values:
        messages.error(request, _("Choose one of the roles. Nothing was changed."))
        return redirect("team", organisation.slug)
    role, before = Role(request.POST["role"]), Role(membership.role)
    named = {"name": membership.user, "role": _(_AS[role]), "before": _(_AS[before])}
    if role == before:
        messages.info(request, _("%(name)s is %(role)s already.") % named)
    elif _guarded(request, lambda: change_role(membership, role)):
        messages.success(request, _("%(name)s is now %(role)s, no longer %(before)s.") % named)
    may_stay = membership.user_id != request.user.pk or membership.may(Role.MANAGER)
    return redirect("team" if may_stay else "home", *[organisation.slug] * may_stay)


@door(Role.MANAGER)
def team_remove(request: TeamRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask first, then take somebody out; they lose access at once, and can be put back for a while."""
    membership = get_object_or_404(organisation.memberships, pk=pk)
    own = membership.user_id == request.user.pk
    if request.method != "POST":
        return render(request, "tenancy/team_remove.html", {"leaving": membership, "own": own})
    note = way_back(membership)
    if not _guarded(request, lambda: remove_from_team(membership)):
        return redirect("team", organisation.slug)
    if own:
        messages.success(request, _("You are no longer in the team of %(name)s.") % {"name": organisation.name})
        return redirect("home")
    return redirect(f"{reverse('team', args=[organisation.slug])}?removed={note}")


@door(Role.MANAGER)
@sent_from("team")
def team_put_back(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Undo a removal."""
    membership = removed_from_team(organisation, request.POST.get("removed", ""))
    if membership is None:
        said = _("They are in the team again, or it is too late to put them back: invite them instead.")
        messages.error(request, said)
    else:
        put_back(membership)
        named = {"name": membership.user, "role": _(_AS[Role(membership.role)])}
        messages.success(request, _("%(name)s is %(role)s again.") % named)
    return redirect("team", organisation.slug)


def _guarded(request: TeamRequest, action: Callable[[], object]) -> bool:
    try:
        action()
    except LastManager:
        messages.error(request, _("An organisation needs a manager: make somebody else one first."))
        return False
    except Membership.DoesNotExist:
        raise Http404("Removed meanwhile.") from None
    return True


def _team(
    request: TeamRequest, organisation: Organisation, form: InvitationForm, link: str = "", mailed: bool = False
) -> HttpResponse:
    note = request.GET.get("removed", "")
    context = {
        "team": organisation.memberships.select_related("user").order_by("user__name", "user__email"),
        "invitations": organisation.invitations.filter(accepted_at=None).order_by("-created_at"),
        "removed": removed_from_team(organisation, note) if note else None,
        "note": note,
        "form": form,
        "link": link,
        "mailed": mailed,
        "invitation_days": INVITATION_DAYS,
        "roles": Role.choices,
    }
    return render(request, "tenancy/team.html", context, status=400 if form.errors else 200)


def _mail_invitation(organisation: Organisation, email: str, link: str) -> bool:
    """Mail the link where e-mail is set up; false when it was not sent."""
    said = {"name": organisation.name, "days": INVITATION_DAYS}
    text = _("You are invited to the order desk of %(name)s. The link works for %(days)d days:") % said
    return mail.send(_("Invitation to %(name)s") % said, f"{text}\n\n{link}\n", [email])
