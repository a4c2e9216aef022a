"""Who may have files made here, at the moment when it is asked."""

from glu_admin.tenancy.models import Membership, Organisation, Role, User


def export_rights(organisation: Organisation, user: User | None) -> Membership | None:
    """The membership with which somebody may export now; None where they may not, or are gone."""
    if user is None:
        return None
    membership = organisation.memberships.filter(user=user, user__is_active=True).first()
    return membership if membership and membership.may(Role.STAFF) else None


def exporters(organisation: Organisation) -> set[int]:
    """The keys of all the people who may export now."""
    memberships = organisation.memberships.filter(user__is_active=True)
    return {membership.user_id for membership in memberships if membership.may(Role.STAFF)}
