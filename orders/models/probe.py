"""What a first conversation with Glu proved."""

from django.db import models

from glu_admin.tenancy.models import Organisation


class ProbeReport(models.Model):
    """One run of the probe: JSON text, a list of findings without personal data."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="probes", db_index=False)
    made_at = models.DateTimeField()
    findings = models.TextField()

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["organisation", "-made_at"], name="probe_newest")]
