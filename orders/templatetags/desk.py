"""Statuses, times and money as people read them."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _

from glu_admin.tenancy.models import Membership, Organisation
from glu_admin.tenancy.templatetags.icons import icon
from glu_admin.tenancy.templatetags.times import when
from glu_admin.tenancy.times import When, full_text
from glu_admin.tenancy.times import when as when_of
from orders.desk.digests import HOURS, USUAL_HOUR
from orders.desk.home import FIRST, answers
from orders.desk.notes import Part
from orders.display import durations, fields
from orders.display.ages import Age, Attention
from orders.display.contact import mail_link, phone_link
from orders.display.durations import about
from orders.display.html import NOTHING, bdi, time_element
from orders.display.money import minor_unit, money
from orders.display.statuses import MONEY_BACK, SENT_HERE, Badge, at_glu, badge, money_back, sent_words, step
from orders.display.text import isolated, writable
from orders.models import Order, OrderLine, OrderMark

register = template.Library()


register.filter("about", about)
register.filter("bdi", bdi)
register.filter("time_element", time_element)
register.simple_tag(when)


@register.simple_tag
def when_said(order: Order, column: str, zone: ZoneInfo, absent: str = "", *, inside: bool = False) -> SafeString:
    """The time in a column of an order, as a time element in the zone; whatever else Glu sent in its place as text.

    `inside` a sentence it says today. Where nothing came it says `absent`, by default "Not said".
    """
    found = fields.value(order, column)
    if found is None:
        return when(None, zone, absent or _("Not said"))
    return time_element(when_of(found, zone, inside=inside))


@register.simple_tag
def since_when(moment: datetime | None, zone: ZoneInfo, *, at_latest: bool) -> SafeString:
    """Since when something is so, in the midst of a sentence; with `at_latest` perhaps since before."""
    shown = when(moment, zone, inside=True)
    return format_html(_("{at} at the latest"), at=shown) if at_latest else shown


@register.simple_tag
def page_time(zone: ZoneInfo) -> str:
    """The time at which the page is made, in full, for printing on paper."""
    return full_text(now(), zone)


@register.simple_tag
def soon(moment: datetime | None, zone: ZoneInfo) -> SafeString:
    """A time element for a time to come: "in 3 s", or "now" when it has come; nothing for null."""
    if moment is None:
        return NOTHING
    return time_element(When(moment.isoformat(), durations.soon(moment), full_text(moment, zone)))


@register.simple_tag
def status(
    kind: str, order: Order, attention: Attention | None = None, *, beside: OrderMark | None = None
) -> SafeString:
    """The badge of an order's status of a kind ("dispatch" or "payment"), tinted where the order is late by it.

    `beside` the badge of a mark it says that it is Glu's.
    """
    late = attention is not None and attention.is_late(kind)
    look, words = badge(kind, fields.text(order, f"{kind}_status"), late=late)
    return _badge(look, words, of_glu=at_glu(words) if beside else "")


@lru_cache(maxsize=256)
def _badge(look: Badge, words: str, *, of_glu: str = "", from_transactions: bool = False) -> SafeString:
    """A badge: a page has many, and few kinds of them."""
    said = {"badge": look, "words": words, "of_glu": of_glu, "from_transactions": from_transactions}
    return render_to_string("orders/_pieces/status.html", said)


@register.inclusion_tag("orders/_pieces/status.html")
def sent_badge(mark: OrderMark, zone: ZoneInfo) -> dict[str, object]:
    """The badge of an order that has left by a mark, and when that was."""
    at = when(mark.at, zone, inside=True)
    return {"badge": SENT_HERE, "words": sent_words(mark.kind), "from_here": True, "at": at}


@register.filter
def buttons(kinds: Iterable[OrderMark.Kind]) -> list[tuple[str, str, str]]:
    """The buttons that set these kinds of marks: the kind, the icon and the words of each."""
    return [(kind.value, *step(kind)) for kind in kinds]


@register.inclusion_tag("orders/home/_line.html")
def home_line(organisation: Organisation) -> dict[str, object]:
    """An organisation's first numbers, for a list of organisations."""
    return {"organisation": organisation, "answers": answers(organisation, FIRST)}


@register.inclusion_tag("orders/digests/_card.html")
def digest_card(memberships: Iterable[Membership], may_send: bool) -> dict[str, object]:
    """The switches of a person's digests, one for each of their memberships."""
    held = list(memberships)
    digests = {digest.organisation_id: digest for digest in held[0].user.digests.all()} if held else {}
    found = [(membership, digests.get(membership.organisation_id)) for membership in held]
    listed = [(membership, digest, digest.hour if digest else USUAL_HOUR) for membership, digest in found]
    return {"listed": listed, "hours": HOURS, "may_send": may_send}


@register.simple_tag
def note_text(parts: Iterable[Part]) -> SafeString:
    """The text of a note, with whoever it names in bold."""
    said = (format_html('<b class="mention">{}</b>', part.text) if part.is_mention else part.text for part in parts)
    return format_html_join("", "{}", ((text,) for text in said))


@register.simple_tag
def buyer_of(order: Order) -> SafeString:
    """Who bought, by name or else by address."""
    return bdi(fields.buyer_name(order) or _("No name"))


@register.simple_tag
def age_of(moment: datetime) -> SafeString:
    """How long ago a time was, in the unit that says most: "40 mins", "3 hrs", "9 days"; nothing for one to come."""
    return bdi(durations.short(now() - moment)) if moment <= now() else NOTHING


@register.simple_tag
def money_back_badge(order: Order) -> SafeString:
    """The badge of an order of which money went back, unless Glu's own payment status says so; else nothing."""
    found = money_back(order)
    if not found:
        return NOTHING
    look, words, said = MONEY_BACK[found]
    if order.payment_status in said:
        return NOTHING
    return _badge(look, _(words), from_transactions=True)


# Every row of a queue has two of these, and a template for each would take a third of the page's time.
_CONTACT = (
    '<span class="contact">{0}<button class="btn btn-link btn-sm btn-icon needs-script no-print" type="button" '
    'data-copy-text="{1}" aria-label="{2}" title="{2}">{3}<span class="visually-hidden"></span></button></span>'
)


@register.simple_tag
def contact(order: Order, column: str) -> SafeString:
    """A telephone number or an e-mail address of an order, whatever Glu sent in it, as a link and to be copied."""
    text, is_phone = fields.text(order, column), column == "phone_number"
    if not text:
        return NOTHING
    shown = bdi(text) if is_phone else broken_at(bdi(text))
    link = phone_link(text) if is_phone else mail_link(text)
    named = format_html('<a href="{}">{}</a>', link, shown) if link else shown
    copy = _("Copy the number") if is_phone else _("Copy the address")
    return format_html(_CONTACT, named, text, copy, icon("copy"))


# These two stand in every row of a list, without a blank between its parts: pages are counted in bytes.
_PICK = (
    '<td role="cell" class="c-pick"><label class="pick"><input class="form-check-input" type="checkbox" name="id" '
    'value="{0}" aria-label="{1}"{2}></label></td>'
)
_ORDER = '<th role="rowheader" scope="row" class="c-order"><a href="{0}" id="o{1}">{1}</a></th>'


@register.simple_tag
def pick_cell(glu_id: int, picked_all: object) -> SafeString:
    """The cell with the box that selects an order; it cannot be changed while all that match are selected."""
    words = _("Select %(number)s") % {"number": glu_id}
    return format_html(_PICK, glu_id, words, SafeString(" checked disabled") if picked_all else "")


@register.simple_tag
def order_cell(glu_id: int, url: str) -> SafeString:
    """The cell that names an order and leads to it."""
    return format_html(_ORDER, url, glu_id)


@register.filter
def lone(text: object) -> str:
    """A text that somebody else wrote, isolated as `bdi` does it, for where no element can stand, as in a title."""
    return isolated(writable(str(text))) if text is not None else ""


@register.filter
def said(row: Order | OrderLine, column: str) -> SafeString:
    """A text field of an order or a line, whatever Glu sent in it; nothing where it sent nothing."""
    return bdi(fields.text(row, column))


@register.filter
def person(order: Order) -> SafeString:
    """Who gets an order: its recipient, else whoever bought it; a muted word where neither has a name."""
    found = bdi(fields.recipient_name(order) or fields.buyer_name(order))
    return found or format_html('<span class="mut">{}</span>', _("No name"))


@register.filter
def full_time(moment: datetime, zone: ZoneInfo) -> str:
    """A time in full, for paper."""
    return full_text(moment, zone)


@register.filter
def broken_at(address: SafeString) -> SafeString:
    """An e-mail address as `said` gives it, which rather ends a line before its @ than anywhere."""
    return SafeString(address.replace("@", "<wbr>@"))


@register.filter
def amount(row: Order | OrderLine, column: str) -> str:
    """An amount of an order or a line with its sign, or whatever else Glu sent in its place."""
    found = fields.value(row, column)
    return bdi(found) if isinstance(found, str) else _money(found, row)


@register.filter
def began(age: Age, zone: ZoneInfo) -> str:
    """How long something has waited, by what that began, and when in full."""
    return age.began_words(full_text(age.since, zone))


@register.filter
def taken_off(row: Order | OrderLine, column: str) -> str:
    """An amount of an order or a line with its sign reversed, as something that is taken off a sum."""
    found = getattr(row, column)
    return _money(-found, row) if found else amount(row, column)


@register.filter
def flag(row: Order | OrderLine, column: str) -> SafeString:
    """Yes or no, "Not said", or whatever else Glu sent in its place."""
    found = fields.value(row, column)
    return bdi(found if isinstance(found, str) else {True: _("Yes"), False: _("No"), None: _("Not said")}[found])


@register.filter
def currency(row: Order | OrderLine) -> str:
    """The currency's code of an order or a line; nothing where there is none."""
    code = fields.currency_of(row)
    return code if minor_unit(code) is not None else bdi(code)


def _money(amount: int | None, row: Order | OrderLine) -> str:
    """An amount in the row's currency; one that nobody knows is a text that somebody else wrote."""
    code = fields.currency_of(row)
    return money(amount, code) if minor_unit(code) is not None else bdi(money(amount, code))
