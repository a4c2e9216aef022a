"""Rows that could not be placed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation

ASKABLE = r'^"?[0-9]{1,18}"?$'
"""An id of a row set aside, in JSON, by which Glu can be asked."""


class SetAside(models.Model):
    """A row of Glu's without a usable id or creation time: kept as it came, with the reason; the page went on."""

    class Kind(models.TextChoices):
        """What the row was."""

        ORDER = "order", _("Order")
        LINE = "line", _("Line")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="set_aside", db_index=False)
    kind = models.CharField(max_length=5, choices=Kind)
    glu_id = models.CharField(max_length=60, default="", blank=True)
    order_glu_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200)
    payload = models.TextField()
    fingerprint = models.CharField(max_length=32)
    times = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-last_seen_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "fingerprint"], name="set_aside_once")]
