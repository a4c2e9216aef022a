"""manage.py backup: the whole database into a dated file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from glu_admin.backups.databases import BackupFailed
from glu_admin.backups.files import forget_all_but, take


class Command(BaseCommand):
    """Works while everything runs; prints where the file is."""

    help = "Back up the database, without the root keys, into `backups` of STATE_DIR; restore_check proves it."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many back-ups to keep."""
        parser.add_argument("--keep", type=int, metavar="N", help="afterwards, remove all but the newest N")

    def handle(self, *args: Any, keep: int | None, **options: Any) -> None:
        """Make a back-up, then remove the older ones that `--keep` does not keep."""
        if keep is not None and keep < 1:
            raise CommandError("--keep must be 1 or more.")
        try:
            backup = take()
        except (BackupFailed, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(str(backup.path))
        removed = forget_all_but(keep) if keep else 0
        said = f"{sum(backup.contents.rows.values()):,} rows of {len(backup.contents.rows)} tables."
        self.stderr.write(said + (f" {removed} older back-ups removed." if removed else ""))
