"""A Glu key's life: set, tried, accepted or refused, paused, replaced, removed. Nothing here ever opens one."""

import logging
import re
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from glu_admin.keys.models import GluKey
from glu_admin.keys.ring import keyring, place_of
from glu_admin.tenancy.models import Organisation, Role, User

logger = logging.getLogger(__name__)

_VISIBLE = re.compile(r"[!-~]{8,512}")


class InvalidKey(ValueError):
    """What was given cannot be a Glu key; the message may be shown."""


def set_key(organisation: Organisation, secret: str, by: User | None) -> GluKey:
    """Seal a new key as the candidate; the one in use stays until Glu has accepted the new one. Raises InvalidKey."""
    secret = secret.strip()
    if not _VISIBLE.fullmatch(secret):
        raise InvalidKey("A Glu key is one word of 8 to 512 letters, digits and signs. Copy it once more, whole.")
    key = GluKey(organisation=organisation, last_four=secret[-4:], set_by=by)
    key.token = keyring().seal(secret, place_of(key))
    with transaction.atomic():
        organisation.glu_keys.filter(slot=GluKey.Slot.CANDIDATE).delete()
        key.save()
    return key


def current_key(organisation: Organisation) -> GluKey | None:
    """The key in use."""
    return organisation.glu_keys.filter(slot=GluKey.Slot.CURRENT).select_related("set_by").first()


def candidate_key(organisation: Organisation) -> GluKey | None:
    """The key that is being tried, or was refused when it was."""
    return organisation.glu_keys.filter(slot=GluKey.Slot.CANDIDATE).select_related("set_by").first()


def remove_key(organisation: Organisation) -> None:
    """Forget every key of the organisation; its orders stay."""
    organisation.glu_keys.all().delete()


def pause(organisation: Organisation) -> None:
    """Ask Glu nothing more for this organisation until `resume`."""
    organisation.glu_keys.filter(slot=GluKey.Slot.CURRENT, paused_at=None).update(paused_at=now())


def resume(organisation: Organisation) -> None:
    """Go on; a key that Glu refused is tried again first."""
    keys = organisation.glu_keys.filter(slot=GluKey.Slot.CURRENT)
    keys.update(paused_at=None)
    keys.filter(state=GluKey.State.REFUSED).update(state=GluKey.State.TRYING, detail="", try_again_at=None)


def record_trial(key: GluKey, state: GluKey.State, detail: str = "") -> None:
    """Write what Glu said of a key that is still here. An accepted candidate takes the place of the key in use.

    Two workers may have tried the same key at the same time: the second finds it in its place already.
    """
    moment = now()
    key.state, key.detail, key.checked_at, key.try_again_at = state, detail[:200], moment, None
    if state == GluKey.State.UNREACHABLE:
        tried_for = (moment - key.set_at).total_seconds()
        key.try_again_at = moment + timedelta(
            seconds=min(max(tried_for, settings.GLU_KEY_RETRY_SECONDS), settings.GLU_KEY_RETRY_MAX_SECONDS)
        )
    with transaction.atomic():
        if not GluKey.across_organisations.select_for_update().filter(pk=key.pk).exists():
            return
        if state == GluKey.State.ACCEPTED and key.slot == GluKey.Slot.CANDIDATE:
            in_use = GluKey.across_organisations.filter(organisation=key.organisation, slot=GluKey.Slot.CURRENT)
            in_use.exclude(pk=key.pk).delete()
            key.slot = GluKey.Slot.CURRENT
        key.save(update_fields=["state", "detail", "checked_at", "try_again_at", "slot"])


def mark_refused(organisation: Organisation, key_id: int, detail: str) -> None:
    """Glu refused a key: if it is still the one in use, the organisation rests, and its managers are told, once."""
    changed = (
        organisation.glu_keys.filter(pk=key_id, slot=GluKey.Slot.CURRENT)
        .exclude(state=GluKey.State.REFUSED)
        .update(state=GluKey.State.REFUSED, detail=detail[:200], checked_at=now())
    )
    if changed and settings.EMAIL_URL:
        _tell_managers(organisation)


def keys_to_try() -> list[int]:
    """The keys that wait to be tried now."""
    waiting = Q(state=GluKey.State.TRYING) | Q(state=GluKey.State.UNREACHABLE)
    due = Q(try_again_at=None) | Q(try_again_at__lte=now())
    return list(GluKey.across_organisations.filter(waiting, due).values_list("pk", flat=True))


def organisations_to_mirror() -> QuerySet[Organisation]:
    """Organisations whose key Glu accepted and nobody paused."""
    usable = GluKey.across_organisations.filter(slot=GluKey.Slot.CURRENT, state=GluKey.State.ACCEPTED, paused_at=None)
    return Organisation.objects.filter(pk__in=usable.values("organisation_id"))


def _tell_managers(organisation: Organisation) -> None:
    managers = organisation.memberships.filter(role=Role.MANAGER, user__is_active=True)
    try:
        send_mail(
            f"Glu refuses the key of {organisation.name}",
            f"Glu no longer accepts the key of {organisation.name}, so its orders are not being copied.\n"
            "What was copied before stays and can be searched. Set a new key on the organisation's key page.\n",
            None,
            list(managers.values_list("user__email", flat=True)),
        )
    except OSError as error:
        logger.warning("managers of organisation %s not told: %s", organisation.pk, type(error).__name__)
