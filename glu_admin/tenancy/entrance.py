"""Pages for people who are not signed in yet: the first run, and invitations."""

from urllib.parse import urlencode

from allauth.account import views as allauth_views
from allauth.core import ratelimit
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now

from glu_admin.tenancy.addresses import save_at_free_slug
from glu_admin.tenancy.forms import PersonForm, SetupForm
from glu_admin.tenancy.members import accept, open_invitation
from glu_admin.tenancy.models import Organisation, Role, SetupToken, User, digest

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in as allauth does it; while there is nobody yet, the set-up page instead."""
    if request.method == "GET" and not User.objects.exists():
        return redirect("setup")
    response: HttpResponseBase = allauth_views.login(request)
    return response


@login_not_required
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign out; the browser forgets what it kept of the desk."""
    response: HttpResponseBase = allauth_views.logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
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
                form.add_error("token", "This token is wrong, used or too old. Print another: manage.py setup_token")
            else:
                try:
                    return _create(request, form, token)
                except ValidationError as error:
                    form.add_error("organisation", error)
    return render(request, "tenancy/setup.html", {"form": form}, status=400 if form.errors else 200)


@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Join by an invitation's link: a new person sets a name and password, a known one signs in first."""
    found = open_invitation(token)
    if found is None:
        return render(request, "tenancy/invitation_over.html", status=404)
    if isinstance(request.user, User):
        if request.user.email != found.email:
            return render(request, "tenancy/invitation_other.html", {"invitation": found}, status=403)
        if request.method == "POST":
            accept(found, request.user)
            return redirect("orders", found.organisation.slug)
        return render(request, "tenancy/invitation.html", {"invitation": found, "form": None})
    if User.objects.filter(email=found.email).exists():
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    form = PersonForm(request.POST or None)
    form.email = found.email
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = User.objects.create_user(found.email, form.cleaned_data["password"], name=form.cleaned_data["name"])
            accept(found, user)
        login(request, user, backend=_BACKEND)
        return redirect("orders", found.organisation.slug)
    return render(
        request, "tenancy/invitation.html", {"invitation": found, "form": form}, status=400 if form.errors else 200
    )


def _create(request: HttpRequest, form: SetupForm, token: SetupToken) -> HttpResponse:
    data = form.cleaned_data
    with transaction.atomic():
        used = SetupToken.objects.filter(pk=token.pk, used_at=None).update(used_at=now())
        if not used:
            raise Http404("Already set up.")
        user = User.objects.create_user(data["email"], data["password"], name=data["name"])
        organisation = Organisation(name=data["organisation"])
        save_at_free_slug(organisation)
        organisation.memberships.create(user=user, role=Role.MANAGER)
    login(request, user, backend=_BACKEND)
    return redirect("key", organisation.slug)
