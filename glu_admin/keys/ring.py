"""The installation's root keys, the canary that proves them, and what is sealed with them."""

import logging
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Manager, Model
from django.utils.translation import gettext as _

from glu_admin.keys.cipher import Keyring, KeyringError, Place, SealBroken, UnknownRootKey, key_id, new_root_key
from glu_admin.keys.models import GluKey, KeyringCanary
from glu_admin.made_once import text_made_once
from glu_admin.tenancy.told import told

logger = logging.getLogger(__name__)

_CANARY = "the canary sings"
_NOBODY = uuid.UUID(int=0)


class WrongRootKey(Exception):
    """The root keys do not open what this database holds."""


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed tokens, for rotation; a rule test holds this list against the models."""

    rows: Manager[Any]
    column: str


SEALED_COLUMNS = (
    SealedColumn(GluKey.across_organisations, "token"),
    SealedColumn(KeyringCanary.objects, "token"),
)


def place_of(row: Model, column: str = "token") -> Place:
    """The Place for which the secret in this column of this row is sealed."""
    organisation = row.organisation.uuid if isinstance(row, GluKey) else _NOBODY
    return Place(row._meta.db_table, column, organisation, row.uuid)  # type: ignore[attr-defined]


@cache
def keyring() -> Keyring:
    """The root keys from the settings, or the embedded run's own. Raises KeyringError or WrongRootKey."""
    if settings.GLU_ROOT_KEYS:
        return Keyring(settings.GLU_ROOT_KEYS)
    path = Path(settings.STATE_DIR) / "root_keys"
    # In this order: whoever has sealed something has made the file before.
    sealed = GluKey.across_organisations.exists() or KeyringCanary.objects.exists()
    if sealed and not path.exists():
        said = _("The database holds sealed keys, but %(path)s with their root key is missing.")
        raise WrongRootKey(said % {"path": path})
    return Keyring(text_made_once(path, lambda: new_root_key("local")).split())


def refresh_fingerprints() -> None:
    """Write every Glu key's fingerprint under the first root key; keys of earlier versions have none yet."""
    ring = keyring()
    for key in GluKey.across_organisations.exclude(fingerprint__startswith=f"{ring.writer}.").select_related(
        "organisation"
    ):
        try:
            _note_fingerprint(key, ring.open(key.token, place_of(key)))
        except (UnknownRootKey, SealBroken):
            continue


def _note_fingerprint(key: GluKey, secret: str) -> None:
    key.fingerprint = keyring().fingerprints(secret)[0]
    key.save(update_fields=["fingerprint"])


def why_closed(token: str, *, canary: bool) -> str:
    """Why a sealed secret cannot be opened by this process, as a sentence; empty where nothing is in the way.

    The secret is not opened for it: that a root key of the right name is the right one is for the canary to tell.
    """
    try:
        ring, name = keyring(), key_id(token)
        if name not in ring.ids:
            return _(
                "It was sealed with the root key “%(name)s”, which is not in %(setting)s. "
                "Put that one back into the list, or set the Glu key again."
            ) % {"name": name, "setting": "GLU_ROOT_KEYS"}
        if canary:
            check_canary()
    except (KeyringError, WrongRootKey, SealBroken) as error:
        return told(str(error))
    return ""


def check_canary() -> None:
    """Prove the root keys by opening the canary, made if there is none yet.

    Raises KeyringError or WrongRootKey.
    """
    ring = keyring()
    with transaction.atomic():
        canary = KeyringCanary.objects.order_by("pk").first()
        if canary is None:
            canary = KeyringCanary()
            canary.token = ring.seal(_CANARY, place_of(canary))
            canary.save()
    try:
        opened = ring.open(canary.token, place_of(canary))
    except (UnknownRootKey, SealBroken) as error:
        said = _(
            "%(setting)s does not hold the root key that this database was sealed with. "
            "Put that key back into the list; nothing was changed."
        )
        raise WrongRootKey(said % {"setting": "GLU_ROOT_KEYS"}) from error
    if opened != _CANARY:
        raise WrongRootKey(_("The canary opened to something else."))


def unknown_root_keys() -> dict[str, int]:
    """The ids of root keys that sealed something and are not in the list, with how many rows each."""
    ring, found = keyring(), Counter[str]()
    for sealed in SEALED_COLUMNS:
        for token in sealed.rows.values_list(sealed.column, flat=True):
            try:
                found[key_id(token)] += 1
            except SealBroken:
                continue
    return {name: count for name, count in sorted(found.items()) if name not in ring.ids}


def stop_on_wrong_root_key() -> None:
    """For the start of a process: exits with a plain message when the root keys are wrong or missing.

    A database that is away or not migrated yet is only logged: pages then say so themselves.
    """
    try:
        check_canary()
        for name, rows in unknown_root_keys().items():
            logger.error("%d sealed row(s) need the root key %s, which is not in GLU_ROOT_KEYS", rows, name)
    except (KeyringError, WrongRootKey) as error:
        sys.exit(f"Glu Admin does not start: {error}")
    except DatabaseError as error:
        logger.warning("root keys not checked, the database is not ready: %s", type(error).__name__)


def reseal() -> Iterator[bool]:
    """Seal everything with the first root key, a row a transaction; yields whether each row was resealed.

    Interrupted, it can be run again. Raises UnknownRootKey or SealBroken at a row that no root key opens.
    """
    ring = keyring()
    for sealed in SEALED_COLUMNS:
        rows = sealed.rows.all()
        for pk in list(rows.values_list("pk", flat=True)):
            with transaction.atomic():
                row = rows.select_for_update().filter(pk=pk).first()
                token = getattr(row, sealed.column) if row else ""
                if not row or not token or key_id(token) == ring.writer:
                    yield False
                    continue
                place = place_of(row, sealed.column)
                secret = ring.open(token, place)
                setattr(row, sealed.column, ring.seal(secret, place))
                row.save(update_fields=[sealed.column])
                if isinstance(row, GluKey):
                    _note_fingerprint(row, secret)
            yield True
