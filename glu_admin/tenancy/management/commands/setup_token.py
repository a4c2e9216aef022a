"""manage.py setup_token: a fresh one-time token for the set-up page."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from glu_admin.tenancy.first_run import print_setup_token_if_needed
from glu_admin.tenancy.models import User


class Command(BaseCommand):
    """Prints the token, the one secret that may be printed."""

    help = "Print a one-time token for the set-up page, while nobody can sign in yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a fresh token, unless there are users already."""
        if User.objects.exists():
            raise CommandError("There are users already; a manager invites others. See also: manage.py set_password")
        print_setup_token_if_needed(self.stdout)  # type: ignore[arg-type]
