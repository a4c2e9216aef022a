"""The text in which an order is searched."""

from django.db import models

from glu_admin.tenancy.models import Organisation
from orders.models.order import Order


class OrderDocument(models.Model):
    """One order's searchable text, folded; apart from the order, so that a change of status does not rewrite it."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, primary_key=True, related_name="document")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    text = models.TextField()

    across_organisations = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-created_at"], name="document_newest")]
