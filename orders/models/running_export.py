"""Exports that are under way, so that nobody takes up the whole desk with them."""

from django.conf import settings
from django.db import models

from glu_admin.tenancy.models import Organisation


class RunningExport(models.Model):
    """One file being made or sent. It counts until `ends_at`, which moves on while the file does."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="running_exports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="running_exports")
    ends_at = models.DateTimeField()

    across_organisations = models.Manager()
