"""Exports: what was asked for, how far the file is, and what is in it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from orders.models.export_choice import KeptChoice
from orders.models.export_schedule import ExportSchedule


class Export(KeptChoice):
    """One file somebody asked for. `query` is the list's.

    While it is RUNNING it belongs to whoever moves `held_until` on, and to nobody once that has passed. A file is there
    while it is DONE. `manifest` is JSON, written with the file.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Stopped")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    class Trouble(models.TextChoices):
        """Why it stopped."""

        BROKE = "broke", _("Something went wrong while it was made.")
        SLOW = "slow", _("It took too long. Narrow the days, then try again.")
        KILLED = "killed", _("The worker that made it was stopped again and again.")
        TOO_LARGE = "too_large", _("It is larger than all files of the organisation may be together.")
        UNREADABLE = "unreadable", _("Its filter cannot be read any more.")
        RIGHTS = "rights", _("Whoever it was to be made for may not export here any more.")

    OPEN = (State.WAITING, State.RUNNING)

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="exports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="exports")
    schedule = models.ForeignKey(ExportSchedule, on_delete=models.SET_NULL, null=True, related_name="exports")
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    query = models.TextField(blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    trouble = models.CharField(max_length=10, choices=Trouble, default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    orders = models.PositiveIntegerField(default=0)  # to be read for it, twice where it is read twice
    orders_done = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)  # in the file
    # Exports of one kind follow each other: what is new or changed since the last of them that counts is beyond its
    # mark. `since` is the mark this one begins at, "" where it holds everything; marks are written by `exports.marks`.
    kind = models.CharField(max_length=60, default="", blank=True)
    since = models.CharField(max_length=70, default="", blank=True)
    since_at = models.DateTimeField(null=True)
    mark = models.CharField(max_length=70, default="", blank=True)
    marked_at = models.DateTimeField(null=True)
    counts = models.BooleanField(default=True)

    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=300, default="", blank=True)
    size = models.PositiveBigIntegerField(default=0)
    manifest = models.TextField(default="", blank=True)

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "-asked_at"], name="export_newest"),
            models.Index(fields=["organisation", "user", "kind", "-marked_at"], name="export_of_kind"),
            models.Index(
                fields=["organisation", "state"],
                name="export_open",
                condition=models.Q(state__in=["waiting", "running", "done"]),
            ),
        ]
