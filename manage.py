#!/usr/bin/env python
"""Django's command line, for every chore of Glu Admin."""

import os
import sys


def main() -> None:
    """Run one management command; settings come from glu_admin.settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
    from glu_admin.environment import stop_on_wrong_settings

    stop_on_wrong_settings()
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError):
        from glu_admin.health import database_state

        if database_state() != "not migrated":
            raise
        sys.exit("The database is not set up: run manage.py migrate.")


if __name__ == "__main__":
    main()
