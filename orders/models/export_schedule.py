"""Schedules: exports of a saved view that are made by themselves."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from glu_admin.tenancy.models import Organisation
from orders.models.export_choice import KeptChoice
from orders.models.saved_view import SavedView

_SHORTEST_MONTH = 28  # days


class ExportSchedule(KeptChoice):
    """When a saved view is exported by itself, at `at` of the organisation's own clock, for whoever made the schedule.

    It stays theirs, made with their rights and announced to them, whoever changes it. Once they may not export any more
    a manager can take it over: `taken_at` is when that was last, `taken_from` the name of who had it, "" where that was
    not known any more. `day` is the day of the week from
    0 for Monday, or of the month. `due_at` was reckoned in `zone`; while it is paused nothing is made then. `trouble`
    says why nothing was made the last time. `view_name` stays when the view is gone.
    """

    class Rhythm(models.TextChoices):
        """How often."""

        DAILY = "daily", gettext_lazy("Every day")
        WEEKLY = "weekly", gettext_lazy("Every week")
        MONTHLY = "monthly", gettext_lazy("Every month")

    class Trouble(models.TextChoices):
        """Why nothing was made the last time."""

        RIGHTS = "rights", gettext_lazy("Nothing was made: whoever made this schedule may not export here any more.")
        VIEW = (
            "view",
            gettext_lazy("Nothing was made: the view is gone, or whoever made this schedule can no longer see it."),
        )
        UNREADABLE = "unreadable", gettext_lazy("Nothing was made: the view’s filter cannot be read any more.")
        INCOMPLETE = "incomplete", gettext_lazy("Nothing was made: not all of it had been copied.")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="export_schedules")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="export_schedules"
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    view = models.ForeignKey(SavedView, on_delete=models.SET_NULL, null=True, related_name="export_schedules")
    view_name = models.CharField(max_length=60)
    taken_from = models.CharField(max_length=254, default="", blank=True)
    taken_at = models.DateTimeField(null=True)
    only_since = models.BooleanField(default=False)  # the one before

    rhythm = models.CharField(max_length=8, choices=Rhythm)
    at = models.TimeField()
    day = models.PositiveSmallIntegerField(default=0)
    zone = models.CharField(max_length=60)
    due_at = models.DateTimeField(db_index=True)
    paused_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=10, choices=Trouble, default="", blank=True)

    across_organisations = models.Manager()

    class Meta:
        ordering = ["view_name", "pk"]

    @property
    def words(self) -> str:
        """When it is due, as people say it."""
        told = {"time": f"{self.at:%H:%M}", "day": self.day}
        match self.rhythm:
            case self.Rhythm.WEEKLY:
                return _("Every %(weekday)s at %(time)s") % {**told, "weekday": WEEKDAYS[self.day]}
            case self.Rhythm.MONTHLY if self.day > _SHORTEST_MONTH:
                return _("Every month on day %(day)d at %(time)s, on its last day where it is shorter") % told
            case self.Rhythm.MONTHLY:
                return _("Every month on day %(day)d at %(time)s") % told
        return _("Every day at %(time)s") % told
