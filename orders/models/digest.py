"""The daily digest: a mail on working mornings, for whoever switched it on."""

from django.conf import settings
from django.db import models

from glu_admin.tenancy.models import Organisation


class Digest(models.Model):
    """That somebody wants the digest of an organisation; who has no row gets none.

    It is due at an `hour` of the organisation's own clock. `told_at` is up to when the last one told what changed.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="digests", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    hour = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True)

    across_organisations = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="one_digest_each")]
