"""Seals small secrets with AES-256-GCM under root keys.

A sealed secret is a text, its token; it can be opened only for the place it was sealed for.
"""

import base64
import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext_noop

_VERSION = "v1"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class KeyringError(Exception):
    """The list of root keys cannot be used; the words say why and hold no key."""


class UnknownRootKey(Exception):
    """A token was sealed with a root key that is not in the list."""


class SealBroken(Exception):
    """A token is damaged, or stands in another place than the one it was sealed for."""


@dataclass(frozen=True)
class Place:
    """Where a sealed secret stands; all four are bound into the seal."""

    table: str
    column: str
    organisation: uuid.UUID
    row: uuid.UUID

    def associated_data(self) -> bytes:
        """Length-prefixed parts, so that no shifting of their borders gives the same bytes."""
        parts = (_VERSION, self.table, self.column, self.organisation.hex, self.row.hex)
        if not all(parts):
            raise ValueError("A sealed place needs table, column, organisation and row.")
        return b"".join(len(part).to_bytes(2) + part.encode() for part in parts)


class Keyring:
    """Root keys as `id:base64` of 32 bytes; the first one writes, all of them read."""

    def __init__(self, entries: Sequence[str]) -> None:
        """Raises KeyringError when the list is empty or an entry cannot be used."""
        self._keys: dict[str, AESGCM] = {}
        self._marks: dict[str, bytes] = {}
        for entry in entries:
            name, _, text = entry.strip().partition(":")
            if not _KEY_ID.fullmatch(name):
                raise KeyringError("A root key is written as id:base64, and its id has letters and digits only.")
            if name in self._keys:
                raise KeyringError(f"The root key id {name} is there twice.")
            root = _key_bytes(name, text)
            self._keys[name] = AESGCM(root)
            self._marks[name] = HKDF(hashes.SHA256(), 32, None, b"fingerprint").derive(root)
        if not self._keys:
            raise KeyringError(gettext_noop("There is no root key."))
        self.writer = next(iter(self._keys))

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the root keys in the list."""
        return frozenset(self._keys)

    def fingerprints(self, secret: str) -> list[str]:
        """Keyed hashes by which a secret is recognised without being kept, one for each root key, in their order."""
        out = []
        for name, key in self._marks.items():
            mark = hmac.HMAC(key, hashes.SHA256())
            mark.update(secret.encode())
            out.append(f"{name}.{mark.finalize().hex()}")
        return out

    def seal(self, secret: str, place: Place) -> str:
        """The token of `secret` for this place, sealed with the first root key."""
        nonce = os.urandom(12)
        sealed = self._keys[self.writer].encrypt(nonce, secret.encode(), place.associated_data())
        return ".".join((_VERSION, self.writer, _text(nonce), _text(sealed)))

    def open(self, token: str, place: Place) -> str:
        """The secret of a token. Raises UnknownRootKey or SealBroken."""
        data = place.associated_data()
        name = key_id(token)
        if name not in self._keys:
            raise UnknownRootKey(f"The root key {name} is not in the list.")
        try:
            nonce, sealed = (_bytes(part) for part in token.split(".")[2:])
            return self._keys[name].decrypt(nonce, sealed, data).decode()
        except (InvalidTag, ValueError):
            raise SealBroken(gettext_noop("A sealed secret is damaged or in the wrong place.")) from None


def key_id(token: str) -> str:
    """The id of the root key a token was sealed with. Raises SealBroken when it is no token."""
    parts = token.split(".")
    if len(parts) != 4 or parts[0] != _VERSION:
        raise SealBroken(gettext_noop("A sealed secret is damaged."))
    return parts[1]


def new_root_key(name: str) -> str:
    """A fresh root key in the form the list takes."""
    return f"{name}:{base64.b64encode(AESGCM.generate_key(256)).decode()}"


def _key_bytes(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        raise KeyringError(f"The root key {name} is not base64.") from None
    if len(key) != 32:
        raise KeyringError(f"The root key {name} has {len(key)} bytes instead of 32.")
    return key


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
