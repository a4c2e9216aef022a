"""Sign-in as allauth does it, with sign-up closed."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts come from the set-up page and from invitations only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject as the template has it, without the host in front."""
        return subject
