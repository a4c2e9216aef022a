"""One row for each queue, and one for beat."""

from django.db import models


class Heartbeat(models.Model):
    """When a worker last took a heartbeat out of a queue, or beat last looked at its timetable."""

    name = models.CharField(max_length=60, unique=True)
    beaten_at = models.DateTimeField()
