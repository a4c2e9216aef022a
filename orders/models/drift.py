"""What Glu sent that had not been seen before."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation


class Drift(models.Model):
    """A field or value outside what Glu documents: kept as it came, shown once with an example."""

    class Kind(models.TextChoices):
        """What is not as it was: a field or value that is new, a value of another kind, a field that is gone."""

        UNKNOWN_FIELD = "unknown_field", _("New field")
        ODD_VALUE = "odd_value", _("A value of another kind")
        NEW_VALUE = "new_value", _("New value")
        VANISHED_FIELD = "vanished_field", _("Field no longer sent")
        MORE = "more", _("More than are listed one by one")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="drifts", db_index=False)
    kind = models.CharField(max_length=14, choices=Kind)
    field = models.CharField(max_length=100)
    value = models.CharField(max_length=100, default="", blank=True)
    example_glu_id = models.BigIntegerField(null=True)
    orders = models.PositiveIntegerField(default=0)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-first_seen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "field", "value"], name="one_drift_each")
        ]
