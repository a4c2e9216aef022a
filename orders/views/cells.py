"""Cells of the list as HTML: a page has hundreds, and a template for each would take most of the page's time."""

from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from orders.display.ages import Age
from orders.display.html import NOTHING, bdi, time_element
from orders.display.statuses import Badge
from orders.search import LineMarks
from orders.views.columns import Column

_MUTED = '<span class="mut">{}</span>'
_END = mark_safe("</td>")
_NO_NAME, _SELF = format_html(_MUTED, "No name"), format_html(_MUTED, "Self")
_GONE = format_html(
    '<span class="chip gone" title="No longer returned by Glu">{}</span> <span class="visually-hidden">{}</span> ',
    "Gone",
    "at Glu,",
)


def cell(column: Column, value: Any, *, gone: bool, place: str) -> SafeString:
    """What a column shows of an order: its value as the column's kind has it, and whether the order is gone.

    `place` is where its search matched, which stands below the buyer.
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
            shown = (_GONE if gone else NOTHING) + (bdi(value) or _NO_NAME) + below
        case "recipient":
            shown = bdi(value) or _SELF
        case "delivery":
            method, scheduled = bdi(value[0]), time_element(value[1]) if value[1] else NOTHING
            shown = format_html("{}{}{}", method, " · " if method and scheduled else "", scheduled)
        case "age":
            shown = _age(*value) if value else NOTHING
        case "flags":
            shown = _flags(*value, gone)
        case _:
            shown = format_html("{}", value)
    return _opening(column.css, column.label) + shown + _END


@lru_cache(maxsize=256)
def _opening(css: str, label: str) -> SafeString:
    return format_html('<td role="cell" class="{}" data-label="{}">', css, label)


def _total(total: str, code: str, net: str, why: str) -> SafeString:
    """An order's total; where less than that was paid and kept, this, with the total struck out below."""
    if not net:
        return bdi(total) + _code(code)
    return format_html(
        '<span title="{}">{}{}'
        '<span class="place xs mut"><span class="visually-hidden">net, of a total of</span> <s>{}</s></span></span>',
        why,
        bdi(net),
        _code(code),
        bdi(total),
    )


@lru_cache(maxsize=256)
def _code(code: str) -> SafeString:
    """A currency after its amount."""
    return format_html(' <span class="cur">{}</span>', bdi(code))


@lru_cache(maxsize=256)
def _status(badge: Badge, words: str) -> SafeString:
    return _close(render_to_string("orders/_pieces/status.html", {"badge": badge, "words": words}))


def _age(age: Age, since: str) -> SafeString:
    """How long an order has waited, and since when; flags say in words that it is late, its page by how much."""
    look = "stuck" if age.is_past else "late" if age.is_at else "mut"
    return format_html('<span class="{}" title="Since {}">{}</span>', look, since, age.span.short)


@lru_cache(maxsize=256)
def _flags(marks: LineMarks, attention: str, sent: bool, gone: bool) -> SafeString:
    said = {"marks": marks, "attention": attention, "sent": sent, "gone": gone}
    return _close(render_to_string("orders/list/_flags.html", said))


def _close(html: str) -> SafeString:
    """A piece of HTML without what its template has of lines and blanks: a list has hundreds of it."""
    return mark_safe(" ".join(html.split()))  # noqa: S308
