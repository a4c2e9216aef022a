"""The passes over Glu, and how each went last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from glu_admin.keys.lifecycle import current_key
from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.told import told
from orders.display.durations import interval
from orders.models import MirrorRun, MirrorState
from orders.proof.rest import Rest, rest
from orders.proof.runs import flagged_polls


class Reading(models.TextChoices):
    """What is read of Glu separately, in the order people see it: a name for monitors, and the words for people."""

    CHANGES = "Changes", _("New and changed")
    TRAILING = "Trailing", _("Late arrivals")
    HISTORY = "History", _("Whole history")
    RECENT = "Recent", _("Recent days again")
    EVERYTHING = "Everything", _("All days again")
    TRANSACTIONS = "Transactions", _("Payments and refunds")
    RANGE = "Range", _("Days asked for")


_WHOLE = Q(kind=MirrorRun.Pass.RECONCILE, reach=MirrorRun.Reach.WHOLE)
_RUNS = {
    Reading.CHANGES: Q(kind=MirrorRun.Pass.CHANGES),
    Reading.TRAILING: Q(kind=MirrorRun.Pass.TRAILING),
    Reading.HISTORY: Q(kind=MirrorRun.Pass.HISTORY),
    Reading.RECENT: Q(kind=MirrorRun.Pass.RECONCILE) & ~_WHOLE,
    Reading.EVERYTHING: _WHOLE,
    Reading.TRANSACTIONS: Q(kind=MirrorRun.Pass.TRANSACTIONS),
    Reading.RANGE: Q(kind=MirrorRun.Pass.RANGE),
}


@dataclass(frozen=True)
class PassStatus:
    """How the last attempt of a pass went, or goes: the tone it is shown in, and a word or two."""

    tone: str
    icon: str
    words: str
    loud: bool = False


@dataclass(frozen=True)
class PassReport:
    """One pass: its last run, its last complete one, and what earlier runs were flagged with that still counts.

    `when` says how often it is read. `rest` is why nothing at all is asked of Glu now; `failed_at` the first failure
    since the last success, where known; `earlier` the flags of runs before the last ones that nothing has settled.
    """

    reading: Reading
    when: str
    last: MirrorRun | None
    complete: MirrorRun | None
    due_at: datetime | None = None
    earlier: str = ""
    rest: Rest | None = None
    failed_at: datetime | None = None

    @property
    def name(self) -> str:
        """The name by which commands and monitors know the pass."""
        return self.reading.value

    @property
    def title(self) -> str:
        """The name of the pass for people."""
        return str(self.reading.label)

    @property
    def is_thorough(self) -> bool:
        """Whether the pass reads everything there is, so that no other pass settles a doubt that it leaves."""
        return self.reading in (Reading.HISTORY, Reading.EVERYTHING)

    @property
    def status(self) -> PassStatus:
        """How the last attempt went. It never says running of one that waits, nor complete of one that failed since."""
        if self.last is None:
            return PassStatus("grey", "", gettext("Never asked for")) if self.never_asked else _waiting()
        if self.failing:
            words = gettext("Failing") if self.next_try else gettext("Failed")
            return PassStatus("red", "danger", words, loud=True)
        if self.last.state == MirrorRun.State.RUNNING:
            if self.rest:
                return PassStatus("amber", "hourglass", gettext("On hold"))
            begun = self.last.requests or self.last.kind != MirrorRun.Pass.RANGE
            return PassStatus("blue", "half", gettext("Running")) if begun else _waiting()
        if self.flags:
            return PassStatus("amber", "flag", gettext("Flagged"), loud=True)
        if self.late:
            return PassStatus("amber", "clock", gettext("Late"), loud=True)
        return PassStatus("green", "check", gettext("Complete"))

    @property
    def never_asked(self) -> bool:
        """Whether the pass only runs when somebody asks for it, and nobody has."""
        return self.last is None and self.reading == Reading.RANGE

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
        if not rows:
            return ""
        return ngettext(
            "%(n)d order came that an earlier poll should have brought",
            "%(n)d orders came that an earlier poll should have brought",
            rows,
        ) % {"n": rows}

    @property
    def said(self) -> list[str]:
        """In sentences, all there is to say of it besides its numbers: why it failed or waits, its flags, late rows."""
        failed = told(self.last.error) if self.last else ""
        held = self.rest.words if self.rest and self.last and self.last.state == MirrorRun.State.RUNNING else ""
        return [f"{words.rstrip('.')}." for words in (failed, held, self.flags, self.late) if words]


def _waiting() -> PassStatus:
    return PassStatus("grey", "ring", gettext("Waiting"))


def passes(organisation: Organisation, state: MirrorState | None) -> list[PassReport]:
    """Every pass of an organisation, in the order the page has them."""
    resting = rest(state, current_key(organisation))
    doubted = " ".join(flagged_polls(organisation).values_list("flags", flat=True))
    when, due_at = _when(state), _due_at(state)
    found = []
    for reading in Reading:
        runs = organisation.mirror_runs.filter(_RUNS[reading]).order_by("-started_at", "-pk")
        last, first = runs.first(), None
        complete = last if last and last.state == MirrorRun.State.COMPLETE else None
        if last and not complete:
            complete = runs.filter(state=MirrorRun.State.COMPLETE).first()
            failed = runs.filter(state=MirrorRun.State.FAILED, pk__gt=complete.pk if complete else 0)
            first = failed.order_by("pk").values_list("finished_at", flat=True).first()
        earlier = doubted if reading == Reading.CHANGES else ""
        found.append(PassReport(reading, when[reading], last, complete, due_at.get(reading), earlier, resting, first))
    return found


def _when(state: MirrorState | None) -> dict[Reading, str]:
    """How often each is read, in words."""
    poll = (state and state.poll_seconds) or settings.MIRROR_POLL_MIN_SECONDS
    again = _every(settings.MIRROR_TRAILING_EVERY_SECONDS)
    recent = {
        "days": interval(settings.MIRROR_RECENT_REACH_SECONDS),
        "interval": interval(settings.MIRROR_RECENT_EVERY_SECONDS),
    }
    return {
        Reading.CHANGES: _every(poll),
        Reading.TRAILING: again,
        Reading.HISTORY: gettext("once"),
        Reading.RECENT: gettext("last %(days)s, every %(interval)s") % recent,
        Reading.EVERYTHING: _every(settings.MIRROR_WHOLE_EVERY_SECONDS),
        Reading.TRANSACTIONS: again,
        Reading.RANGE: gettext("by hand"),
    }


def _every(seconds: float) -> str:
    return gettext("every %(interval)s") % {"interval": interval(seconds)}


def _due_at(state: MirrorState | None) -> dict[Reading, datetime | None]:
    """When each is due, of those that come by themselves."""
    if state is None:
        return {}
    return {
        Reading.CHANGES: state.next_due_at,
        Reading.TRAILING: state.trailing_due_at,
        Reading.RECENT: state.recent_due_at,
        Reading.EVERYTHING: state.whole_due_at,
        Reading.TRANSACTIONS: state.transactions_due_at,
    }


def flag_words(flags: Iterable[str]) -> list[str]:
    """What flags of runs mean, a text for each; a flag that only an older version knew stands as it was written."""
    return [str(MirrorRun.Flag(flag).label) if flag in MirrorRun.Flag.values else flag for flag in flags]
