"""Up to where a person has seen what changed."""

from django.conf import settings
from django.db import models

from glu_admin.tenancy.models import Organisation
from orders.models.saved_view import SavedView


class Look(models.Model):
    """What somebody said they had seen: of all orders of an organisation, or of those of a saved view.

    They opened it at `looked_at`; the newest look counts, and the one before is kept so that it can be taken back.
    `order_mark` and `change_mark` are the highest primary keys that they saw: not a time, as a row may be committed
    after one that bears a later time. Orders placed before `placed_from` that come later are of a first copy, no news.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="looks", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="looks")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, null=True, related_name="looks")
    looked_at = models.DateTimeField()
    order_mark = models.BigIntegerField()
    change_mark = models.BigIntegerField()
    placed_from = models.DateTimeField()

    across_organisations = models.Manager()

    class Meta:
        ordering = ["-looked_at", "-pk"]
        indexes = [models.Index(fields=["organisation", "user", "view", "-looked_at"], name="look_of_person")]
