"""Which days of an organisation's history are proven to be here whole, derived from the windows that were read."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import models
from django.db.models import DateField
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from orders.proof.intervals import BEGINNING, Union, day_edges
from orders.proof.proven import unions


class DayState(models.TextChoices):
    """How far a day is proven to be here."""

    PROVEN = "proven", _("Proven")
    PARTLY = "partly", _("Partly")
    NEVER = "never", _("Not yet")


_WEEKS = 52
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)  # no order is older, whatever its time says


@dataclass(frozen=True)
class Day:
    """One day in the organisation's zone, and how far it is proven."""

    day: date
    state: DayState


@dataclass(frozen=True)
class Month:
    """The days of one month by state, for the table; those that are not proven also by their numbers: "2, 12–15"."""

    first: date
    proven: int
    partly: int
    never: int
    partly_days: str
    never_days: str


@dataclass(frozen=True)
class Coverage:
    """The last 52 weeks, oldest day first, and how far back nothing at all is missing or in doubt.

    `oldest_proven` is from when on every day up to yesterday is proven, also beyond those weeks; null when yesterday is
    not. `is_whole` when Glu itself said that there is nothing before it.
    """

    days: list[Day]
    oldest_proven: date | None = None
    is_whole: bool = False

    @property
    def words(self) -> str:
        """How far back everything is proven, as a sentence."""
        if self.oldest_proven is None:
            return gettext(
                "Yesterday is not proven yet: it is read once more by itself, and compared with what is here."
            )
        day = {"day": date_format(self.oldest_proven, "j F Y")}
        if self.is_whole:
            return gettext("Everything back to the first order, %(day)s, was compared with Glu and is here.") % day
        return gettext("Every day since %(day)s was compared with Glu and is here, yesterday included.") % day

    def count(self, state: DayState) -> int:
        """How many of the days are in this state."""
        return sum(day.state == state for day in self.days)

    @property
    def counts(self) -> dict[str, int]:
        """How many of the days are in each state."""
        return {state.value: self.count(state) for state in DayState}

    @property
    def months(self) -> list[Month]:
        """The days by month, newest month first."""
        found: dict[date, dict[DayState, list[int]]] = {}
        for strip_day in self.days:
            of_month = found.setdefault(strip_day.day.replace(day=1), {state: [] for state in DayState})
            of_month[strip_day.state].append(strip_day.day.day)
        return [
            Month(
                first,
                len(by[DayState.PROVEN]),
                len(by[DayState.PARTLY]),
                len(by[DayState.NEVER]),
                _in_short(by[DayState.PARTLY]),
                _in_short(by[DayState.NEVER]),
            )
            for first, by in sorted(found.items(), reverse=True)
        ]


def coverage(organisation: Organisation) -> Coverage:
    """The coverage of an organisation's last 52 weeks.

    A day is proven when it lies inside windows read to their end without a flag, and none of its lines are due.

    It is partly proven when it was read but flagged, has lines due or orders under suspicion, or is not over yet.
    """
    clean, read = unions(organisation)
    today = now().astimezone(organisation.zone).date()
    first = today - timedelta(days=7 * _WEEKS - 1 - (6 - today.weekday()))
    doubtful = _doubtful_days(organisation)
    days = []
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        start, end = day_edges(organisation, day)
        state = DayState.PROVEN if clean.holds(start, min(end, now())) and day not in doubtful else DayState.NEVER
        if (state == DayState.NEVER and (read.touches(start, end) or clean.touches(start, end))) or (
            state == DayState.PROVEN and day == today
        ):
            state = DayState.PARTLY
        days.append(Day(day, state))
    return Coverage(days, *_unbroken(organisation, clean, doubtful, today - timedelta(days=1)))


def _unbroken(
    organisation: Organisation, clean: Union, doubtful: set[date], yesterday: date
) -> tuple[date | None, bool]:
    """From when on each day up to yesterday is proven, and whether Glu has nothing before it."""
    began = clean.began(*day_edges(organisation, yesterday))
    if began is None:
        return None, False
    known = organisation.orders.filter(created_at__gte=_EARLIEST, created_at__lte=now()).order_by("created_at")
    oldest = known.values_list("created_at", flat=True).first() or now()
    whole = began <= BEGINNING
    first = (oldest if whole else began).astimezone(organisation.zone).date()
    if whole and first > yesterday:  # there were no orders before today
        first, whole = yesterday, False
    elif not whole and day_edges(organisation, first)[0] < began:
        first += timedelta(days=1)
    if in_doubt := max((day for day in doubtful if first <= day <= yesterday), default=None):
        first, whole = in_doubt + timedelta(days=1), False
    return (first, whole) if first <= yesterday else (None, False)


def _in_short(days: list[int]) -> str:
    """Days of a month in short: "2, 12–15"."""
    out: list[list[int]] = []
    for day in days:
        if out and out[-1][-1] == day - 1:
            out[-1].append(day)
        else:
            out.append([day])
    return ", ".join(f"{stretch[0]}–{stretch[-1]}" if len(stretch) > 1 else f"{stretch[0]}" for stretch in out)


def _doubtful_days(organisation: Organisation) -> set[date]:
    """Days with lines due or orders under suspicion, in the organisation's zone."""
    day = TruncDate("created_at", tzinfo=organisation.zone, output_field=DateField())
    dated = organisation.orders.filter(created_at__gte=_EARLIEST, created_at__lte=now() + timedelta(days=1))
    due, missing = dated.filter(lines_due_at__isnull=False), dated.filter(missing__isnull=False)
    return {
        found
        for orders in (due, missing)
        for found in orders.order_by().annotate(day=day).values_list("day", flat=True).distinct()
    }
