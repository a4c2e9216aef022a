"""Cells of the list as HTML: a page has hundreds, and a template for each would take most of the page's time."""

from functools import cache, lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from orders.display.ages import Age
from orders.display.html import NOTHING, bdi, time_element
from orders.display.statuses import SENT_HERE, Badge, sent_words
from orders.search import LineMarks
from orders.views.columns import Column

_END = mark_safe("</td>")


def cell(column: Column, opening: SafeString, value: Any, *, gone: bool, place: str) -> SafeString:
    """What a column shows of an order: its value as the column's kind has it, and whether the order is gone.

    `opening` is the beginning of the column's cells, `place` where the search matched, which stands below the buyer.
    """
    match column.kind:
        case "text":
            shown = bdi(value)
        case "time":
            shown = time_element(value) if value else NOTHING
        case "status":
            shown = _status(*value)
        case "money":
            shown = bdi(value[0]) + _code(value[1])
        case "total":
            shown = _total(*value)
        case "buyer":
            below = format_html('<span class="place xs mut">{}</span>', bdi(place)) if place else NOTHING
            shown = (_gone() if gone else NOTHING) + (bdi(value) or _no_name()) + below
        case "recipient":
            shown = bdi(value) or _self()
        case "delivery":
            method, scheduled = bdi(value[0]), time_element(value[1]) if value[1] else NOTHING
            shown = format_html("{}{}{}", method, " · " if method and scheduled else "", scheduled)
        case "age":
            shown = _age(*value) if value else NOTHING
        case "flags":
            shown = _flags(*value, gone)
        case _:
            shown = format_html("{}", value)
    return opening + shown + _END


def opening_of(column: Column) -> SafeString:
    """How each cell of a column begins; that of a recipient has what is said before the name on a card."""
    if column.kind != "recipient":
        return format_html('<td role="cell" class="{}" data-label="{}">', column.css, column.label)
    before = pgettext("before the name of who gets it", "for")
    return format_html('<td role="cell" class="{}" data-label="{}" data-before="{}">', column.css, column.label, before)


@cache
def _no_name() -> SafeString:
    return _muted(_("No name"))


@cache
def _self() -> SafeString:
    return _muted(pgettext("who gets what they bought", "Self"))


def _muted(words: str) -> SafeString:
    return format_html('<span class="mut">{}</span>', words)


@cache
def _gone() -> SafeString:
    return format_html(
        '<span class="chip gone" title="{}">{}</span> <span class="visually-hidden">{}</span> ',
        _("No longer returned by Glu"),
        _("Gone"),
        pgettext("after Gone", "at Glu,"),
    )


def _total(total: str, code: str, net: str, why: str) -> SafeString:
    """An order's total; where less than that was paid and kept, this, with the total struck out below."""
    if not net:
        return bdi(total) + _code(code)
    return format_html(
        '<span title="{}">{}{}'
        '<span class="place xs mut"><span class="visually-hidden">{}</span> <s>{}</s></span></span>',
        why,
        bdi(net),
        _code(code),
        _("net, of a total of"),
        bdi(total),
    )


@lru_cache(maxsize=256)
def _code(code: str) -> SafeString:
    """A currency after its amount."""
    return format_html(' <span class="cur">{}</span>', bdi(code))


@lru_cache(maxsize=256)
def _status(badge: Badge, words: str, left: str) -> SafeString:
    """A status of Glu's; of an order that has `left`, as the team says, that, with Glu's status below."""
    if left:
        below = format_html('<span class="place xs mut">{}</span>', format_html(_("Glu: {status}"), status=bdi(words)))
        return _badge(SENT_HERE, sent_words(left), from_here=True) + below
    return _badge(badge, words)


def _badge(badge: Badge, words: str, *, from_here: bool = False) -> SafeString:
    said = {"badge": badge, "words": words, "from_here": from_here}
    return _close(render_to_string("orders/_pieces/status.html", said))


def _age(age: Age, since: str) -> SafeString:
    """How long an order has waited, and since when; flags say in words that it is late, its page by how much."""
    look = "stuck" if age.is_past else "late" if age.is_at else "mut"
    return format_html('<span class="{}" title="{}">{}</span>', look, since, age.span.short)


@lru_cache(maxsize=256)
def _flags(marks: LineMarks, attention: str, gone: bool) -> SafeString:
    said = {"marks": marks, "attention": attention, "gone": gone}
    return _close(render_to_string("orders/list/_flags.html", said))


def _close(html: str) -> SafeString:
    """A piece of HTML without what its template has of lines and blanks: a list has hundreds of it."""
    return mark_safe(" ".join(html.split()))  # noqa: S308
