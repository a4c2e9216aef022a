"""How an organisation's copy stands, as the frame of every page has to know it: read together, in few queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, MirrorState
from orders.models.desk_settings import LIMITS, keep_limits
from orders.models.mirror_run import latest_polls
from orders.models.mirror_state import state_of
from orders.proof.runs import kept_runs, read_runs

_KEYS = {"key_in_use": GluKey.Slot.CURRENT, "key_tried": GluKey.Slot.CANDIDATE}


@dataclass(frozen=True)
class Footing:
    """The key in use, the candidate that is to take its place, and the state of the mirror; each may be absent."""

    key: GluKey | None
    candidate: GluKey | None
    state: MirrorState | None


@dataclass(frozen=True)
class Standing(Footing):
    """The keys, the state of the mirror, its latest complete polls, and whether anything waits for somebody.

    `flagged` are the polls in doubt, where they were read too. `poll_waits_until` is that of the latest poll, complete
    or not. `held` and `foreign` tell of missing orders, `lines_failed` of lines that could not be read, `lines_unread`
    of those of the first copy that were not read yet.
    """

    polls: Sequence[MirrorRun]
    flagged: Sequence[MirrorRun] | None
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
        _rows(organisation)
        .select_related(*(f"{name}__set_by" for name in _KEYS))
        .annotate(
            held=Exists(missing.filter(held=True, foreign=False)),
            foreign=Exists(missing.filter(foreign=True)),
            lines_failed=Exists(due.filter(missing=None).exclude(lines_error="")),
            lines_unread=Exists(unread.filter(copied_at__lte=OuterRef("mirror_state__history_complete_at"))),
            poll_waits_until=Subquery(polls.values("wait_until")[:1]),
        )
        .get()
    )
    footing = _kept(organisation, row)
    copying = footing.state is None or footing.state.history_complete_at is None
    # While the history is copied nearly every page says what of it is here, by its flagged polls too.
    runs = kept_runs(organisation) or (read_runs(organisation) if copying else None)
    return Standing(
        footing.key,
        footing.candidate,
        footing.state,
        polls=runs.polls if runs else list(latest_polls(organisation)),
        flagged=runs.flagged if runs else None,
        poll_waits_until=row.poll_waits_until,
        held=row.held,
        foreign=row.foreign,
        lines_failed=row.lines_failed,
        lines_unread=row.lines_unread,
    )


def standing_on_page(organisation: Organisation) -> Standing:
    """How the copy stands, read once for a page: the door gives each request an organisation of its own."""
    known = kept_footing(organisation)
    if not isinstance(known, Standing):
        known = vars(organisation)["_standing"] = standing(organisation)
    return known


def footing_on_page(organisation: Organisation) -> Footing:
    """The keys and the state for a page that needs no more of how the copy stands, read in one question and kept."""
    known = kept_footing(organisation)
    if known is None:
        known = vars(organisation)["_standing"] = _kept(organisation, _rows(organisation).get())
    return known


def state_on_page(organisation: Organisation) -> MirrorState | None:
    """The state of the mirror for a page; where nothing else is known of how the copy stands, it is read alone."""
    known = kept_footing(organisation)
    return known.state if known else state_of(organisation)


def kept_footing(organisation: Organisation) -> Footing | None:
    """What was read for a page of how the copy stands; None where nothing was."""
    known: Footing | None = vars(organisation).get("_standing")
    return known


def _rows(organisation: Organisation) -> QuerySet[Any]:
    """The organisation with its state, keys and limits beside it, in one row."""
    beside = ("mirror_state", *LIMITS, *_KEYS)
    keys = {name: FilteredRelation("glu_keys", condition=Q(glu_keys__slot=slot)) for name, slot in _KEYS.items()}
    return Organisation.objects.filter(pk=organisation.pk).annotate(**keys).select_related(*beside)


def _kept(organisation: Organisation, row: Any) -> Footing:
    """What a row of `_rows` says. Its limits, which nearly every page asks for next, stay on the organisation."""
    keep_limits(organisation, row)
    key, candidate = (getattr(row, name, None) for name in _KEYS)
    for found in filter(None, (key, candidate)):
        found.organisation = organisation
    return Footing(key, candidate, getattr(row, "mirror_state", None))
