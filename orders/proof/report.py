"""What the mirror can prove of itself: the read side of its page and of `mirror_status`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.template.defaultfilters import pluralize
from django.utils.timezone import now

from glu_admin.keys.lifecycle import candidate_key, closed, current_key
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.models import Drift, Finding, MirrorRun, MirrorState, MissingOrder, ProbeReport, SetAside
from orders.proof.coverage import Coverage, coverage, flagged_polls
from orders.proof.first_copy import FirstCopy, first_copy
from orders.proof.freshness import (
    Freshness,
    Rest,
    flag_words,
    freshness,
    last_error,
    rest,
    short,
    stands_still,
)
from orders.proof.workers import Sign, signs

ON_DEMAND = "by hand"
STUCK_AFTER = 12
"""How often lines fail, ever longer apart, before somebody should look at it: after about two hours."""
MOST_LISTED = 20
"""How many of the missing orders the page lists."""


@dataclass(frozen=True)
class PassStatus:
    """How the last attempt of a pass went, or goes: how it looks, and in a word or two."""

    tone: str
    icon: str
    words: str
    loud: bool = False


@dataclass(frozen=True)
class PassReport:
    """One pass: its last run, its last complete one, and what earlier runs were flagged with that still counts.

    `name` is the word of commands and monitors, `title` what people read. `is_thorough` when it reads everything there
    is, so that nothing settles what it cannot. `rest` is why nothing at all is asked of Glu now; `failed_at` the first
    failure since the last success, where known.
    """

    name: str
    title: str
    when: str
    last: MirrorRun | None
    complete: MirrorRun | None
    is_thorough: bool = False
    due_at: datetime | None = None
    earlier: str = ""
    rest: Rest | None = None
    failed_at: datetime | None = None

    @property
    def status(self) -> PassStatus:
        """How the last attempt went: never that it runs while it waits, or that it is complete when it failed since."""
        if self.last is None:
            return (
                PassStatus("grey", "", "Never asked for") if self.never_asked else PassStatus("grey", "ring", "Waiting")
            )
        if self.failing:
            return PassStatus("red", "danger", "Failing" if self.next_try else "Failed", loud=True)
        if self.last.state == MirrorRun.State.RUNNING:
            if self.rest:
                return PassStatus("amber", "hourglass", "On hold")
            begun = self.last.requests or self.last.kind != MirrorRun.Pass.RANGE
            return PassStatus("blue", "half", "Running") if begun else PassStatus("grey", "ring", "Waiting")
        if self.flags:
            return PassStatus("amber", "flag", "Flagged", loud=True)
        if self.late:
            return PassStatus("amber", "clock", "Late", loud=True)
        return PassStatus("green", "check", "Complete")

    @property
    def never_asked(self) -> bool:
        """Whether it only runs when somebody asks for it, and nobody has."""
        return self.last is None and self.when == ON_DEMAND

    @property
    def failing(self) -> bool:
        """Whether the last attempt failed; one that goes on where it stopped is still the same run."""
        if self.last is None or self.last.state == MirrorRun.State.COMPLETE:
            return False
        return self.last.state == MirrorRun.State.FAILED or bool(self.last.error)

    @property
    def next_try(self) -> datetime | None:
        """When a pass that failed or is on hold is tried again; null when that is for a person to bring about."""
        if self.last is None or (self.rest and self.rest.until is None):
            return None
        ended = self.last.state == MirrorRun.State.FAILED
        if ended and self.last.kind == MirrorRun.Pass.RANGE:
            return None
        waits = [self.last.wait_until, self.rest.until if self.rest else None, self.due_at if ended else None]
        return max(filter(None, waits), default=now()) if self.failing or self.rest else None

    @property
    def doubts(self) -> list[str]:
        """The flags that count: a run that goes on or failed does not take away what the last complete one said."""
        told = [self.earlier, *(run.flags for run in (self.last, self.complete) if run)]
        return sorted({flag for flags in told for flag in flags.split()})

    @property
    def flags(self) -> str:
        """The flags in words."""
        return "; ".join(flag_words(self.doubts))

    @property
    def late(self) -> str:
        """In words, what the last complete run found that polls should have brought."""
        rows = self.complete.late if self.complete else 0
        return f"{rows} order{pluralize(rows)} came that an earlier poll should have brought" if rows else ""

    @property
    def said(self) -> list[str]:
        """In sentences, all there is to say of it besides its numbers: why it failed or waits, its flags, late rows."""
        failed = self.last.error if self.last else ""
        held = self.rest.words if self.rest and self.last and self.last.state == MirrorRun.State.RUNNING else ""
        return [f"{words.rstrip('.')}." for words in (failed, held, self.flags, self.late) if words]


@dataclass(frozen=True)
class MirrorReport:
    """Everything the mirror page says."""

    zone: ZoneInfo
    freshness: Freshness
    stands_still: bool
    state: MirrorState | None
    key: GluKey | None
    candidate: GluKey | None
    key_closed: str
    first_copy: FirstCopy | None
    coverage: Coverage
    passes: list[PassReport]
    orders: int
    transactions: int
    changes: int
    due_lines: int
    failed_lines: int
    stuck_lines: int
    oldest_due: datetime | None
    oldest_lines: datetime | None
    gone: int
    missing: QuerySet[MissingOrder]
    held: int
    foreign: int
    held_since: datetime | None
    set_aside: QuerySet[SetAside]
    drift: QuerySet[Drift]
    probe: ProbeReport | None
    signs: list[Sign]

    @property
    def next_look(self) -> datetime | None:
        """When Glu is asked next; None while it is not asked: without a key, or with one refused or paused."""
        if self.state is None or self.key is None or self.key.paused_at or self.key.state != GluKey.State.ACCEPTED:
            return None
        return max(filter(None, (self.state.next_due_at, self.state.wait_until)), default=None)

    @property
    def cache_age(self) -> timedelta:
        """How old the answers were that the last complete look at Glu was given by a cache; nothing without one."""
        looks = (one.complete for one in self.passes if one.name == "Changes")
        return next((look.cache_age for look in looks if look), timedelta())

    @property
    def cache_words(self) -> str:
        """That in words; empty without a cache."""
        return f"From a cache, up to {short(self.cache_age)} old" if self.cache_age else ""

    @property
    def last_error(self) -> str:
        """The failure of the last attempt that still counts, in words."""
        return last_error(self.state, self.key) if self.state else ""

    @property
    def more_missing(self) -> int:
        """How many orders are missing beyond those that the page lists."""
        return max(self.missing.count() - MOST_LISTED, 0)

    @property
    def overlap(self) -> int:
        """How far polls look back, in seconds; late rows have widened it."""
        return (self.state or MirrorState()).overlap

    @property
    def requests_today(self) -> int:
        """Requests sent to Glu today (UTC)."""
        return self.state.requests_today if self.state and self.state.requests_day == now().date() else 0

    @property
    def throttled_today(self) -> int:
        """Answers of 429 today (UTC)."""
        return self.state.throttled_today if self.state and self.state.requests_day == now().date() else 0

    @cached_property
    def findings(self) -> list[Finding]:
        """What the last probe proved."""
        return self.probe.read() if self.probe else []


def mirror_report(organisation: Organisation) -> MirrorReport:
    """What the mirror page shows."""
    state = MirrorState.across_organisations.filter(organisation=organisation).first()
    waiting = Q(lines_due_at__isnull=False)
    # All of them in one look at the table, which is large.
    figures = organisation.orders.aggregate(
        orders=Count("pk"),
        due_lines=Count("pk", filter=waiting),
        failed_lines=Count("pk", filter=waiting & ~Q(lines_error="")),
        stuck_lines=Count("pk", filter=waiting & ~Q(lines_error="") & Q(lines_attempts__gte=STUCK_AFTER)),
        oldest_due=Min("lines_due_at"),
        oldest_lines=Min("lines_copied_at", filter=Q(gone_at=None)),
        gone=Count("pk", filter=Q(gone_at__isnull=False)),
    )
    held = organisation.missing_orders.filter(held=True, foreign=False).aggregate(
        held=Count("pk"), held_since=Min("found_at")
    )
    return MirrorReport(
        zone=organisation.zone,
        freshness=freshness(organisation),
        stands_still=stands_still(organisation),
        state=state,
        key=current_key(organisation),
        candidate=candidate_key(organisation),
        key_closed=closed(current_key(organisation), candidate_key(organisation), canary=True),
        first_copy=first_copy(organisation, state),
        coverage=coverage(organisation),
        passes=_passes(organisation, state),
        transactions=organisation.transactions.count(),
        changes=organisation.order_changes.count(),
        missing=organisation.missing_orders.select_related("order").order_by("due_at", "pk"),
        held=held["held"],
        held_since=held["held_since"],
        foreign=organisation.missing_orders.filter(foreign=True).count(),
        set_aside=organisation.set_aside.all(),
        drift=organisation.drifts.all(),
        probe=organisation.probes.first(),
        signs=signs(),
        **figures,
    )


def _passes(organisation: Organisation, state: MirrorState | None) -> list[PassReport]:
    poll = (state and state.poll_seconds) or settings.MIRROR_POLL_MIN_SECONDS
    recent, every = settings.MIRROR_RECENT_REACH_SECONDS, settings.MIRROR_RECENT_EVERY_SECONDS
    again = f"every {_span(settings.MIRROR_TRAILING_EVERY_SECONDS)}"
    whole = Q(kind=MirrorRun.Pass.RECONCILE, reach=MirrorRun.WHOLE)
    part = Q(kind=MirrorRun.Pass.RECONCILE) & ~whole
    kinds = [
        ("Changes", "New and changed", f"every {_span(poll)}", Q(kind=MirrorRun.Pass.CHANGES), "next_due_at"),
        ("Trailing", "Late arrivals", again, Q(kind=MirrorRun.Pass.TRAILING), "trailing_due_at"),
        ("History", "Whole history", "once", Q(kind=MirrorRun.Pass.HISTORY), ""),
        ("Recent", "Recent days again", f"last {_span(recent)}, every {_span(every)}", part, "recent_due_at"),
        ("Everything", "All days again", f"every {_span(settings.MIRROR_WHOLE_EVERY_SECONDS)}", whole, "whole_due_at"),
        ("Transactions", "Payments and refunds", again, Q(kind=MirrorRun.Pass.TRANSACTIONS), "transactions_due_at"),
        ("Range", "Days asked for", ON_DEMAND, Q(kind=MirrorRun.Pass.RANGE), ""),
    ]
    resting = rest(state, current_key(organisation))
    doubted = " ".join(flagged_polls(organisation).values_list("flags", flat=True))
    out = []
    for name, title, when, which, column in kinds:
        runs = organisation.mirror_runs.filter(which).order_by("-started_at", "-pk")
        due_at = getattr(state, column, None) if column else None
        last, first = runs.first(), None
        complete = last if last and last.state == MirrorRun.State.COMPLETE else None
        if last and not complete:
            complete = runs.filter(state=MirrorRun.State.COMPLETE).first()
            failed = runs.filter(state=MirrorRun.State.FAILED, pk__gt=complete.pk if complete else 0)
            first = failed.order_by("pk").values_list("finished_at", flat=True).first()
        earlier = doubted if name == "Changes" else ""
        thorough = name in ("History", "Everything")
        out.append(PassReport(name, title, when, last, complete, thorough, due_at, earlier, resting, first))
    return out


def _span(seconds: float) -> str:
    """A settled interval in its largest round unit."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return word if count == 1 else f"{count} {word}s"
    return f"{seconds:.0f} s"
