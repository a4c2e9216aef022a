"""What a first conversation with Glu proved."""

import json
from dataclasses import dataclass

from django.db import models

from glu_admin.tenancy.models import Organisation


class Mark(models.TextChoices):
    """How what was found compares with what was assumed; `noted` where nothing had been assumed."""

    AS_ASSUMED = "as assumed"
    DIFFERS = "differs"
    NOT_KNOWN = "not known"
    NOTED = "noted"


@dataclass(frozen=True)
class Finding:
    """One thing the probe asked, in words without personal data. `means` says what follows if it differs.

    `relied` is what the mirror relies on: if that differs, the copy may not be what it says it is.
    """

    group: str
    what: str
    found: str
    assumed: str
    mark: str
    relied: bool = False
    means: str = ""

    @property
    def differs(self) -> bool:
        """Whether what was found differs from what was assumed."""
        return self.mark == Mark.DIFFERS

    @property
    def is_as_assumed(self) -> bool:
        """Whether what was found is what was assumed."""
        return self.mark == Mark.AS_ASSUMED

    @property
    def is_open(self) -> bool:
        """Whether the answer could not be found out."""
        return self.mark == Mark.NOT_KNOWN

    @property
    def breaks(self) -> bool:
        """Whether something that the mirror relies on is not so."""
        return self.relied and self.differs


class ProbeReport(models.Model):
    """One complete run of the probe: JSON text, a list of findings without personal data."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="probes", db_index=False)
    made_at = models.DateTimeField()
    findings = models.TextField()

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["organisation", "-made_at"], name="probe_newest")]

    def read(self) -> list[Finding]:
        """The findings of the stored JSON, in the order of their questions."""
        return [Finding(**finding) for finding in json.loads(self.findings)]
