"""The door: an organisation's pages get the organisation itself, and only for its team."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase

from glu_admin.tenancy.context import memberships_of, remember_place
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


def door(
    role: Role = Role.VIEWER,
) -> Callable[[Callable[Concatenate[TeamRequest, Organisation, P], R]], Callable[..., R]]:
    """Let the team in, from `role` upwards; the view gets `organisation` in place of the URL's `organisation_slug`.

    Outsiders get 404, so that nobody learns which organisations there are; the team without the role gets 403.
    The membership is left on `request.membership`, and all that they have on `request.memberships`, for the frame.
    """

    def decorate(view: Callable[Concatenate[TeamRequest, Organisation, P], R]) -> Callable[..., R]:
        @wraps(view)
        def through_the_door(request: TeamRequest, organisation_slug: str, *args: Any, **kwargs: Any) -> R:
            memberships = memberships_of(request.user)
            membership = next((held for held in memberships if held.organisation.slug == organisation_slug), None)
            if membership is None:
                raise Http404("No such organisation.")
            request.membership, request.memberships = membership, memberships
            if not membership.may(role):
                raise PermissionDenied(f"This needs the role {role.label.lower()}.")
            response = view(request, membership.organisation, *args, **kwargs)
            remember_place(request, response, membership.organisation)
            return response

        return through_the_door

    return decorate
