"""Reports: how many orders a period has and worth how much, each number a link to the list, each table a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.display.html import bdi
from orders.display.locales import grouped
from orders.display.money import currency, money
from orders.display.text import isolated
from orders.exports.tables import Cell, amount_cell
from orders.proof.gaps import missing_days
from orders.proof.standing import standing_on_page, state_on_page
from orders.proof.transactions import TransactionsKnown, transactions_known
from orders.recheck import note_visit
from orders.reports.chart import Chart, chart
from orders.reports.figures import SPLITS, Figures, Report, Row, Section, folded_rows, is_counted, report
from orders.reports.period import BY, DAYS, PERIODS, Asked, Period, read_period
from orders.search import Counted
from orders.views.report_files import is_asked_as_it_is, table_file

_AMOUNTS = {
    "paid": (gettext_noop("Received"), gettext_noop("money that came in for these orders, by Glu’s transactions")),
    "net": (gettext_noop("Net"), gettext_noop("received less refunded")),
    "back": (gettext_noop("Refunded"), gettext_noop("what of that was refunded or charged back, whenever that was")),
    "total": (gettext_noop("Total"), gettext_noop("what the buyers were asked for, paid or not")),
    "gross": (gettext_noop("Gross"), gettext_noop("what was ordered at its full price: Glu’s subtotal")),
    "discount": (gettext_noop("Discount"), gettext_noop("what was taken off")),
    "delivery": (gettext_noop("Delivery"), gettext_noop("what was charged for it")),
    "fee": (gettext_noop("Fee"), gettext_noop("Glu’s processing fee")),
}
"""The amounts of a table, in its order: their headings, and what each is."""

_IN_FILES = {
    "gross": "Gross",
    "discount": "Discount",
    "delivery": "Delivery",
    "fee": "Fee",
    "total": "Total",
    "paid": "Paid",
    "back": "Refunded",
    "net": "Net",
}
"""The same amounts as columns of a file."""

_SPLIT_BY = {
    "type": gettext_noop("By type"),
    "channel": gettext_noop("By channel"),
    "delivery": gettext_noop("By delivery method"),
    "method": gettext_noop("By payment method"),
    "payment": gettext_noop("By payment status"),
}
"""What stands above the values of a field of SPLITS."""

_DRAWN = {
    "day": (
        gettext_noop("Total by day, paid or not"),
        gettext_noop("Total by day, as bars. The table below says the same."),
    ),
    "week": (
        gettext_noop("Total by week, paid or not"),
        gettext_noop("Total by week, as bars. The table below says the same."),
    ),
    "month": (
        gettext_noop("Total by month, paid or not"),
        gettext_noop("Total by month, as bars. The table below says the same."),
    ),
}
"""What is said of the picture, and of the bars in it, by what days are grouped by."""

_SETTLED = ("paid", "back", "net")
_NUMBER = '<td class="num">{}</td>'
NONE = gettext_noop("None given")
"""What is said of orders without a value."""


@dataclass(frozen=True)
class Line:
    """A row of a table as it is shown: what it is, its cells as HTML, and the query string of its orders."""

    words: str
    cells: SafeString
    query: str


@door(Role.VIEWER)
def reports(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The figures of a period, by currency; what is wrong with an address is said in its place."""
    note_visit(organisation)
    standing_on_page(organisation)
    asked, only = read_period(request.GET, organisation), only_currency(request)
    state = state_on_page(organisation)
    known, counted = transactions_known(state), is_counted(organisation, state)
    context: dict[str, Any] = {
        "asked": asked,
        "periods": in_words(PERIODS),
        "by": in_words(BY),
        "counted": counted,
        "transactions": known,
        "columns": [(name, _(words), _(meaning)) for name, (words, meaning) in _AMOUNTS.items()],
        "address": address_of(asked),
        "files": "report_file",
        "only": only,
    }
    if counted and (period := asked.period):
        found = report(organisation, period, only)
        context |= {
            "period": period,
            "slices": _(BY[period.by]),
            "drawn": [_(words) for words in _DRAWN[period.by]],
            "sections": [_section(period, section, known.is_known) for section in found.sections],
            "others": [
                (row.words or _(NONE), grouped(row.figures.orders), urlencode([("currency", row.words)]))
                for row in found.others
            ],
            "missing": (missing := missing_days(organisation, period.first, period.last)),
            "is_whole": _is_whole(missing, known),
        }
    return render(request, "orders/reports/page.html", context)


@door(Role.STAFF)
def report_file(request: TeamRequest, organisation: Organisation) -> HttpResponseBase:
    """A table of a report as a file, in all currencies and with every value. Raises Http404 for one there is not."""
    asked = read_period(request.GET, organisation)
    state = state_on_page(organisation)
    period, transactions = asked.period, transactions_known(state)
    is_whole = period is not None and _is_whole(missing_days(organisation, period.first, period.last), transactions)
    if period is None or not is_counted(organisation, state) or not (is_whole or is_asked_as_it_is(request)):
        return redirect(f"{reverse('reports', args=[organisation.slug])}?{request.GET.urlencode()}")
    name, known = request.GET.get("table", ""), transactions.is_known
    found = report(organisation, period, most=None)
    table = _by_slice(period, found, known) if name == period.by else _by_value(found, name, known)
    return table_file(organisation, f"by-{name}-{period.first}-to-{period.last}", *table, is_whole=is_whole)


def in_words(names: Mapping[str, str]) -> dict[str, str]:
    """Names in addresses with what they are called, translated."""
    return {name: _(words) for name, words in names.items()}


def _section(period: Period, section: Section, known: bool) -> dict[str, Any]:
    """A currency's part of the page."""
    code = section.currency
    return {
        "code": code,
        "orders": _orders(section.whole.figures.orders),
        "worth": _worth(section.whole.figures, code, known),
        "chart": _chart(period, section),
        "lines": [_line(row, code, known) for row in folded_rows(period, section)],
        "whole": _line(section.whole, code, known),
        "splits": [
            {
                "name": split.name,
                "label": _(split.label),
                "heading": _(_SPLIT_BY[split.name]),
                "lines": [_line(row, code, known) for row in split.rows],
            }
            for split in section.splits
        ],
        "lacking": _lacking(section.whole.figures, known),
    }


def _worth(figures: Figures, code: str, known: bool) -> str:
    """What a currency came to, in words: what came in, where that is known."""
    if not known:
        return _("%(total)s asked for") % {"total": isolated(money(figures.total, code))}
    amounts = {"received": isolated(money(figures.paid, code)), "net": isolated(money(figures.net, code))}
    return _("%(received)s received, %(net)s net") % amounts


def _line(row: Row, code: str, known: bool) -> Line:
    """A row as it is shown."""
    figures = row.figures
    words = row.words or _(NONE) if row.is_value else row.words
    unknown = format_html(_NUMBER, _("not known"))
    amounts = (_cell(getattr(figures, name), code) if known or name not in _SETTLED else unknown for name in _AMOUNTS)
    return Line(words, SafeString("".join((format_html(_NUMBER, grouped(figures.orders)), *amounts))), row.query)


@lru_cache(maxsize=2048)
def _cell(amount: int, code: str) -> SafeString:
    """The cell of an amount. A page has hundreds, many of them the same."""
    return format_html(_NUMBER, bdi(money(amount, code)))


def _chart(period: Period, section: Section) -> Chart | None:
    """The totals of a section row by row as bars."""
    code, parts = section.currency, period.slices()
    said = [f"{row.words}: {money(row.figures.total, code)}, {_orders(row.figures.orders)}" for row in section.rows]
    return chart(
        [row.figures.total for row in section.rows],
        said,
        [part.short for part in parts],
        lambda amount: money(amount, code),
    )


def _lacking(figures: Figures, known: bool) -> list[str]:
    """What some of the orders lack, so that it is in no sum."""
    lacking = [
        (_("%(orders)s without a subtotal"), figures.with_gross),
        (_("%(orders)s without a total"), figures.with_total),
    ]
    if known:
        lacking.append((_("%(orders)s without a payment that is known"), figures.with_paid))
    return [
        words % {"orders": _orders(figures.orders - having)} for words, having in lacking if figures.orders > having
    ]


def _orders(n: int) -> str:
    """A number of orders with its noun."""
    return Counted(n).words


def _is_whole(missing: str, transactions: TransactionsKnown) -> bool:
    """Whether files hold all of their days; what is not known of payments yet is left empty in them."""
    return not missing and transactions.how != "stopped"


def only_currency(request: TeamRequest) -> str | None:
    """The one currency that is asked for, None for all."""
    return currency(request.GET["currency"]) if "currency" in request.GET else None


def address_of(asked: Asked) -> str:
    """The query string of a report of the same days, "" where they cannot be read."""
    if asked.period is None:
        return ""
    days = [("from", asked.first), ("to", asked.last)] if asked.name == DAYS else [("period", asked.name)]
    return urlencode([*days, ("by", asked.period.by)])


Table = tuple[list[str], list[list[Cell]]]
"""The headings of a file and its rows."""


def _by_slice(period: Period, found: Report, known: bool) -> Table:
    """Every row of every currency."""
    headings = [BY[period.by], "First day", "Last day", "Currency", "Orders", *_headings()]
    rows: list[list[Cell]] = [
        [row.words, part.first, part.last, section.currency, *_cells(row.figures, section.currency, known)]
        for section in found.sections
        for part, row in zip(period.slices(), section.rows, strict=True)
    ]
    return headings, rows


def _by_value(found: Report, name: str, known: bool) -> Table:
    """Every value of a field in every currency. Raises Http404 where there is no such field."""
    splits = [(section.currency, split) for section in found.sections for split in section.splits if split.name == name]
    if name not in SPLITS:
        raise Http404("No such table.")
    rows: list[list[Cell]] = [
        [row.words or _(NONE), code, *_cells(row.figures, code, known)] for code, split in splits for row in split.rows
    ]
    return [SPLITS[name], "Currency", "Orders", *_headings()], rows


def _headings() -> list[str]:
    return list(_IN_FILES.values())


def _cells(figures: Figures, code: str, known: bool) -> list[Cell]:
    """A row's number of orders and its amounts, those that are not known empty."""
    amounts = (getattr(figures, name) if known or name not in _SETTLED else None for name in _IN_FILES)
    return [figures.orders, *(amount_cell(amount, code) for amount in amounts)]
