"""Sealed Glu keys and the canary that proves the root keys are the right ones."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.told import told


class GluKey(models.Model):
    """An organisation's key to Glu, sealed. A new key is the candidate until Glu has accepted it."""

    class Slot(models.TextChoices):
        """The key in use, or the one that is being tried."""

        CURRENT = "current", _("In use")
        CANDIDATE = "candidate", _("Being tried")

    class State(models.TextChoices):
        """What Glu said of the key when it was last tried or used."""

        TRYING = "trying", _("Waiting to be tried")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        FOREIGN = "foreign", _("Opens another organisation")
        UNREACHABLE = "unreachable", _("Glu could not be reached")

    # What rests until Glu says something else, or somebody sets another key.
    REJECTED = (State.REFUSED, State.FOREIGN)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="glu_keys")
    slot = models.CharField(max_length=9, choices=Slot, default=Slot.CANDIDATE)
    token = models.TextField()
    # A keyed hash of the key, by which the same one is known in another organisation; empty until it was opened once.
    fingerprint = models.CharField(max_length=100, default="", blank=True)
    last_four = models.CharField(max_length=4)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=11, choices=State, default=State.TRYING)
    detail = models.CharField(max_length=300, blank=True)
    # Whose it is, as Glu named it when it was last tried; empty where Glu does not tell.
    opens = models.CharField(max_length=200, default="", blank=True)
    rejected_at = models.DateTimeField(null=True)  # since when Glu has said no, or another organisation
    # A manager's word that this key is the right one: what was copied with others goes before it is tried again.
    takes_over = models.BooleanField(default=False)
    tried_at = models.DateTimeField(null=True)
    try_again_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)

    across_organisations = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "slot"], name="one_key_per_slot")]

    def __str__(self) -> str:
        return f"key of organisation {self.organisation_id} ending in {self.last_four}"

    @property
    def why(self) -> str:
        """What was found when it was last tried, in the language of this installation."""
        return told(self.detail)


class KeyringCanary(models.Model):
    """A known text sealed with the root key that writes: opened at every start."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.TextField()
