"""manage.py restore_check: a back-up, restored into a scratch database and compared."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from glu_admin.backups.checking import check
from glu_admin.backups.databases import BackupFailed
from glu_admin.backups.files import read


class Command(BaseCommand):
    """Tries a back-up without touching the database in use; exits 0 only when everything came back."""

    help = "Restore a back-up (the newest, or FILE) into a scratch database, and compare it with what was backed up."

    def add_arguments(self, parser: CommandParser) -> None:
        """The back-up's file; without it the newest one."""
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        """Restore the back-up into a scratch database, and print what came back."""
        try:
            backup = read(file)
            checked = check(backup)
        except (BackupFailed, OSError) as error:
            raise CommandError(f"This back-up does not restore.\n{error}") from None
        self.stdout.write(
            f"{backup.path} restores: {checked.rows:,} rows of {checked.tables} tables with equal counts and sums, "
            f"{checked.seals} sealed values opened. It was made on {backup.made_at:%d %B %Y at %H:%M} UTC."
        )
