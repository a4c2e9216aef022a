"""Membership's named actions: invite, join, change role, remove, put back."""

import secrets

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from glu_admin.tenancy.models import Invitation, Membership, Organisation, Role, User, digest

PUT_BACK_SECONDS = 3600
_PUT_BACK = "tenancy.put-back"


class LastManager(Exception):
    """The only manager can be neither removed nor given a lesser role."""


class InvitationOver(Exception):
    """The invitation was used or withdrawn a moment ago."""


def invite(organisation: Organisation, email: str, role: Role, by: User) -> str:
    """Create an invitation, in place of an open one to the same address, and return its token.

    Only a digest of the token is kept, so it cannot be read again.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        organisation.invitations.filter(email=email, accepted_at=None).delete()
        organisation.invitations.create(email=email, role=role, token_digest=digest(token), invited_by=by)
    return token


def invitation_of(token: str) -> Invitation | None:
    """The invitation of a link, whether or not the link still works."""
    return Invitation.across_organisations.filter(token_digest=digest(token)).select_related("organisation").first()


def accept(invitation: Invitation, user: User) -> None:
    """Take `user`, who may not be saved yet, into the team; an existing membership is never lowered.

    Raises InvitationOver when somebody else was faster, and IntegrityError for a new user whose address has an account.
    """
    unused = Invitation.across_organisations.filter(pk=invitation.pk, accepted_at=None)
    with transaction.atomic():
        if not unused.update(accepted_at=now()):
            raise InvitationOver
        if user.pk is None:
            user.save()
        membership, created = invitation.organisation.memberships.get_or_create(
            user=user, defaults={"role": invitation.role}
        )
        if not created and not membership.may(Role(invitation.role)):
            membership.role = invitation.role
            membership.save(update_fields=["role"])


def change_role(membership: Membership, role: Role) -> None:
    """Give somebody another role; who is no manager any longer loses the invitations they made.

    Raises LastManager, and Membership.DoesNotExist when they were removed meanwhile.
    """
    with transaction.atomic():
        if role != Role.MANAGER:
            _keep_a_manager(membership)
            _invitations_by(membership).delete()
        if not membership.organisation.memberships.filter(pk=membership.pk).update(role=role):
            raise Membership.DoesNotExist
        membership.role = role


def remove_from_team(membership: Membership) -> None:
    """Take somebody out of the team, with every link that they made or that would let them in again.

    Raises LastManager.
    """
    organisation = membership.organisation
    with transaction.atomic():
        _keep_a_manager(membership)
        _invitations_by(membership).delete()
        organisation.invitations.filter(email=membership.user.email, accepted_at=None).delete()
        membership.delete()


def way_back(membership: Membership) -> str:
    """A signed text with which a manager can, within the hour, put back a removed member of the team."""
    note = {"organisation": membership.organisation_id, "user": membership.user_id, "role": membership.role}
    return signing.dumps(note, salt=_PUT_BACK)


def removed_from_team(organisation: Organisation, note: str) -> Membership | None:
    """The membership that a text from `way_back` stands for, unsaved.

    None when the text is too old or of another organisation, or when they are back already.
    """
    try:
        said = signing.loads(note, salt=_PUT_BACK, max_age=PUT_BACK_SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=said["user"]).first()
    if user is None or said["organisation"] != organisation.pk or organisation.memberships.filter(user=user).exists():
        return None
    return Membership(organisation=organisation, user=user, role=said["role"])


def put_back(removed: Membership) -> None:
    """Take somebody who was removed into the team again, in the role they had."""
    removed.organisation.memberships.get_or_create(user=removed.user, defaults={"role": removed.role})


def _invitations_by(membership: Membership) -> QuerySet[Invitation]:
    return membership.organisation.invitations.filter(invited_by=membership.user_id, accepted_at=None)


def _keep_a_manager(leaving: Membership) -> None:
    managers = leaving.organisation.memberships.select_for_update().filter(role=Role.MANAGER, user__is_active=True)
    if leaving.role == Role.MANAGER and not any(other.pk != leaving.pk for other in managers):
        raise LastManager
