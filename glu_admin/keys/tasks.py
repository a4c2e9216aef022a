"""Celery's door to the vault."""

from celery import shared_task
from django.conf import settings

from glu_admin.hints import hint
from glu_admin.keys.lifecycle import keys_to_try
from glu_admin.keys.models import GluKey
from glu_admin.keys.vault import NoUsableKey
from glu_admin.keys.vault import try_key as try_with_glu


@shared_task(name="keys.try_key")
def try_key(key_id: int) -> None:
    """Try the Glu key of this primary key, if it still waits for that; once accepted, copying may begin."""
    key = GluKey.across_organisations.select_related("organisation").filter(pk=key_id).first()
    if key is None or key.pk not in keys_to_try():
        return
    try:
        state = try_with_glu(key)
    except NoUsableKey:
        return  # its root key is missing; pages and commands say so
    if state == GluKey.State.ACCEPTED:
        hint(settings.GLU_KEY_ACCEPTED_TASK, key.organisation_id, queue="bulk")
