"""How many orders there are of each combination of statuses."""

from django.db import models

from glu_admin.tenancy.models import Organisation

COUNTED_FIELDS = (
    "dispatch_status",
    "payment_status",
    "type",
    "channel",
    "payment_method",
    "delivery_method_name",
)
"""The order columns that are counted, filtered by value and offered with counts; null is counted as ""."""


class OrderCounter(models.Model):
    """The number of an organisation's orders with these six values: exact totals and counts without reading orders."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="order_counters", db_index=False
    )
    dispatch_status = models.TextField()
    payment_status = models.TextField()
    type = models.TextField()
    channel = models.TextField()
    payment_method = models.TextField()
    delivery_method_name = models.TextField()
    n = models.IntegerField(default=0)

    across_organisations = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", *COUNTED_FIELDS], name="one_counter_each")]
