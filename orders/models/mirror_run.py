"""One attempt of one pass over Glu."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation


class MirrorRun(models.Model):
    """What one run of a pass read and wrote. `server_started_at` is Glu's clock, from the first answer.

    `read_as_of` is set where an answer came from a cache: then what was read is not of when the run began, but older.
    """

    class Pass(models.TextChoices):
        """Which rows the pass reads."""

        CHANGES = "changes", _("Changes")
        TRAILING = "trailing", _("Changes, read again")
        HISTORY = "history", _("History")
        RECONCILE = "reconcile", _("Reconcile")
        RANGE = "range", _("A range asked for")
        TRANSACTIONS = "transactions", _("Transactions")

    class State(models.TextChoices):
        """How a run went; complete only when everything it had to read was read to its end."""

        RUNNING = "running", _("Running")
        COMPLETE = "complete", _("Complete")
        FAILED = "failed", _("Failed")

    class Reach(models.TextChoices):
        """How far back a run of a pass reads; for a range `reach` holds the days themselves instead."""

        WHOLE = "whole", _("All of the history")
        RECENT = "recent", _("The recent days")
        NIGHT = "night", _("Further back than by day")

    class Flag(models.TextChoices):
        """What may be wrong with what a run read; its `flags` holds those that apply, with spaces between."""

        TIE_OVERFLOW = "tie_overflow", _("more orders in one second than Glu tells apart (tie_overflow)")
        PAGE_IGNORED = (
            "page_ignored",
            _("Glu gave the same rows again for another page, so some may be missing (page_ignored)"),
        )
        WALK_MISSED = "walk_missed", _("Glu left an order out of its list that it still has (walk_missed)")
        OLDER_ROWS = "older_rows", _("Glu gave older versions of orders than before (older_rows)")
        TOO_MANY_MISSING = "too_many_missing", _("too many orders are missing at once (too_many_missing)")
        FROM_CACHE = "from_cache", _("Glu’s answers came from a cache, and were too old (from_cache)")
        UNUSABLE_TRANSACTIONS = (
            "unusable_transactions",
            _("transactions that cannot be placed or added up (unusable_transactions)"),
        )

    # Passes that read stretches of creation to their ends: what these do not list is missing.
    ACCUSING = (Pass.RECONCILE, Pass.RANGE)
    EVERYTHING = models.Q(kind=Pass.HISTORY) | models.Q(kind=Pass.RECONCILE, reach=Reach.WHOLE)

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="mirror_runs", db_index=False)
    kind = models.CharField(max_length=12, choices=Pass)
    reach = models.CharField(max_length=40, default="", blank=True)  # what of the history a reconcile reads
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    server_started_at = models.DateTimeField(null=True)
    read_as_of = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    updated_from = models.CharField(max_length=40, null=True)
    newest_at_start = models.CharField(max_length=40, null=True)
    requests = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    stale = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)  # rows that an earlier poll should have brought
    missing = models.PositiveIntegerField(default=0)  # orders here that Glu did not list
    flags = models.CharField(max_length=200, default="", blank=True)
    error = models.CharField(max_length=300, default="", blank=True)
    # A pass that fails is not tried again before this; how often one run has failed without an answer since.
    wait_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)

    across_organisations = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "kind", "-started_at"], name="run_newest")]

    @property
    def up_to(self) -> datetime:
        """Up to when the run has read what was at Glu, by our clock."""
        return self.read_as_of or self.started_at

    @property
    def cache_age(self) -> timedelta:
        """How much older than the run the oldest of its answers was; nothing without a cache on the way."""
        return self.started_at - self.up_to

    @property
    def server_up_to(self) -> datetime | None:
        """The time of `up_to` by Glu's clock; None where no answer told it."""
        return self.server_started_at and self.server_started_at - self.cache_age


LATEST_POLLS = 20


def latest_polls(organisation: Organisation) -> models.QuerySet[MirrorRun]:
    """The latest complete polls, newest first, with their times and flags."""
    polls = organisation.mirror_runs.filter(kind=MirrorRun.Pass.CHANGES, state=MirrorRun.State.COMPLETE)
    times = ("organisation_id", "started_at", "server_started_at", "read_as_of", "flags")
    return polls.order_by("-started_at").only(*times)[:LATEST_POLLS]


def polled_up_to(organisation: Organisation) -> datetime | None:
    """Up to when polls have read everything that changed at Glu, by our clock; None before the first one."""
    return max((poll.up_to for poll in latest_polls(organisation)), default=None)


def flagged(flags: str, *more: str) -> str:
    """Flags as `flags` holds them, with spaces between: those that are there and some more, each once."""
    return " ".join(sorted({*flags.split(), *more}))[:200]
