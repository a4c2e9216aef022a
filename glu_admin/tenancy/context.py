"""What the frame of every page shows, in one query at most."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from glu_admin.tenancy.models import Membership, Role, User

_SECTIONS = {"order": "orders", "order_line": "orders", "orders_export": "exports", "organisation_settings": "settings"}


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The organisation in view, one's memberships and rights; nothing for people who are not signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"email_is_set_up": bool(settings.EMAIL_URL)}
    membership: Membership | None = getattr(request, "membership", None)
    memberships = list(user.memberships.select_related("organisation").order_by("organisation__name"))
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    return {
        "email_is_set_up": bool(settings.EMAIL_URL),
        "theme": user.theme,
        "membership": membership,
        "organisation": membership.organisation if membership else None,
        "memberships": memberships,
        "manages_any": any(one.role == Role.MANAGER for one in memberships),
        "may_export": membership is not None and membership.may(Role.STAFF),
        "may_manage": membership is not None and membership.may(Role.MANAGER),
        "section": _SECTIONS.get(name, name),
    }
