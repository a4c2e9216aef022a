"""The columns that keep what a file is to hold."""

from django.db import models


class KeptChoice(models.Model):
    """An `exports.Choice`, and whether the file is wanted also while not all of it is copied."""

    shape = models.CharField(max_length=8)
    form = models.CharField(max_length=8)
    columns = models.TextField()
    personal = models.CharField(max_length=8)
    times = models.CharField(max_length=8)
    allow_incomplete = models.BooleanField(default=False)

    class Meta:
        abstract = True
