"""A stretch of creation times that a pass has to read to its end."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from orders.models.mirror_run import MirrorRun


class MirrorWindow(models.Model):
    """Orders created in [created_from, created_before): where its walk stands, and whether it was read to its end.

    The bounds are in Glu's own digits; null is open. `next_before` is where the walk goes on after a stop.
    """

    class State(models.TextChoices):
        """How far the window is read; complete only after an empty answer of Glu's."""

        OPEN = "open", _("Not read to its end yet")
        COMPLETE = "complete", _("Read to its end")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="mirror_windows", db_index=False
    )
    run = models.ForeignKey(MirrorRun, on_delete=models.CASCADE, related_name="windows")
    kind = models.CharField(max_length=12, choices=MirrorRun.Pass)
    created_from = models.CharField(max_length=40, null=True)
    created_before = models.CharField(max_length=40, null=True)
    updated_from = models.CharField(max_length=40, null=True)
    next_before = models.CharField(max_length=40, null=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    requests = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    flags = models.CharField(max_length=200, default="", blank=True)
    seen = models.TextField(default="", blank=True)  # ids a reconcile has met so far; emptied when it is complete
    older = models.TextField(default="", blank=True)  # ids it met in an older version than ours, until they are settled
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    across_organisations = models.Manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "kind", "state"], name="window_open"),
            models.Index(fields=["organisation", "state", "-completed_at"], name="window_complete"),
        ]
