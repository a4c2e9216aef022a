"""A Glu key's life: set, tried, accepted or refused, paused, replaced, removed. Nothing here ever opens one."""

import re
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.keys.cipher import KeyringError
from glu_admin.keys.models import GluKey
from glu_admin.keys.ring import WrongRootKey, keyring, place_of, why_closed
from glu_admin.tenancy import mail
from glu_admin.tenancy.models import Organisation, Role, User
from glu_admin.tenancy.told import told
from glu_admin.tuning import tuned

_SHORTEST, _LONGEST = 8, 512
_VISIBLE = re.compile(rf"[!-~]{{{_SHORTEST},{_LONGEST}}}")
# How soon a key is tried again, and how seldom after a while: one that Glu could not be asked about, and one that Glu
# refused, or that has come to open another organisation.
_RETRY_SECONDS = tuned("GLU_KEY_RETRY_SECONDS", 30), tuned("GLU_KEY_RETRY_MAX_SECONDS", 600)
_REFUSED_RETRY_SECONDS = tuned("GLU_REFUSED_RETRY_SECONDS", 120), tuned("GLU_REFUSED_RETRY_MAX_SECONDS", 4 * 3600)

ELSEWHERE = gettext_noop("This key is in use for another organisation here. Each organisation has a key of its own.")
"""What is said of a key that opens another organisation of this installation."""


class InvalidKey(ValueError):
    """The text given cannot be a Glu key; the message says why and may be shown."""


def set_key(organisation: Organisation, secret: str, by: User | None) -> GluKey:
    """Seal a new key as the candidate; the one in use stays until Glu has accepted the new one. Raises InvalidKey."""
    secret = secret.strip()
    if not _VISIBLE.fullmatch(secret):
        said = _("A Glu key is one word of %(least)d to %(most)d letters, digits and signs. Copy it once more, whole.")
        raise InvalidKey(said % {"least": _SHORTEST, "most": _LONGEST})
    try:
        marks = keyring().fingerprints(secret)
    except (KeyringError, WrongRootKey) as error:
        raise InvalidKey(_("No key can be stored now. %(why)s") % {"why": error}) from None
    if _elsewhere(organisation, marks).exists():
        raise InvalidKey(_(ELSEWHERE))
    key = GluKey(organisation=organisation, last_four=secret[-4:], set_by=by, fingerprint=marks[0])
    key.token = keyring().seal(secret, place_of(key))
    with transaction.atomic():
        organisation.glu_keys.filter(slot=GluKey.Slot.CANDIDATE).delete()
        organisation.glu_keys.update(takes_over=False)  # the newest word counts: nothing is removed for the one before
        key.save()
    return key


def current_key(organisation: Organisation) -> GluKey | None:
    """The key in use."""
    return organisation.glu_keys.filter(slot=GluKey.Slot.CURRENT).select_related("set_by").first()


def candidate_key(organisation: Organisation) -> GluKey | None:
    """The key that is being tried, or was refused when it was."""
    return organisation.glu_keys.filter(slot=GluKey.Slot.CANDIDATE).select_related("set_by").first()


def key_and_candidate(organisation: Organisation) -> tuple[GluKey | None, GluKey | None]:
    """The key in use and the candidate that is to take its place; either may be absent."""
    by_slot = {key.slot: key for key in organisation.glu_keys.select_related("set_by")}
    return by_slot.get(GluKey.Slot.CURRENT), by_slot.get(GluKey.Slot.CANDIDATE)


def keys_of(organisation: Organisation) -> list[GluKey]:
    """The key in use and the candidate, those of them that are there."""
    return [key for key in key_and_candidate(organisation) if key is not None]


def closed(*keys: GluKey | None, canary: bool = False) -> str:
    """A sentence that says why this process cannot open one of the stored keys; empty when nothing is in the way.

    With `canary` it is also made sure that the root keys are the right ones, and not only of the right names.
    """
    for key in keys:
        if key is not None and (why := why_closed(key.token, canary=canary)):
            return cannot_be_opened(key, why)
    return ""


def cannot_be_opened(key: GluKey, why: str) -> str:
    """A sentence that says that a stored key cannot be opened, and why."""
    return _("The Glu key ending in %(end)s cannot be opened. %(why)s") % {"end": key.last_four, "why": why}


def remove_key(organisation: Organisation) -> None:
    """Forget every key of the organisation; its orders stay."""
    organisation.glu_keys.all().delete()


def foreign_key(organisation: Organisation) -> GluKey | None:
    """The organisation's key that opens another organisation at Glu than the one whose orders are here.

    The candidate comes before the key in use; None where neither does. A key that another organisation here has in use
    is left out: it could not take over.
    """
    keys = organisation.glu_keys.filter(state=GluKey.State.FOREIGN).order_by("slot")
    return next((key for key in keys if not _elsewhere(organisation, [key.fingerprint]).exists()), None)


def let_take_over(key: GluKey) -> None:
    """Have a key used once all orders that are here are removed; until then nothing is copied."""
    with transaction.atomic():
        key.organisation.glu_keys.exclude(pk=key.pk).delete()
        key.organisation.glu_keys.filter(pk=key.pk).update(takes_over=True)


def taking_over() -> QuerySet[Organisation]:
    """The organisations whose orders are to be removed so that another key can be used."""
    keys = GluKey.across_organisations.filter(takes_over=True)
    return Organisation.objects.filter(pk__in=keys.values("organisation_id"))


def take_over(organisation: Organisation) -> None:
    """To be called once all orders are removed: the key that waited for it is tried as a new one."""
    organisation.glu_keys.filter(takes_over=True).update(
        takes_over=False, slot=GluKey.Slot.CANDIDATE, state=GluKey.State.TRYING, detail="", try_again_at=None
    )


def pause(organisation: Organisation) -> None:
    """Ask Glu nothing more for this organisation until `resume`."""
    organisation.glu_keys.filter(slot=GluKey.Slot.CURRENT, paused_at=None).update(paused_at=now())


def resume(organisation: Organisation) -> None:
    """End the pause; a key that Glu refused, or that opened another organisation, is tried again before it is used."""
    keys = organisation.glu_keys.filter(slot=GluKey.Slot.CURRENT)
    keys.update(paused_at=None)
    keys.filter(state__in=GluKey.REJECTED).update(state=GluKey.State.TRYING, detail="", try_again_at=None)


def record_trial(key: GluKey, state: GluKey.State, detail: str = "", *, opens: str = "") -> GluKey.State:
    """Record what Glu said of a key when it was tried, and return the key's state after that.

    `opens` is the organisation that Glu named. An accepted candidate takes the place of the key in use, unless another
    organisation here has the same one. Two workers may have tried the same key at the same time: the second finds it in
    its place already.
    """
    with transaction.atomic():
        mark = GluKey.across_organisations.filter(pk=key.pk).values_list("fingerprint", flat=True).first()
        # In one order for everybody: two organisations may be trying the same key.
        same = Q(pk=key.pk) | (Q(fingerprint=mark) & ~Q(fingerprint=""))
        here = {held.pk: held for held in GluKey.across_organisations.select_for_update().filter(same).order_by("pk")}
        if key.pk not in here:
            return state
        key.slot, key.rejected_at = here[key.pk].slot, here[key.pk].rejected_at
        if state == GluKey.State.ACCEPTED and _elsewhere(key.organisation, [mark or ""]).exists():
            state, detail = GluKey.State.FOREIGN, ELSEWHERE
        moment = now()
        key.state, key.detail, key.tried_at, key.opens = state, detail[:300], moment, opens[:200] or key.opens
        key.rejected_at = (key.rejected_at or moment) if state in GluKey.REJECTED else None
        key.try_again_at = _try_again_at(state, key.rejected_at or key.set_at, moment)
        if state == GluKey.State.ACCEPTED and key.slot == GluKey.Slot.CANDIDATE:
            in_use = GluKey.across_organisations.filter(organisation=key.organisation, slot=GluKey.Slot.CURRENT)
            in_use.exclude(pk=key.pk).delete()
            key.slot = GluKey.Slot.CURRENT
        key.save(update_fields=["state", "detail", "tried_at", "try_again_at", "opens", "rejected_at", "slot"])
    return state


def mark_refused(organisation: Organisation, key_id: int, detail: str) -> None:
    """Record that Glu refused a key: if it is still in use, nothing more is asked and the managers are told, once.

    It is tried again by itself, ever more slowly.
    """
    _reject(organisation, key_id, GluKey.State.REFUSED, detail)


def mark_foreign(organisation: Organisation, key_id: int, detail: str) -> None:
    """Record that a key opens another organisation by now: if it is still in use, nothing more is asked with it."""
    _reject(organisation, key_id, GluKey.State.FOREIGN, detail)


def keys_to_try() -> list[int]:
    """The primary keys of the Glu keys to be tried now.

    A key that Glu refused a while ago is among them: the refusal may have been in passing.
    """
    due = Q(try_again_at=None) | Q(try_again_at__lte=now())
    untold = GluKey.across_organisations.exclude(state=GluKey.State.ACCEPTED).filter(paused_at=None, takes_over=False)
    return list(untold.filter(due).values_list("pk", flat=True))


def organisations_to_mirror() -> QuerySet[Organisation]:
    """Organisations whose key Glu accepted and nobody paused."""
    usable = GluKey.across_organisations.filter(slot=GluKey.Slot.CURRENT, state=GluKey.State.ACCEPTED, paused_at=None)
    return Organisation.objects.filter(pk__in=usable.values("organisation_id"))


def _try_again_at(state: GluKey.State, since: datetime, moment: datetime) -> datetime | None:
    """When a key is tried again that has been waiting or rejected `since` then: after as long a time once more."""
    match state:
        case GluKey.State.UNREACHABLE:
            least, most = _RETRY_SECONDS
        case GluKey.State.REFUSED | GluKey.State.FOREIGN:
            least, most = _REFUSED_RETRY_SECONDS
        case _:
            return None
    return moment + timedelta(seconds=min(max((moment - since).total_seconds(), least), most))


def _elsewhere(organisation: Organisation, marks: list[str]) -> QuerySet[GluKey]:
    """Keys in use for other organisations that have one of these fingerprints."""
    others = GluKey.across_organisations.exclude(organisation=organisation).filter(slot=GluKey.Slot.CURRENT)
    return others.filter(fingerprint__in=[mark for mark in marks if mark])


def _reject(organisation: Organisation, key_id: int, state: GluKey.State, detail: str) -> None:
    moment = now()
    changed = (
        organisation.glu_keys.filter(pk=key_id, slot=GluKey.Slot.CURRENT)
        .exclude(state__in=GluKey.REJECTED)
        .update(
            state=state,
            detail=detail[:300],
            tried_at=moment,
            rejected_at=moment,
            try_again_at=_try_again_at(state, moment, moment),
        )
    )
    if changed:
        _tell_managers(organisation, state, detail)


def _tell_managers(organisation: Organisation, state: GluKey.State, detail: str) -> None:
    managers = organisation.memberships.filter(role=Role.MANAGER, user__is_active=True)
    named = {"name": organisation.name}
    if state == GluKey.State.FOREIGN:
        subject, why = _("The key of %(name)s opens another organisation") % named, told(detail)
    else:
        subject = _("Glu refuses the key of %(name)s") % named
        why = _("Glu no longer accepts the key of %(name)s.") % named
    stays = _("Its orders are not being copied. What was copied before stays and can be searched.")
    again = _("The key is tried again by itself, ever more slowly; a new one is set on the organisation's key page.")
    mail.send(subject, f"{why}\n\n{stays}\n{again}\n", managers.values_list("user__email", flat=True))
