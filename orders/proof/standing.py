"""How an organisation's copy stands, as the frame of every page has to know it: read together, in few queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery

from glu_admin.keys.lifecycle import key_and_candidate
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState
from orders.models.desk_settings import LIMITS, keep_limits
from orders.models.mirror_run import latest_polls, polled_up_to
from orders.models.mirror_state import state_of


@dataclass(frozen=True)
class Standing:
    """The keys, the state of the mirror, its latest complete polls, and whether anything waits for somebody.

    `poll_waits_until` is that of the latest poll, complete or not. `held` and `foreign` tell of missing orders,
    `lines_failed` of lines that could not be read, `lines_unread` of those of the first copy that were not read yet.
    """

    key: GluKey | None
    candidate: GluKey | None
    state: MirrorState | None
    polls: list[MirrorRun]
    poll_waits_until: datetime | None
    held: bool
    foreign: bool
    lines_failed: bool
    lines_unread: bool

    @property
    def complete_up_to(self) -> datetime | None:
        """Up to when polls have read everything that changed at Glu; None before the first one."""
        return max((poll.up_to for poll in self.polls), default=None)


def standing(organisation: Organisation) -> Standing:
    """How the copy stands as the database has it now."""
    missing, due = organisation.missing_orders, organisation.orders.filter(lines_due_at__isnull=False)
    polls = organisation.mirror_runs.filter(kind=MirrorRun.Pass.CHANGES).order_by("-started_at")
    unread = due.filter(lines_copied_at=None, lines_error="")
    row = (
        Organisation.objects.filter(pk=organisation.pk)
        .select_related("mirror_state", *LIMITS)
        .annotate(
            held=Exists(missing.filter(held=True, foreign=False)),
            foreign=Exists(missing.filter(foreign=True)),
            lines_failed=Exists(due.filter(missing=None).exclude(lines_error="")),
            lines_unread=Exists(unread.filter(copied_at__lte=OuterRef("mirror_state__history_complete_at"))),
            poll_waits_until=Subquery(polls.values("wait_until")[:1]),
        )
        .get()
    )
    keep_limits(organisation, row)  # which nearly every page asks for next
    return Standing(
        *key_and_candidate(organisation),
        state=getattr(row, "mirror_state", None),
        polls=latest_polls(organisation),
        poll_waits_until=row.poll_waits_until,
        held=row.held,
        foreign=row.foreign,
        lines_failed=row.lines_failed,
        lines_unread=row.lines_unread,
    )


def standing_on_page(organisation: Organisation) -> Standing:
    """How the copy stands, read once for a page: the door gives each request an organisation of its own."""
    known = _known_on_page(organisation)
    if known is None:
        known = vars(organisation)["_standing"] = standing(organisation)
    return known


def state_on_page(organisation: Organisation) -> MirrorState | None:
    """The state of the mirror for a page; where nothing else is known of how the copy stands, it is read alone."""
    known = _known_on_page(organisation)
    return known.state if known else state_of(organisation)


def polled_up_to_on_page(organisation: Organisation) -> datetime | None:
    """Up to when polls have read everything, for a page; read alone where nothing else is known of the copy."""
    known = _known_on_page(organisation)
    return known.complete_up_to if known else polled_up_to(organisation)


def _known_on_page(organisation: Organisation) -> Standing | None:
    known: Standing | None = vars(organisation).get("_standing")
    return known
