"""A line of an order: one gift card, product or membership."""

from django.db import models

from glu_admin.tenancy.models import Organisation
from orders.models.order import Order


class OrderLine(models.Model):
    """One line, in the place Glu listed it; amounts are integers in the minor unit of the order's currency."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="order_lines", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    glu_id = models.BigIntegerField()
    position = models.PositiveIntegerField()
    name = models.TextField(null=True)
    type = models.TextField(null=True)
    description = models.TextField(null=True)
    personal_message = models.TextField(null=True)
    subtotal = models.BigIntegerField(null=True)
    discount_amount = models.BigIntegerField(null=True)
    total = models.BigIntegerField(null=True)
    refunded = models.BooleanField(null=True)
    extra = models.TextField(default="", blank=True)

    across_organisations = models.Manager()

    class Meta:
        ordering = ["position", "glu_id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "glu_id"], name="line_by_glu_id")]

    def __str__(self) -> str:
        return f"line {self.glu_id}"
