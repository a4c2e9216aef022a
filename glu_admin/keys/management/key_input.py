"""What the commands that take a key share: it is read from standard input, and tried while one waits."""

import getpass
import sys

from django.core.management.base import CommandError

from glu_admin.keys.cipher import KeyringError
from glu_admin.keys.lifecycle import InvalidKey, set_key
from glu_admin.keys.models import GluKey
from glu_admin.keys.ring import WrongRootKey, check_canary
from glu_admin.keys.vault import NoUsableKey, try_key
from glu_admin.tenancy.models import Organisation

_BYTE_ORDER_MARK = "\ufeff"  # with which some editors begin a file


def read_key() -> str:
    """A key from standard input, so that it is in no shell history. Raises CommandError when nothing came."""
    secret = getpass.getpass("Glu key: ") if sys.stdin.isatty() else sys.stdin.readline()
    secret = secret.removeprefix(_BYTE_ORDER_MARK).strip()
    if not secret:
        raise CommandError("No key came on standard input.")
    return secret


def take_key(organisation: Organisation, secret: str) -> GluKey:
    """Seal a key as the organisation's new one. Raises CommandError with what is wrong with it or the root key."""
    try:
        check_canary()  # what the start of web and workers does
        return set_key(organisation, secret, None)
    except (InvalidKey, KeyringError, WrongRootKey) as error:
        raise CommandError(str(error)) from None


def tried(key: GluKey) -> str:
    """Try a key with Glu and say in a sentence what that found; its state is on the key. Raises CommandError."""
    try:
        key.state = try_key(key)
    except NoUsableKey as error:
        raise CommandError(str(error)) from None
    match key.state:
        case GluKey.State.ACCEPTED:
            return f"Glu accepts the key ending in {key.last_four}{f', of {key.opens}' if key.opens else ''}."
        case GluKey.State.REFUSED:
            return f"Glu refuses the key ending in {key.last_four}."
        case GluKey.State.FOREIGN:
            return f"The key ending in {key.last_four} is another organisation's. {key.detail}"
    return f"Glu could not be asked about the key ending in {key.last_four}: {key.detail}"
