"""What the mirror can prove of itself: the read side of its page and of `mirror_status`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from glu_admin.keys.lifecycle import closed
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.told import told
from orders.display.durations import short
from orders.models import Drift, Finding, MirrorState, MissingOrder, ProbeReport, SetAside
from orders.proof.completeness import lacking
from orders.proof.coverage import Coverage, coverage
from orders.proof.first_copy import FirstCopy, first_copy
from orders.proof.freshness import Freshness, freshness
from orders.proof.passes import PassReport, Reading, passes
from orders.proof.rest import last_error, stands_still
from orders.proof.standing import Standing, standing
from orders.proof.workers import Sign, signs
from orders.search import OrderCriteria, count_orders

STUCK_AFTER = 12
"""How often lines fail, ever longer apart, before somebody should look at it."""


@dataclass(frozen=True)
class MirrorReport:
    """Everything that the mirror page and `mirror_status` say of one organisation."""

    MOST_LISTED: ClassVar = 50
    """So many rows that were set aside, and so many new things, the page lists."""
    MOST_MISSING: ClassVar = 20
    """So many missing orders it lists."""

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
    lacking: list[str]
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
    def next_asked_at(self) -> datetime | None:
        """When Glu is asked next; None while it is not asked: without a key, or with one refused or paused."""
        if self.state is None or self.key is None or self.key.paused_at or self.key.state != GluKey.State.ACCEPTED:
            return None
        return max(filter(None, (self.state.next_due_at, self.state.wait_until)), default=None)

    @property
    def cache_age(self) -> timedelta:
        """How old the last complete poll's answers were if a cache on the way gave them; zero without a cache."""
        polls = (pass_report.complete for pass_report in self.passes if pass_report.reading == Reading.CHANGES)
        return next((poll.cache_age for poll in polls if poll), timedelta())

    @property
    def cache_words(self) -> str:
        """The age of cached answers in words; empty without a cache."""
        return _("From a cache, up to %(time)s old") % {"time": short(self.cache_age)} if self.cache_age else ""

    @property
    def last_error(self) -> str:
        """The failure of the last attempt that still counts, in words."""
        return last_error(self.state, self.key) if self.state else ""

    @property
    def transactions_error(self) -> str:
        """Why transactions are not read, in words; "" while they are."""
        return told(self.state.transactions_error) if self.state else ""

    @property
    def more_missing(self) -> int:
        """How many orders are missing beyond those that the page lists."""
        return max(self.missing.count() - self.MOST_MISSING, 0)

    @property
    def overlap(self) -> int:
        """How far polls read back, in seconds; late rows have widened it."""
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


def mirror_report(organisation: Organisation, known: Standing | None = None) -> MirrorReport:
    """Read all that the mirror page shows of an organisation; `known` is how its copy stands, where that was read."""
    known = known or standing(organisation)
    state, key, candidate = known.state, known.key, known.candidate
    due = organisation.orders.filter(lines_due_at__isnull=False)
    figures = due.aggregate(
        due_lines=Count("pk"),
        failed_lines=Count("pk", filter=~Q(lines_error="")),
        stuck_lines=Count("pk", filter=~Q(lines_error="") & Q(lines_attempts__gte=STUCK_AFTER)),
        oldest_due=Min("lines_due_at"),
        oldest_lines=Min("lines_copied_at", filter=Q(gone_at=None)),
    )
    # Each by an index: the table is large. Lines that are due were counted above.
    read = organisation.orders.filter(lines_due_at=None, gone_at=None, lines_copied_at__isnull=False)
    oldest_read = read.order_by("lines_copied_at").values_list("lines_copied_at", flat=True).first()
    figures["oldest_lines"] = min(filter(None, (figures["oldest_lines"], oldest_read)), default=None)
    figures["orders"] = count_orders(organisation, OrderCriteria()).n
    figures["gone"] = organisation.orders.filter(gone_at__isnull=False).count()
    held = organisation.missing_orders.filter(held=True, foreign=False).aggregate(
        held=Count("pk"), held_since=Min("found_at")
    )
    return MirrorReport(
        zone=organisation.zone,
        freshness=freshness(organisation, known),
        stands_still=stands_still(organisation, known),
        state=state,
        key=key,
        candidate=candidate,
        key_closed=closed(key, candidate, canary=True),
        first_copy=first_copy(organisation, state, unread=known.lines_unread),
        coverage=coverage(organisation),
        passes=passes(organisation, state),
        lacking=lacking(organisation),
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
