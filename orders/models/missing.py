"""Orders that Glu did not list where it should have."""

from django.db import models

from glu_admin.tenancy.models import Organisation
from orders.models.mirror_run import MirrorRun
from orders.models.order import Order


class MissingOrder(models.Model):
    """An order under suspicion of being gone: asked for by id at `due_at`, gone only after two answers of 404.

    `held` are those of a run that missed too many at once: nothing is concluded until a person decides. `foreign` are
    orders under whose ids Glu has others: they came from another organisation, and wait to be removed.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="missing_orders", db_index=False
    )
    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="missing")
    run = models.ForeignKey(MirrorRun, on_delete=models.SET_NULL, null=True, related_name="+")
    found_at = models.DateTimeField()
    not_found_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    held = models.BooleanField(default=False)
    foreign = models.BooleanField(default=False)
    removing = models.BooleanField(default=False)  # a manager's word: it came from another organisation, and goes
    decided = models.BooleanField(default=False)  # a person had it asked for: it is held no more

    across_organisations = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "held", "due_at"], name="missing_due")]
