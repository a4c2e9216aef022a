"""Commands try a new key themselves, as no worker may be running."""

from collections.abc import Callable

from glu_admin.keys.lifecycle import candidate_key, current_key
from glu_admin.keys.models import GluKey
from glu_admin.keys.vault import try_key
from glu_admin.tenancy.models import Organisation


def try_new_key(organisation: Organisation, say: Callable[[str], object]) -> None:
    """Try each key that Glu has not accepted, and `say` what came of it. Raises NoUsableKey if one cannot be opened."""
    for key in (candidate_key(organisation), current_key(organisation)):
        if key is not None and key.state != GluKey.State.ACCEPTED:
            say(f"Trying the key ending in {key.last_four}: {try_key(key).label}.")
