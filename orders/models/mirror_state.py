"""Where an organisation's mirror stands: one row, the lease and the watermark."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation


class MirrorState(models.Model):
    """One organisation's mirror: who may write, what is due, and up to where changes have been read.

    `next_due_at` is the next changes poll; nothing at all is asked of Glu before `wait_until`.
    `watermark` is in Glu's own digits and offset, as Glu writes a timestamp; it is null until the first answer.
    """

    class Failure(models.TextChoices):
        """What kind of failure `last_error` tells of."""

        REFUSED = "refused", _("Glu refuses the key")
        WRONG_ORGANISATION = "wrong_organisation", _("The key opens another organisation")
        THROTTLED = "throttled", _("Glu asked us to slow down")
        UNREACHABLE = "unreachable", _("Glu cannot be reached")
        FAILING = "failing", _("Glu does not answer as it should")
        UNREADABLE = "unreadable", _("Glu’s answers cannot be used")

    # Failures that are said of a key: they count no longer once it is another, or is tried again.
    OF_THE_KEY = (Failure.REFUSED, Failure.WRONG_ORGANISATION)

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="mirror_state"
    )
    lease_token = models.BigIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    lease_wanted_until = models.DateTimeField(null=True)

    next_due_at = models.DateTimeField(null=True)
    wait_until = models.DateTimeField(null=True)
    hinted_at = models.DateTimeField(null=True)
    watermark = models.CharField(max_length=40, null=True)
    connected_watermark = models.CharField(max_length=40, null=True)
    transactions_watermark = models.CharField(max_length=40, null=True)
    overlap_seconds = models.PositiveIntegerField(null=True)
    poll_seconds = models.FloatField(null=True)
    # The longest page seen, and the shortest that was followed by more: ever, and since everything was last read again.
    page_size = models.PositiveIntegerField(default=0)
    shortest_page = models.PositiveIntegerField(null=True)
    shortest_page_lately = models.PositiveIntegerField(null=True)
    glu_organisation_id = models.CharField(max_length=60, null=True)
    glu_organisation_name = models.CharField(max_length=200, default="", blank=True)
    organisation_asked_at = models.DateTimeField(null=True)
    identified_key = models.BigIntegerField(null=True)  # the key that was last found to open this organisation
    # When the slower passes are due; null is now. Transactions are not asked for where Glu does not show them.
    trailing_due_at = models.DateTimeField(null=True)
    recent_due_at = models.DateTimeField(null=True)
    whole_due_at = models.DateTimeField(null=True)
    transactions_due_at = models.DateTimeField(null=True)
    transactions_complete_at = models.DateTimeField(null=True)
    transactions_error = models.CharField(max_length=300, default="", blank=True)
    refresh_due_at = models.DateTimeField(null=True)
    lines_wait_until = models.DateTimeField(null=True)  # the route of lines failed for one order after another
    # The pace as the workers last knew it, for people.
    learned_rate = models.FloatField(null=True)
    requests_today = models.PositiveIntegerField(default=0)
    throttled_today = models.PositiveIntegerField(default=0)
    requests_day = models.DateField(null=True)
    history_started_at = models.DateTimeField(null=True)
    history_complete_at = models.DateTimeField(null=True)
    # How far the first copy has come, measured in Glu's ids and in times of creation, as the total is never told.
    history_newest_glu_id = models.BigIntegerField(null=True)
    history_oldest_glu_id = models.BigIntegerField(null=True)
    history_oldest_at = models.DateTimeField(null=True)
    history_reached_glu_id = models.BigIntegerField(null=True)
    history_reached_at = models.DateTimeField(null=True)

    days_zone = models.CharField(max_length=60, default="", blank=True)  # in which OrderDay is counted; "" is not yet

    last_error = models.CharField(max_length=300, default="", blank=True)
    last_error_kind = models.CharField(max_length=20, choices=Failure, default="", blank=True)
    last_error_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)

    across_organisations = models.Manager()

    @property
    def overlap(self) -> int:
        """How far a poll reads back behind the last one, in seconds; late rows have widened it."""
        return max(self.overlap_seconds or 0, int(settings.MIRROR_OVERLAP_SECONDS))


def state_of(organisation: Organisation) -> MirrorState | None:
    """Where an organisation's mirror stands as the database has it now; None before it was ever asked for."""
    return MirrorState.across_organisations.filter(organisation=organisation).first()
