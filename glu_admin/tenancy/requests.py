"""What a view knows of the request it is given; the classes are for types alone, none is ever made."""

from glu_admin.fragments import HtmxRequest
from glu_admin.tenancy.models import Membership, User


class SignedInRequest(HtmxRequest):
    """The request of somebody who is signed in, as every page's is that is not marked `login_not_required`."""

    user: User


class TeamRequest(SignedInRequest):
    """The request of somebody of an organisation's team, to a view that stands behind the door."""

    membership: Membership
    memberships: list[Membership]
