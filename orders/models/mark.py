"""What staff say of an order at the desk: prepared, posted, ready, handed over, printed, chased."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from orders.models.order import Order


class OrderMark(models.Model):
    """One word of the team on an order. It is added or undone, never changed; what Glu says stays as it is.

    A mark stands until it is undone. `order` is null once its row is removed; `order_glu_id` and `order_created_at` say
    which order it was, and by both together it is known when it comes back. The names stay when an account goes.
    `batch` is shared by all marks of one action. `look_again_on` is for CHASED: a day of the organisation.
    """

    class Kind(models.TextChoices):
        """What is said."""

        PREPARED = "prepared", _("Prepared")
        POSTED = "posted", _("Posted")
        READY = "ready", _("Ready to collect")
        HANDED_OVER = "handed-over", _("Handed over")
        PRINTED = "printed", _("Printed")
        CHASED = "chased", _("Chased")

    ONCE = (Kind.PREPARED, Kind.POSTED, Kind.READY, Kind.HANDED_OVER)
    """Kinds of which at most one mark of an order stands."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="order_marks", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.SET_NULL, null=True, related_name="marks")
    order_glu_id = models.BigIntegerField()
    order_created_at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField(default=now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    user_name = models.CharField(max_length=254)
    look_again_on = models.DateField(null=True)
    batch = models.UUIDField(default=uuid.uuid4)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_by_name = models.CharField(max_length=254, default="", blank=True)

    across_organisations = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "order", "kind"],
                name="mark_stands_once",
                condition=Q(undone_at__isnull=True, kind__in=["prepared", "posted", "ready", "handed-over"]),
            )
        ]
        indexes = [
            # Of every kind, as SQLite does not see that the constraint's index holds those of one kind.
            models.Index(
                fields=["organisation", "kind", "order"], name="mark_standing", condition=Q(undone_at__isnull=True)
            ),
            models.Index(fields=["organisation", "kind", "-at"], name="mark_newest"),
            models.Index(fields=["organisation", "batch"], name="mark_batch"),
            models.Index(fields=["organisation", "order_glu_id"], name="mark_lost", condition=Q(order__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order_glu_id}"
