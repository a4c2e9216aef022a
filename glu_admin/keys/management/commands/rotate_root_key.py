"""manage.py rotate_root_key: seal everything again with the first key of GLU_ROOT_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from glu_admin.keys.cipher import KeyringError, SealBroken, UnknownRootKey
from glu_admin.keys.ring import WrongRootKey, check_canary, keyring, reseal


class Command(BaseCommand):
    """Reseals row by row; interrupted, it can be run again."""

    help = "Seal every stored secret with the first root key; can be interrupted and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Reseal, and say when the older root keys may go."""
        try:
            check_canary()
            outcomes = list(reseal())
        except (KeyringError, WrongRootKey, UnknownRootKey, SealBroken) as error:
            raise CommandError(f"{error} Put the older root keys back into GLU_ROOT_KEYS and run this again.") from None
        self.stdout.write(
            f"{sum(outcomes)} resealed, {len(outcomes) - sum(outcomes)} were already sealed with {keyring().writer}. "
            "Start web, workers and beat again with this list, then run this once more: when it reseals nothing, every "
            "other root key can be taken out of GLU_ROOT_KEYS."
        )
