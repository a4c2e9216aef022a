"""Membership's named actions: invite, join, change role, remove."""

import secrets

from django.db import transaction
from django.utils.timezone import now

from glu_admin.tenancy.models import Invitation, Membership, Organisation, Role, User, digest


class LastManager(Exception):
    """The only manager can be neither removed nor given a lesser role."""


def invite(organisation: Organisation, email: str, role: Role, by: User) -> str:
    """Create an invitation, in place of an open one to the same address, and return its token: its only sight."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        organisation.invitations.filter(email=email, accepted_at=None).delete()
        organisation.invitations.create(email=email, role=role, token_digest=digest(token), invited_by=by)
    return token


def open_invitation(token: str) -> Invitation | None:
    """The invitation of a link that still works."""
    found = Invitation.across_organisations.filter(token_digest=digest(token)).select_related("organisation").first()
    return found if found and found.open else None


def accept(invitation: Invitation, user: User) -> None:
    """Make `user` a member; an existing membership is never lowered."""
    with transaction.atomic():
        membership, created = invitation.organisation.memberships.get_or_create(
            user=user, defaults={"role": invitation.role}
        )
        if not created and not membership.may(Role(invitation.role)):
            membership.role = invitation.role
            membership.save(update_fields=["role"])
        invitation.accepted_at = now()
        invitation.save(update_fields=["accepted_at"])


def change_role(membership: Membership, role: Role) -> None:
    """Give a member another role. Raises LastManager."""
    with transaction.atomic():
        if role != Role.MANAGER:
            _keep_a_manager(membership)
        membership.role = role
        membership.save(update_fields=["role"])


def remove_member(membership: Membership) -> None:
    """Take a member out of the organisation. Raises LastManager."""
    with transaction.atomic():
        _keep_a_manager(membership)
        membership.delete()


def _keep_a_manager(leaving: Membership) -> None:
    managers = leaving.organisation.memberships.select_for_update().filter(role=Role.MANAGER, user__is_active=True)
    if leaving.role == Role.MANAGER and not any(other.pk != leaving.pk for other in managers):
        raise LastManager
