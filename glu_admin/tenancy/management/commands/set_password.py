"""manage.py set_password EMAIL: a new password from standard input."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from glu_admin.tenancy.models import Organisation, Role, User
from glu_admin.tenancy.team import LastManager, change_role


class Command(BaseCommand):
    """Sets a password, and with --organisation also creates the person."""

    help = "Set a person's password, read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The person, and for a new one their organisation and role."""
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--organisation", metavar="SLUG", help="create the person if need be, in its team")
        parser.add_argument("--role", choices=Role.values, help="staff, unless they have one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Set it, or say why not; other sessions of the person end."""
        email = User.objects.clean_email(options["email"])
        user = User.objects.filter(email=email).first()
        organisation = None
        if options["organisation"]:
            organisation = Organisation.objects.filter(slug=options["organisation"]).first()
            if organisation is None:
                raise CommandError(f"There is no organisation “{options['organisation']}”.")
            user = user or User(email=email, name=options["name"])
        if user is None:
            raise CommandError("Nobody here has that e-mail address.")
        password = getpass.getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        user.set_password(password)
        user.save()
        if organisation is not None:
            membership, _ = organisation.memberships.get_or_create(user=user, defaults={"role": Role.STAFF})
            if options["role"] and options["role"] != membership.role:
                try:
                    change_role(membership, Role(options["role"]))
                except LastManager:
                    raise CommandError("The password is set, but an organisation needs a manager.") from None
        self.stdout.write("The password is set.")
