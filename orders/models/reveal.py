"""Who had the technical details of an order shown to them."""

from django.conf import settings
from django.db import models

from glu_admin.tenancy.models import Organisation


class Reveal(models.Model):
    """Somebody saw an order's technical details: IP address, browser, user agent. The row is written before they are.

    It hangs on Glu's number of the order and not on our row, which may be rebuilt.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="reveals", db_index=False)
    order_glu_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="reveals")
    revealed_at = models.DateTimeField()

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-revealed_at", "-pk"]
        indexes = [models.Index(fields=["organisation", "order_glu_id", "-revealed_at"], name="reveal_of_order")]
