"""Changes that were observed at Glu: from what to what, and between when and when."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.glu.stamps import Stamp
from glu_admin.tenancy.times import full_text, when_text
from orders.display.money import money
from orders.display.statuses import DISPATCH, PAYMENT, UNKNOWN
from orders.display.text import brief, isolated, listed_words, reference
from orders.display.words import field_words
from orders.documented import LINE_FIELDS, LINE_REFERENCES, ORDER_FIELDS, ORDER_REFERENCES
from orders.models import Order, OrderChange
from orders.views.timeline.entries import Entry

_LONGEST = 120  # characters of a first value
_MONEY = {entry.glu for entry in (*ORDER_FIELDS, *LINE_FIELDS) if entry.kind == "integer"}
_TIMES = {entry.glu for entry in ORDER_FIELDS if entry.kind == "time"}
_STATUSES = {"dispatchStatus": DISPATCH, "paymentStatus": PAYMENT}
_OF_LINES = {
    OrderChange.ADDED: ("plus", gettext_noop("%(line)s was added"), gettext_noop("A line was added")),
    OrderChange.REMOVED: ("x", gettext_noop("%(line)s was taken away"), gettext_noop("A line was taken away")),
}
_OF_ORDERS = {
    OrderChange.GONE: ("archive", gettext_noop("Glu no longer returned this order")),
    OrderChange.BACK: ("undo", gettext_noop("Glu returned this order again")),
}
_SETTLED = (
    ("paid", "payments", gettext_noop("Paid"), gettext_noop("Paid: %(amount)s seen first")),
    (
        "back",
        "undo",
        gettext_noop("Refunded or charged back"),
        gettext_noop("Refunded or charged back: %(amount)s seen first"),
    ),
)
_ICONS = (("deliveryAddress", "pin"), ("billingAddress", "pin"), ("delivery", "dispatch"), ("scheduled", "calendar"),
          ("customer", "person"), ("recipient", "gift"), ("phone", "person"), ("personalMessage", "message"),
          ("refunded", "undo"), ("payment", "payments"), ("transaction", "payments"))  # fmt: skip


def change_entries(changes: list[OrderChange], order: Order, zone: ZoneInfo) -> list[Entry]:
    """The entries for some recorded changes of an order, in the order given; times are in `zone`."""
    return [_change(change, order, zone) for change in changes]


def news_entries(changes: list[OrderChange], order: Order, zone: ZoneInfo) -> list[Entry]:
    """As `change_entries`, and what moved in what the order's transactions come to: a timeline has these themselves."""
    entries: list[Entry] = []
    for change in changes:
        entries += (
            _settled(change, order, zone) if change.field == OrderChange.SETTLED else [_change(change, order, zone)]
        )
    return entries


def _settled(change: OrderChange, order: Order, zone: ZoneInfo) -> list[Entry]:
    """What was paid and what went back, each where it moved."""
    old, new = ((text or "0 0").split() for text in (change.old, change.new))
    entries = []
    for (name, icon, words, first), before, after in zip(_SETTLED, old, new, strict=True):
        if before == after:
            continue
        amount = money(int(after), order.currency_code)
        entries.append(
            Entry(
                name=f"change-{change.pk}-{name}",
                at=change.seen_new_at,
                icon=icon,
                what=_(words) if change.old else _(first) % {"amount": amount},
                when=_interval(change, zone),
                title=full_text(change.seen_new_at, zone),
                old=money(int(before), order.currency_code) if change.old else None,
                new=amount if change.new else None,
                compares=bool(change.old),
            )
        )
    return entries


def _change(change: OrderChange, order: Order, zone: ZoneInfo) -> Entry:
    old, new = (_words(change.field, value, order, zone) for value in (change.old, change.new))
    icon, what, tone = _seen_as(change)
    small = ""
    if change.glu_updated_at and (
        change.seen_old_at is None or change.seen_old_at <= change.glu_updated_at <= change.seen_new_at
    ):
        small = _("Glu’s stamp %(time)s") % {"time": f"{change.glu_updated_at.astimezone(zone):%H:%M:%S}"}
    own = change.field in OrderChange.OWN_FIELDS
    if not own and old is None and new is not None:
        what, own = _first(change, what, new), True
    return Entry(
        name=f"change-{change.pk}",
        at=change.seen_new_at,
        icon=icon,
        what=what,
        when=_interval(change, zone),
        title=full_text(change.seen_new_at, zone),
        tone=tone,
        old=None if own else old,
        new=None if own else new,
        compares=not own,
        small=small,
        line_glu_id=change.line_glu_id,
    )


def _first(change: OrderChange, what: str, value: str) -> str:
    """What is said of a field's first value; of a reference of Glu's that there is one, with its id."""
    words = _("%(field)s: %(value)s seen first")
    if change.field in (ORDER_REFERENCES if change.line_glu_id is None else LINE_REFERENCES):
        words, value = _("%(field)s %(value)s was added"), reference(_read(change.new or "")) or value
    return words % {"field": what, "value": isolated(brief(value, _LONGEST))}


def _seen_as(change: OrderChange) -> tuple[str, str, str]:
    """Icon, words and tone of a change."""
    if change.field in _OF_LINES:
        icon, named, nameless = _OF_LINES[change.field]
        return icon, _(named) % {"line": change.line_name} if change.line_name else _(nameless), ""
    if change.field in _OF_ORDERS:
        icon, words = _OF_ORDERS[change.field]
        return icon, _(words), ""
    if change.field in _STATUSES and change.line_glu_id is None:
        badge = _STATUSES[change.field].get(change.new or "", UNKNOWN)
        return badge.icon or "ring", field_words(change.field), badge.tone
    icon = next((icon for start, icon in _ICONS if change.field.startswith(start)), "tag")
    if change.field in _MONEY:
        icon = "payments"
    words = field_words(change.field)
    if change.line_glu_id is None:
        return icon, words, ""
    told = _("%(line)s: %(field)s") % {"line": change.line_name or _("Line"), "field": words.lower()}
    return icon, told, ""


def _words(field: str, value: str | None, order: Order, zone: ZoneInfo) -> str | None:
    """A recorded value as people read it."""
    if value is None or value == "":
        return None
    if field in _MONEY and value.lstrip("-").isdigit():
        return money(int(value), order.currency_code)
    if field in _TIMES and (stamp := Stamp.parse(value)):
        return when_text(stamp.instant, zone)
    if field == "refunded":
        return {"true": _("Yes"), "false": _("No")}.get(value, value)
    return _flat(value) if value[:1] in "[{" else value


def _flat(recorded: str) -> str:
    """Recorded JSON in words, else as it is: long ones were cut."""
    return listed_words(_read(recorded)) or recorded


def _read(recorded: str) -> Any:
    """The value that was recorded as JSON, else the text itself."""
    try:
        return json.loads(recorded) if recorded[:1] in "[{" else recorded
    except ValueError:
        return recorded


def _interval(change: OrderChange, zone: ZoneInfo) -> str:
    """Between when and when it happened, as far as can be known."""
    new = change.seen_new_at.astimezone(zone)
    if change.seen_old_at is None:
        return _("before %(time)s") % {"time": f"{new:%H:%M}"}
    old = change.seen_old_at.astimezone(zone)
    if old.date() != new.date():
        since = when_text(change.seen_old_at, zone, inside=True)
    elif f"{old:%H:%M}" == f"{new:%H:%M}":
        return f"{new:%H:%M}"
    else:
        since = f"{old:%H:%M}"
    return _("between %(since)s and %(until)s") % {"since": since, "until": f"{new:%H:%M}"}
