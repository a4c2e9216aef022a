"""The first start: nobody can sign in yet, so the console prints a token that opens the set-up page once."""

import logging
from typing import TextIO

from django.db import Error

from glu_admin.tenancy.models import SETUP_TOKEN_MINUTES, SetupToken, User

logger = logging.getLogger(__name__)


def print_setup_token_if_needed(stream: TextIO) -> None:
    """Print a fresh token when there is no user at all; silent when the database is away or not migrated."""
    try:
        if not User.objects.exists():
            print(
                "\nNobody can sign in yet. Open /setup/ and give this one-time token "
                f"(it lives for {SETUP_TOKEN_MINUTES} minutes):\n"
                f"\n    {SetupToken.issue()}\n",
                file=stream,
                flush=True,
            )
    except Error as error:
        logger.warning("set-up not checked, the database is not ready: %s", type(error).__name__)
