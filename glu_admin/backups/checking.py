"""Tries a restore: counts and sums what comes back, and opens the seals in it."""

from dataclasses import dataclass

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from glu_admin.backups.contents import contents_of
from glu_admin.backups.databases import BackupFailed, restored
from glu_admin.backups.files import Backup
from glu_admin.keys.cipher import KeyringError, SealBroken, UnknownRootKey
from glu_admin.keys.ring import SEALED_COLUMNS, WrongRootKey, keyring, place_of


@dataclass(frozen=True)
class Checked:
    """What a restored back-up holds."""

    tables: int
    rows: int
    seals: int


def check(backup: Backup) -> Checked:
    """Restore a back-up into a scratch database and compare it with the manifest; what came back.

    Raises BackupFailed, in words that name everything that differs.
    """
    with restored(connection, backup.path) as scratch:
        contents = contents_of(scratch)
        differences = backup.contents.differences(contents)
        if differences:
            raise BackupFailed("\n".join(differences))
        seals = _opened_seals(scratch)
    return Checked(len(contents.rows), sum(contents.rows.values()), seals)


def _opened_seals(scratch: BaseDatabaseWrapper) -> int:
    """Open every sealed value, the canary among them, with the root keys of this installation; how many there are."""
    opened = 0
    try:
        ring = keyring()
        for sealed in SEALED_COLUMNS:
            for row in sealed.rows.using(scratch.alias):
                if token := getattr(row, sealed.column):
                    ring.open(token, place_of(row, sealed.column))
                    opened += 1
    except (KeyringError, WrongRootKey, UnknownRootKey, SealBroken) as error:
        raise BackupFailed(f"Its sealed keys do not open with the root keys in use: {error}") from None
    return opened
