"""Pages for people who are not signed in yet: the first run, and invitations."""

from urllib.parse import urlencode

from allauth.account import views as allauth_views
from allauth.core import ratelimit
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from glu_admin.tenancy.accounts import BUSY, TOO_MANY
from glu_admin.tenancy.addresses import save_at_free_slug
from glu_admin.tenancy.context import PLACE_COOKIE
from glu_admin.tenancy.ended_sessions import say_what_was_not_done
from glu_admin.tenancy.forms import PersonForm, SetupForm
from glu_admin.tenancy.guessing import remember_device
from glu_admin.tenancy.models import INVITATION_DAYS, Invitation, Organisation, Role, SetupToken, User, digest
from glu_admin.tenancy.team import InvitationOver, accept, invitation_of


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in as allauth does it; while there is nobody yet, the set-up page instead."""
    if request.method == "GET" and not User.objects.exists():
        return redirect("setup")
    response: HttpResponseBase = allauth_views.login(request)
    say_what_was_not_done(request, response)
    if request.method == "POST" and request.user.is_authenticated:
        remember_device(request, response, request.user.email)
    form = getattr(response, "context_data", {}).get("form")
    if form is not None and any(form.has_error(NON_FIELD_ERRORS, code) for code in (TOO_MANY, BUSY)):
        response.status_code = 429
    return response


@login_not_required
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign out; the browser forgets what it kept of the desk."""
    response: HttpResponseBase = allauth_views.logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        response.delete_cookie(PLACE_COOKIE)
    return response


@login_not_required
def setup(request: HttpRequest) -> HttpResponse:
    """The first manager and organisation, for whoever holds the console's token; gone once anybody can sign in."""
    if User.objects.exists():
        raise Http404("Already set up.")
    form = SetupForm(request.POST or None)
    if request.method == "POST":
        limited: HttpResponse | None = ratelimit.consume_or_429(request, action="setup", config={"setup": "10/m/ip"})
        if limited:
            return limited
        if form.is_valid():
            token = SetupToken.objects.filter(token_digest=digest(form.cleaned_data["token"].strip())).first()
            if token is None or not token.alive:
                wrong = _("This token is wrong, used or too old. Print another: %(command)s")
                form.add_error("token", wrong % {"command": "manage.py setup_token"})
            else:
                try:
                    return _create(request, form, token)
                except ValidationError as error:
                    form.add_error("organisation", error)
    return render(request, "tenancy/setup.html", {"form": form}, status=400 if form.errors else 200)


@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Join by an invitation's link: a new person sets a name and password, a known one signs in first."""
    found = invitation_of(token)
    if found is not None and request.user.is_authenticated and _is_in(found, request.user):
        return redirect(found.organisation)  # the link was pressed twice, or kept
    if found is None or not found.open:
        used = found is not None and found.accepted_at is not None
        context = {"used": used, "invitation_days": INVITATION_DAYS}
        return render(request, "tenancy/invitation_over.html", context, status=404)
    if request.user.is_authenticated:
        if request.user.email != found.email:
            return render(request, "tenancy/invitation_other.html", {"invitation": found}, status=403)
        if request.method == "POST":
            return _join(request, found, token, request.user)
        return render(request, "tenancy/invitation.html", {"invitation": found, "form": None})
    if User.objects.filter(email=found.email).exists():
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    form = PersonForm(request.POST or None)
    form.email = found.email
    if request.method == "POST" and form.is_valid():
        user = User(email=found.email, name=form.cleaned_data["name"])
        user.set_password(form.cleaned_data["password"])  # takes its time, so outside of every transaction
        return _join(request, found, token, user)
    return render(
        request, "tenancy/invitation.html", {"invitation": found, "form": form}, status=400 if form.errors else 200
    )


def _join(request: HttpRequest, invitation: Invitation, token: str, user: User) -> HttpResponse:
    """Let somebody in, once, however often the button was pressed; the link itself says what is so by then."""
    is_new = user.pk is None
    try:
        accept(invitation, user)
    except (InvitationOver, IntegrityError):
        return redirect("invitation", token)
    if is_new:
        login(request, user)
    return redirect(invitation.organisation)


def _is_in(invitation: Invitation, user: User) -> bool:
    used = invitation.accepted_at is not None and user.email == invitation.email
    return used and invitation.organisation.memberships.filter(user=user).exists()


def _create(request: HttpRequest, form: SetupForm, token: SetupToken) -> HttpResponse:
    data = form.cleaned_data
    user = User(email=User.objects.clean_email(data["email"]), name=data["name"])
    user.set_password(data["password"])  # takes its time, so outside of the transaction
    with transaction.atomic():
        used = SetupToken.objects.filter(pk=token.pk, used_at=None).update(used_at=now())
        if not used:
            raise Http404("Already set up.")
        user.save()
        organisation = Organisation(name=data["organisation"])
        save_at_free_slug(organisation)
        organisation.memberships.create(user=user, role=Role.MANAGER)
    login(request, user)
    return redirect("key", organisation.slug)
