"""The runs that tell what is proven of some days: the latest polls, those in doubt, the last reading of the days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun
from orders.models.mirror_run import LATEST_POLLS, latest_polls
from orders.proof.intervals import BEGINNING

_NO_DOUBT = ("", MirrorRun.Flag.FROM_CACHE)


@dataclass(frozen=True)
class Runs:
    """The latest complete polls, newest first; the flagged ones of all, oldest first; the last reading of the days.

    What is flagged counts until everything has been read again later without a flag.
    """

    polls: Sequence[MirrorRun]
    flagged: Sequence[MirrorRun]
    asked: MirrorRun | None

    @property
    def polled_up_to(self) -> datetime | None:
        """Up to when polls have read everything that changed at Glu, by our clock; None before the first one."""
        return max((poll.up_to for poll in self.polls), default=None)


def flagged_polls(organisation: Organisation) -> QuerySet[MirrorRun]:
    """Complete polls that were flagged, oldest first, until everything has been read again later without a flag."""
    polls = organisation.mirror_runs.filter(kind=MirrorRun.Pass.CHANGES, state=MirrorRun.State.COMPLETE)
    # What a cache kept from a poll, the next ones bring: they begin where it reached.
    polls = polls.exclude(flags__in=_NO_DOUBT).filter(finished_at__gt=Coalesce(_settled(organisation), BEGINNING))
    return polls.order_by("started_at", "pk")


def runs_on_page(organisation: Organisation, reach: str = "") -> Runs:
    """The runs for a page, read in one question and kept: the door gives each request an organisation of its own.

    `reach` is that of the days that it asks for, as a run has it.
    """
    known = kept_runs(organisation)
    if known is None:
        known = vars(organisation)["_runs"] = read_runs(organisation, reach)
    return known


def kept_runs(organisation: Organisation) -> Runs | None:
    """The runs that were read for a page; None where none were."""
    known: Runs | None = vars(organisation).get("_runs")
    return known


def read_runs(organisation: Organisation, reach: str = "") -> Runs:
    """The runs as the database has them now; `reach` as for `runs_on_page`."""
    which = Q(pk__in=latest_polls(organisation).values("pk"))
    which |= Q(pk__in=flagged_polls(organisation).order_by().values("pk"))
    if reach:
        days = organisation.mirror_runs.filter(kind=MirrorRun.Pass.RANGE, reach=reach).order_by("-pk")
        which |= Q(pk__in=days.values("pk")[:1])
    found = (
        organisation.mirror_runs.filter(which).annotate(settled_at=_settled(organisation)).order_by("started_at", "pk")
    )
    runs = list(found)
    polls = [run for run in runs if run.kind == MirrorRun.Pass.CHANGES]
    flagged = [poll for poll in polls if poll.flags not in _NO_DOUBT and _counts(poll)]
    asked = next((run for run in runs if run.kind == MirrorRun.Pass.RANGE), None)
    return Runs(polls[::-1][:LATEST_POLLS], flagged, asked)


def _counts(poll: Any) -> bool:
    """Whether nothing has settled a doubt about a poll of `read_runs`."""
    return poll.settled_at is None or (poll.finished_at is not None and poll.finished_at > poll.settled_at)


def _settled(organisation: Organisation) -> Subquery:
    """When the last reading of everything that was not flagged began; null where there is none."""
    everything = organisation.mirror_runs.filter(MirrorRun.EVERYTHING, state=MirrorRun.State.COMPLETE, flags="")
    return Subquery(everything.order_by("-started_at").values("started_at")[:1])
