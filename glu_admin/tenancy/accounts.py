"""Sign-in as allauth does it, with sign-up closed, limits of our own, and links under the public address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.context import user_with_memberships
from glu_admin.tenancy.guessing import forget_wrong_guesses, give_back, take_a_guess
from glu_admin.tenancy.hashing import TooBusy, one_of_few
from glu_admin.tenancy.models import User
from glu_admin.tenancy.public_url import public_link

TOO_MANY, BUSY = "too_many_login_attempts", "too_busy"
_WORDS = {
    TOO_MANY: _("Too many wrong passwords. Wait a minute, then try again; each further one makes the wait longer."),
    BUSY: _("Too many people are signing in at this moment. Try again in a few seconds."),
}


class AccountBackend(AuthenticationBackend):
    """Tells who a session is of."""

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, read with where they may enter, which every page asks for next; None for nobody."""
        user = user_with_memberships(user_id)
        if user is None:
            return super().get_user(user_id)  # type: ignore[no-any-return]
        return user if self.user_can_authenticate(user) else None


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts come from the set-up page and from invitations only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject as the template has it, without the host in front."""
        return subject

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address of the link that a mail about a forgotten password holds."""
        return public_link(context.request, reverse("account_reset_password_from_key", args=key.split("-", 1)))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user whose address and password were given; None for wrong ones.

        Raises ValidationError after too many wrong passwords, or while too many people are signing in.
        """
        guess = take_a_guess(request, credentials.get("email", ""))
        if guess is None:
            raise ValidationError(_WORDS[TOO_MANY], code=TOO_MANY)
        try:
            with one_of_few():
                user: User | None = super().authenticate(request, **credentials)
        except TooBusy:
            give_back(guess)
            raise ValidationError(_WORDS[BUSY], code=BUSY) from None
        if user is not None:
            give_back(guess)
        return user

    def set_password(self, user: User, password: str) -> None:
        """Set a new password, for somebody who came by a mailed link or knows the old one."""
        super().set_password(user, password)
        forget_wrong_guesses(context.request, user.email)
