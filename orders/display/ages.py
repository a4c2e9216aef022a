"""How long an order has waited, whether that is too long, and why: what the filters of search ask for, of one order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from glu_admin.tenancy.models import Organisation
from orders.display import fields
from orders.display.locales import grouped
from orders.display.text import brief, isolated
from orders.display.typical import TypicalByKind, longer_than_usual
from orders.display.working_days import WorkingCalendar, calendar_of
from orders.models import DeskSettings, Order, desk_settings_of
from orders.models.typical import typical_times_of
from orders.models.waiting import OPEN_DISPATCH, PAID, SCHEDULED, UNPAID, is_at_latest, is_offline

Unit = Literal["wd", "d", "h", "min"]
"""Working days, days of 24 hours, hours, minutes; each is counted once it is full."""

Began = Literal["placed", "paid", "status"]
"""By what waiting began: the order placed, or paid, or that it came to have the status by which it waits."""

_LENGTHS = {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}
_LONGEST = 60  # characters of a status or a delivery method

_ON_ITS_DAY = gettext_noop("%(status)s for %(span)s; it is scheduled for %(day)s.")
_LATER = gettext_noop("%(status)s for %(span)s; it is to be sent later.")
_USUAL_LIMIT = gettext_noop("%(status)s for %(span)s; the limit is %(limit)s.")
_LIMIT_OF_METHOD = gettext_noop("%(status)s for %(span)s; the limit for %(method)s is %(limit)s.")
_LIMIT_OFFLINE = gettext_noop("Payment %(status)s for %(span)s; the limit for offline payments is %(limit)s.")
_LIMIT_OF_GATEWAY = gettext_noop("Payment %(status)s for %(span)s; the limit at a gateway is %(limit)s.")

_BEGAN: dict[Began, str] = {
    "placed": gettext_noop("%(span)s since it was placed, %(at)s"),
    "paid": gettext_noop("%(span)s since it was paid, %(at)s"),
    "status": gettext_noop("%(span)s since Glu says %(status)s, %(at)s"),
}


class Span(NamedTuple):
    """So many full units: "3 working days"."""

    n: int
    unit: Unit

    def __str__(self) -> str:
        match self.unit:
            case "wd":
                words = ngettext("%(n)s working day", "%(n)s working days", self.n)
            case "d":
                words = ngettext("%(n)s day", "%(n)s days", self.n)
            case "h":
                words = ngettext("%(n)s hour", "%(n)s hours", self.n)
            case "min":
                words = ngettext("%(n)s minute", "%(n)s minutes", self.n)
        return words % {"n": grouped(self.n)}

    @property
    def short(self) -> str:
        """As a column has it: "3 d", or "3 wd" of working days."""
        return _short(self)


@lru_cache(maxsize=1024)  # a list has one in each of its rows
def _short(span: Span) -> str:
    words = {"wd": _("%(n)s wd"), "d": _("%(n)s d"), "h": _("%(n)s h"), "min": _("%(n)s min")}
    return words[span.unit] % {"n": grouped(span.n)}


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

    With `at_latest` it may have waited since before, and longer: it was so when it was first seen. `payment` is true
    where it waits for its payment, else it waits for its dispatch. `limit` is what it may wait, None while its
    scheduled day is to come; `is_at` and `is_past` say how it stands to that. `sentence` says all of it, once it is
    translated and has its `values`.
    """

    span: Span
    since: datetime
    at_latest: bool
    payment: bool
    limit: Span | None
    is_at: bool
    is_past: bool
    sentence: str
    values: Mapping[str, object]
    began: Began

    @property
    def words(self) -> str:
        """The sentence for whoever reads it."""
        return _(self.sentence) % self.values

    def began_words(self, at: str) -> str:
        """How long it has waited, by what that began, and when, for which there are words."""
        at = _("%(at)s at the latest") % {"at": at} if self.at_latest else at
        return _(_BEGAN[self.began]) % {**self.values, "at": at}


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
        return capfirst(self._said[0]) if self._said else ""

    @property
    def brief(self) -> str:
        """Why in a few words: "Late", "Waiting longer than usual", "Past its scheduled day", several of them, or ""."""
        return capfirst(", ".join(self._said))

    @property
    def _said(self) -> list[str]:
        return [
            *([_("late")] if self.age and self.age.is_past else []),
            *([_("waiting longer than usual")] if self.stuck else []),
            *([_("past its scheduled day")] if self.schedule else []),
        ]

    def is_late(self, kind: str) -> bool:
        """Whether a status of a kind ("dispatch" or "payment") is what the order is late by."""
        past = self.age is not None and self.age.is_past and self.age.payment == (kind == "payment")
        return past or (kind == "dispatch" and bool(self.schedule))


def attention_of(order: Order, clock: Clock, *, sent: bool) -> Attention:
    """How an order stands to its limits, to others of its kind and to its scheduled day.

    One that is `sent`, as marked here, waits for its payment alone.
    """
    age = age_of(order, clock)
    if sent and age and not age.payment:
        return Attention(None, "", "")
    stuck = longer_than_usual(order, clock.typical, clock.moment)
    return Attention(age, stuck, "" if sent else schedule_words(order, clock))


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
    limit, sentence, values = _payment_limit(order, clock.settings) if payment else _dispatch_limit(order, clock)
    n = clock.full(since, limit.unit) if limit else 0
    span = clock.age(since, working=not payment)
    at_latest = is_at_latest(since, order.created_at, order.first_copied_at)
    said = _("at least %(span)s") % {"span": span} if at_latest else span
    values |= {"status": _status(order, since, payment=payment), "span": said}
    if limit is not None:
        values["limit"] = limit.n if limit.unit == span.unit else limit
    is_past = limit is not None and n > limit.n
    is_at = limit is not None and n == limit.n
    began = _began(order, since, payment=payment)
    return Age(span, since, at_latest, payment, limit, is_at, is_past, sentence, values, began)


def _status(order: Order, since: datetime, *, payment: bool) -> str:
    """The status by which an order waits; both where it waits for its dispatch only since its payment is as it is."""
    dispatch, paid = (
        isolated(brief(fields.text(order, f"{kind}_status"), _LONGEST)) for kind in ("dispatch", "payment")
    )
    if payment or not paid or since != order.payment_since or since == order.dispatch_since:
        return paid if payment else dispatch
    return _("%(payment)s and %(dispatch)s") % {"payment": paid, "dispatch": dispatch}


def _began(order: Order, since: datetime, *, payment: bool) -> Began:
    if since == order.created_at:
        return "placed"
    return "paid" if not payment and order.payment_status == PAID and since == order.payment_since else "status"


def schedule_words(order: Order, clock: Clock) -> str:
    """What is to be said of an order whose scheduled day is past though it is not dispatched; "" for others."""
    scheduled = order.scheduled_delivery_at
    if order.waiting_since is None or scheduled is None or order.dispatch_status not in OPEN_DISPATCH:
        return ""
    if scheduled >= clock.today:
        return ""
    words = _("It was scheduled for %(day)s, and Glu still says %(status)s.")
    return words % {"day": _day(scheduled, clock), "status": order.dispatch_status}


def _payment_limit(order: Order, settings: DeskSettings) -> tuple[Span, str, dict[str, object]]:
    """For how long an order may be unpaid, with the sentence that says so and values of it."""
    if is_offline(order.payment_method, order.offline_payment_method):
        return Span(settings.offline_days, "d"), _LIMIT_OFFLINE, {}
    return Span(settings.gateway_minutes, "min"), _LIMIT_OF_GATEWAY, {}


def _dispatch_limit(order: Order, clock: Clock) -> tuple[Span | None, str, dict[str, object]]:
    """As `_payment_limit` for its dispatch; without a limit while it is to be sent later."""
    scheduled = order.scheduled_delivery_at
    if scheduled is not None and scheduled >= clock.today:
        return None, _ON_ITS_DAY, {"day": _day(scheduled, clock)}
    if scheduled is None and order.dispatch_status == SCHEDULED:
        return None, _LATER, {}
    limit = Span(clock.settings.dispatch_limit(order.delivery_method_name), "wd")
    method = fields.text(order, "delivery_method_name")
    if not method:
        return limit, _USUAL_LIMIT, {}
    return limit, _LIMIT_OF_METHOD, {"method": isolated(brief(method, _LONGEST))}


def _day(moment: datetime, clock: Clock) -> str:
    return date_format(clock.calendar.day(moment), "j M Y")
