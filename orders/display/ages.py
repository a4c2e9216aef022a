"""How long an order has waited, whether that is too long, and why: what the filters of search ask for, of one order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from django.utils.formats import date_format
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation
from orders.display import fields
from orders.display.text import brief, isolated
from orders.display.typical import TypicalByKind, longer_than_usual
from orders.display.working_days import WorkingCalendar, calendar_of
from orders.models import DeskSettings, Order, desk_settings_of
from orders.models.typical import typical_times_of
from orders.models.waiting import OPEN_DISPATCH, SCHEDULED, UNPAID, is_offline

Unit = Literal["wd", "d", "h", "min"]
"""Working days, days of 24 hours, hours, minutes; each is counted once it is full."""

UNIT_WORDS = {
    "wd": ("working day", "working days"),
    "d": ("day", "days"),
    "h": ("hour", "hours"),
    "min": ("minute", "minutes"),
}
_LENGTHS = {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}
_SHORT = {"wd": "d", "d": "d", "h": "h", "min": "min"}
_LONGEST = 60  # characters of a status or a delivery method


class Span(NamedTuple):
    """So many full units: "3 working days"."""

    n: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.n:,} {UNIT_WORDS[self.unit][self.n != 1]}"

    @property
    def short(self) -> str:
        """As a column has it: "3 d"."""
        return f"{self.n:,} {_SHORT[self.unit]}"


@dataclass(frozen=True)
class Clock:
    """An organisation's settings, working days and typical times at one moment (aware), by which ages are told."""

    settings: DeskSettings
    calendar: WorkingCalendar
    moment: datetime
    typical: TypicalByKind

    @property
    def today(self) -> datetime:
        """The instant at which the organisation's day began."""
        return self.calendar.start(self.calendar.day(self.moment))

    def began_before(self, span: Span) -> datetime:
        """The instant (aware): what began before it is that old now, and nothing else is."""
        if span.unit == "wd":
            return self.calendar.began_before(span.n, self.moment)
        return self.moment - span.n * _LENGTHS[span.unit] + datetime.resolution

    def past(self, limit: Span) -> datetime:
        """The instant (aware): what began before it is past a limit now, by one unit at least."""
        return self.began_before(limit._replace(n=limit.n + 1))

    def full(self, since: datetime, unit: Unit) -> int:
        """How many units are full since an instant (aware)."""
        if unit == "wd":
            return self.calendar.waited(since, self.moment)
        return max((self.moment - since) // _LENGTHS[unit], 0)

    def age(self, since: datetime, *, working: bool) -> Span:
        """How old something is in the largest unit of which one is full; of `working` time days are working days."""
        if working and (days := self.full(since, "wd")):
            return Span(days, "wd")
        if (days := self.full(since, "d")) and not working:
            return Span(days, "d")
        if not days:
            hours = self.full(since, "h")
            return Span(hours, "h") if hours else Span(self.full(since, "min"), "min")
        return Span(0, "wd")  # since the last working day


@dataclass(frozen=True)
class Age:
    """How long an order has waited, since when (aware), and by what it is late.

    `payment` is true where it waits for its payment, else it waits for its dispatch. `limit` is what it may wait, None
    while its scheduled day is to come; `is_at` and `is_past` say how it stands to that.
    """

    span: Span
    since: datetime
    payment: bool
    limit: Span | None
    is_at: bool
    is_past: bool
    words: str


@dataclass(frozen=True)
class Attention:
    """How long an order has waited, None where nothing is open; and what is to be said of that beside others of its
    kind, and of its scheduled day, or "".
    """

    age: Age | None
    stuck: str
    schedule: str

    @property
    def words(self) -> list[str]:
        """Why the order needs somebody, in sentences; none where it does not."""
        return [
            *([self.age.words] if self.age and (self.age.is_past or self.stuck) else []),
            *([self.stuck] if self.stuck else []),
            *([self.schedule] if self.schedule else []),
        ]

    @property
    def title(self) -> str:
        """The gravest of them, as a heading, or ""."""
        return self.brief.partition(", ")[0]

    @property
    def brief(self) -> str:
        """Why in a few words: "Late", "Waiting longer than usual", "Past its scheduled day", several of them, or ""."""
        said = [
            *(["late"] if self.age and self.age.is_past else []),
            *(["waiting longer than usual"] if self.stuck else []),
            *(["past its scheduled day"] if self.schedule else []),
        ]
        return ", ".join(said).capitalize()

    def is_late(self, kind: str) -> bool:
        """Whether a status of a kind ("dispatch" or "payment") is what the order is late by."""
        past = self.age is not None and self.age.is_past and self.age.payment == (kind == "payment")
        return past or (kind == "dispatch" and bool(self.schedule))


def attention_of(order: Order, clock: Clock) -> Attention:
    """How an order stands to its limits, to others of its kind and to its scheduled day."""
    stuck = longer_than_usual(order, clock.typical, clock.moment)
    return Attention(age_of(order, clock), stuck, schedule_words(order, clock))


def clock_of(organisation: Organisation, moment: datetime | None = None) -> Clock:
    """The clock of an organisation, by default of now."""
    settings = desk_settings_of(organisation)
    return Clock(settings, calendar_of(organisation), moment or now(), typical_times_of(organisation))


def age_of(order: Order, clock: Clock) -> Age | None:
    """How long an order has waited; None where nothing is open."""
    since = order.waiting_since
    if since is None:
        return None
    payment = order.payment_status in UNPAID
    limit, of = payment_limit(order, clock.settings) if payment else _dispatch_limit(order, clock)
    n = clock.full(since, limit.unit) if limit else 0
    span = clock.age(since, working=not payment)
    status = isolated(brief(fields.text(order, "payment_status" if payment else "dispatch_status"), _LONGEST))
    words = f"{'Payment ' if payment else ''}{status} for {span}"
    if limit is None:
        words += f"; it is {of}"
    else:
        words += f"; the limit{of} is {limit.n if limit.unit == span.unit else limit}"
    is_past = limit is not None and n > limit.n
    return Age(span, since, payment, limit, limit is not None and n == limit.n, is_past, f"{words}.")


def schedule_words(order: Order, clock: Clock) -> str:
    """What is to be said of an order whose scheduled day is past though it is not dispatched; "" for others."""
    scheduled = order.scheduled_delivery_at
    if order.waiting_since is None or scheduled is None or order.dispatch_status not in OPEN_DISPATCH:
        return ""
    if scheduled >= clock.today:
        return ""
    return f"It was scheduled for {_day(scheduled, clock)}, and Glu still says {order.dispatch_status}."


def payment_limit(order: Order, settings: DeskSettings) -> tuple[Span, str]:
    """For how long an order may be unpaid, and of which payments that is the limit."""
    if is_offline(order.payment_method, order.offline_payment_method):
        return Span(settings.offline_days, "d"), " for offline payments"
    return Span(settings.gateway_minutes, "min"), " at a gateway"


def _dispatch_limit(order: Order, clock: Clock) -> tuple[Span | None, str]:
    scheduled = order.scheduled_delivery_at
    if scheduled is not None and scheduled >= clock.today:
        return None, f"scheduled for {_day(scheduled, clock)}"
    if scheduled is None and order.dispatch_status == SCHEDULED:
        return None, "to be sent later"
    method = fields.text(order, "delivery_method_name")
    of = f" for {isolated(brief(method, _LONGEST))}" if method else ""
    return Span(clock.settings.dispatch_limit(order.delivery_method_name), "wd"), of


def _day(moment: datetime, clock: Clock) -> str:
    return date_format(clock.calendar.day(moment), "j M Y")
