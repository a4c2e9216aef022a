"""What staff write about an order, and whom of the team they name in it."""

import uuid

from django.conf import settings
from django.db import models

from glu_admin.tenancy.models import Organisation


class OrderNote(models.Model):
    """A note on an order, plain text.

    It hangs on Glu's number of the order and not on our row, which may be rebuilt; with `order_created_at` another
    order under the same number can be told. `mentioned` are the names that stand in the text with an @ before them, one
    a line. A deleted note has no text any more. `token` is that of the form it was sent with.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="order_notes", db_index=False)
    order_glu_id = models.BigIntegerField()
    order_created_at = models.DateTimeField()
    token = models.UUIDField(default=uuid.uuid4)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="order_notes"
    )
    text = models.TextField(blank=True)
    mentioned = models.TextField(default="", blank=True)
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "token"], name="note_by_token")]
        indexes = [models.Index(fields=["organisation", "order_glu_id", "-written_at"], name="note_of_order")]


class NoteMention(models.Model):
    """Somebody of the team who is named in a note; `done_at` is when they ticked it off."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="note_mentions", db_index=False
    )
    note = models.ForeignKey(OrderNote, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="note_mentions")
    mentioned_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-mentioned_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "note", "user"], name="mentioned_once")]
        indexes = [
            models.Index(fields=["organisation", "user", "-mentioned_at"], name="mention_of_person"),
            models.Index(
                fields=["organisation", "user"], name="mention_waiting", condition=models.Q(done_at__isnull=True)
            ),
        ]
