"""What the frame of every page shows, in one query at most."""

from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from glu_admin.tenancy.models import Membership, Organisation, Role, User

PLACE_COOKIE = "place"
"""The slug of the organisation one was in last: pages of no organisation keep its navigation."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """What templates of every page use: the organisation in view, the person's memberships and rights.

    Empty for people who are not signed in.

    `place` is the membership whose navigation the frame shows: the page's, else the last one's, or the only one.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"email_is_set_up": bool(settings.EMAIL_URL)}
    membership: Membership | None = getattr(request, "membership", None)
    memberships: list[Membership] | None = getattr(request, "memberships", None)
    if memberships is None:
        memberships = memberships_of(user)
    return {
        "email_is_set_up": bool(settings.EMAIL_URL),
        "theme": user.theme,
        "signed_in_as": user,
        "membership": membership,
        "organisation": membership.organisation if membership else None,
        "memberships": memberships,
        "manages_any": any(held.role == Role.MANAGER for held in memberships),
        "page_name": request.resolver_match.url_name if request.resolver_match else "",
        **_navigation(membership or _last_place(request, memberships)),
    }


def memberships_of(user: User) -> list[Membership]:
    """The organisations that somebody may enter, by name; none for people who are not signed in."""
    if not user.is_authenticated:
        return []
    known: list[Membership] | None = getattr(user, "known_memberships", None)
    if known is not None:
        return known
    return list(user.memberships.select_related("organisation").order_by("organisation__name"))


def user_with_memberships(user_id: int) -> User | None:
    """The user of a request with the organisations they may enter, in one question; None where there are none."""
    held = Membership.across_organisations.filter(user=user_id).select_related("user", "organisation")
    memberships = list(held.order_by("organisation__name"))
    if not memberships:
        return None
    user = memberships[0].user
    user.known_memberships = memberships
    return user


def frame_in_trouble(request: HttpRequest, *, ask: bool) -> dict[str, Any]:
    """As `frame`, for a page that says what went wrong; without `ask` nothing is read from the database for it.

    `organisation` is None there, as such a page shows nothing of one.
    """
    shown: dict[str, Any] = {}
    if ask:
        try:
            shown = frame(request)
        except Error:  # it may be what went wrong
            shown = {}
    return {**_navigation(getattr(request, "membership", None)), **shown, "organisation": None, "page_name": ""}


def remember_place(request: HttpRequest, response: HttpResponseBase, organisation: Organisation) -> None:
    """Set the cookie by which the browser keeps which organisation its user was in last."""
    if request.COOKIES.get(PLACE_COOKIE) != organisation.slug:
        response.set_cookie(
            PLACE_COOKIE, organisation.slug, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )


def _last_place(request: HttpRequest, memberships: list[Membership]) -> Membership | None:
    last = request.COOKIES.get(PLACE_COOKIE)
    only = memberships[0] if len(memberships) == 1 else None
    return next((held for held in memberships if held.organisation.slug == last), only)


def _navigation(place: Membership | None) -> dict[str, Any]:
    return {
        "place": place,
        "may_export": place is not None and place.may(Role.STAFF),
        "may_manage": place is not None and place.may(Role.MANAGER),
    }
