"""Statuses, times and money as people read them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now

from orders.freshness import soon as soon_words
from orders.money import currency as currency_text
from orders.money import money as money_text

register = template.Library()


@dataclass(frozen=True)
class Badge:
    """How a status looks: icon, tone, and whether it is tinted."""

    icon: str
    tone: str
    loud: bool = False


DISPATCH = {
    "Outstanding": Badge("ring", "amber"),
    "Packed": Badge("half", "blue"),
    "Dispatched": Badge("done", "green"),
    "Scheduled": Badge("clock", "violet"),
    "Cancelled": Badge("cancelled", "grey"),
    "Failed": Badge("danger", "red", loud=True),
}
PAYMENT = {
    "Pending": Badge("hourglass", "amber"),
    "Paid": Badge("check", "green"),
    "Failed": Badge("danger", "red", loud=True),
    "Refunded": Badge("undo", "grey"),
    "Partially Refunded": Badge("undo", "grey"),
}
UNKNOWN = Badge("", "grey")


def badge(kind: str, value: str | None) -> tuple[Badge, str]:
    """The badge of a status of a kind ("dispatch" or "payment"), and its words; unseen values get a neutral one."""
    return (DISPATCH if kind == "dispatch" else PAYMENT).get(value or "", UNKNOWN), value or "None given"


def when_text(moment: datetime, zone: ZoneInfo, today: datetime | None = None) -> str:
    """A time as a list shows it: Today 14:20, Yesterday 18:02, Tue 17 Nov 09:00, 21 Oct 10:12, 3 Mar 2025 08:00."""
    local, here = moment.astimezone(zone), (today or now()).astimezone(zone)
    days = (here.date() - local.date()).days
    clock = f"{local:%H:%M}"
    if days in (0, 1, -1):
        return f"{('Today', 'Yesterday', 'Tomorrow')[days]} {clock}"
    if 0 < days < 7:
        return f"{local:%a} {local.day} {local:%b} {clock}"
    year = "" if local.year == here.year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {clock}"


def full_text(moment: datetime, zone: ZoneInfo) -> str:
    """A time in full with its zone: "Friday 20 November 2026, 14:31:00 Europe/London"."""
    local = moment.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S} {zone.key}"


@register.simple_tag
def when(moment: datetime | None, zone: ZoneInfo, absent: str = "Not yet") -> SafeString:
    """A time element in the organisation's zone, with the exact time in its title."""
    if moment is None:
        return format_html('<span class="mut">{}</span>', absent)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), full_text(moment, zone), when_text(moment, zone)
    )


@register.simple_tag
def soon(moment: datetime | None, zone: ZoneInfo) -> SafeString:
    """A time element for a time to come: "in 3 s", or "now" when it has come; nothing for null."""
    if moment is None:
        return format_html("")
    title = full_text(moment, zone)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), title, soon_words(moment))


@register.inclusion_tag("orders/_status.html")
def status(kind: str, value: str | None) -> dict[str, object]:
    """A status badge of a kind ("dispatch" or "payment")."""
    look, words = badge(kind, value)
    return {"badge": look, "words": words}


@register.filter
def money(amount: int | None, code: str | None) -> str:
    """Minor units with their currency's sign."""
    return money_text(amount, code)


@register.filter
def currency(code: str | None) -> str:
    """A currency's code as codes are shown; nothing for null."""
    return currency_text(code)


@register.filter
def negated(amount: int | None) -> int | None:
    """What is taken off, as the amount it changes the sum by; nothing for 0."""
    return -amount if amount else amount


@register.filter
def span(length: timedelta | None) -> str:
    """A length of time in round words: "about 22 minutes"."""
    if length is None:
        return ""
    minutes = length.total_seconds() / 60
    if minutes < 1.5:
        return "less than two minutes"
    return f"about {minutes:.0f} minutes" if minutes < 90 else f"about {minutes / 60:.0f} hours"
