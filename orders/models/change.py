"""What changed in orders: Glu gives no history of an order, so it is recorded here."""

from django.db import models

from glu_admin.tenancy.models import Organisation
from orders.models.order import Order


class OrderChange(models.Model):
    """One field of an order or of one of its lines that was `old` and is `new`; null is absent.

    It happened after `seen_old_at` (unknown when null) and before `seen_new_at`, both by our clock; `glu_updated_at` is
    Glu's own stamp of the version that brought it. `field` is Glu's name of it, or one of OWN_FIELDS.
    """

    ADDED, REMOVED, GONE, BACK = "added", "removed", "gone", "back"
    SETTLED = "settled"  # what its transactions come to moved: these have their own history
    OWN_FIELDS = frozenset({ADDED, REMOVED, GONE, BACK, SETTLED})

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="order_changes", db_index=False
    )
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="changes", db_index=False)
    line_glu_id = models.BigIntegerField(null=True)
    line_name = models.CharField(max_length=100, default="", blank=True)
    field = models.CharField(max_length=60)
    old = models.TextField(null=True)
    new = models.TextField(null=True)
    glu_updated_at = models.DateTimeField(null=True)
    seen_old_at = models.DateTimeField(null=True)
    seen_new_at = models.DateTimeField()

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-seen_new_at", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "order", "-seen_new_at"], name="change_of_order"),
            models.Index(fields=["organisation", "field", "-seen_new_at"], name="change_newest"),
            models.Index(fields=["organisation", "-seen_new_at"], name="change_lately"),
        ]
