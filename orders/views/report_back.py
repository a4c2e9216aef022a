"""The report on money back: what went back on each day, each number a link to its orders, both tables as files."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from glu_admin.tenancy.times import dated, local
from orders.display.fields import buyer_name
from orders.display.html import bdi
from orders.display.locales import grouped
from orders.display.money import money
from orders.display.text import isolated
from orders.exports.tables import Cell, amount_cell
from orders.proof.gaps import missing_days
from orders.proof.standing import standing_on_page, state_on_page
from orders.proof.transactions import transactions_known
from orders.recheck import note_visit
from orders.reports.money_back import Back, LeftOut, MoneyBack, Movement, Row, Section, folded_rows, money_back
from orders.reports.period import BY, PERIODS, Period, read_period
from orders.search import Counted
from orders.views.money_card import WAY_WORDS
from orders.views.report_files import is_asked_as_it_is, table_file
from orders.views.reports import Line, Table, address_of, in_words, only_currency

MOST_SHOWN = 200
"""So many transactions stand on the page, the newest; the file has all."""

_TRANSACTIONS = "transactions"
_NOTHING = "–"  # a column of zeros hides what is not
_BLOCK = 1000
_OF_BUYERS = (
    *("organisation", "glu_id", "customer_first_name", "customer_last_name", "customer_name"),
    *("customer_email_address", "extra"),
)
_COLUMNS = {
    "refunded": (gettext_noop("Refunded"), gettext_noop("refunds that were made then")),
    "charged": (gettext_noop("Charged back"), gettext_noop("chargebacks of then: what buyers’ banks took back")),
    "failed": (
        gettext_noop("Failed or reversed"),
        gettext_noop("refunds that failed then and chargebacks that were reversed, whenever they were made"),
    ),
    "whole": (gettext_noop("Went back"), gettext_noop("refunded and charged back, less what failed or was reversed")),
}
"""The amounts of a table, in its order: their headings, and what each is."""

_LEFT_OUT: dict[LeftOut, str] = {
    "order": gettext_noop("its order is not here"),
    "amount": gettext_noop("it has no amount"),
    "currency": gettext_noop("not in the currency of its order"),
}
"""Why a transaction is in no sum."""


@door(Role.VIEWER)
def report_back(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """What went back in a period by the day it did, by currency; what is wrong with an address is said in its place."""
    note_visit(organisation)
    standing_on_page(organisation)
    asked, only = read_period(request.GET, organisation), only_currency(request)
    known = transactions_known(state_on_page(organisation))
    context: dict[str, Any] = {
        "asked": asked,
        "periods": in_words(PERIODS),
        "by": in_words(BY),
        "transactions": known,
        "columns": [(name, _(words), _(meaning)) for name, (words, meaning) in _COLUMNS.items()],
        "address": address_of(asked),
        "files": "report_back_file",
        "only": only,
    }
    if asked.period and known.how != "unread":
        found, missing = money_back(organisation, asked.period, only), _missing(organisation, asked.period)
        context |= {
            "period": asked.period,
            "missing": missing,
            "is_whole": known.how == "read" and not missing,
            "slices": _(BY[asked.period.by]),
            "sections": [_section(asked.period, section) for section in found.sections],
            "others": [(row.words, grouped(row.back.orders), row.query) for row in found.others],
            "movements": _movements(organisation, found.movements[:MOST_SHOWN]),
            "n_movements": len(found.movements),
            "left_out": _left_out(found),
        }
    return render(request, "orders/reports/back.html", context)


@door(Role.STAFF)
def report_back_file(request: TeamRequest, organisation: Organisation) -> HttpResponseBase:
    """What went back by day, week or month, or its transactions, as a file. Raises Http404 for another table."""
    asked, name = read_period(request.GET, organisation), request.GET.get("table", "")
    known = transactions_known(state_on_page(organisation))
    is_whole = known.how == "read" and not _missing(organisation, asked.period)
    if asked.period is None or known.how == "unread" or not (is_whole or is_asked_as_it_is(request)):
        return redirect(f"{reverse('report_back', args=[organisation.slug])}?{request.GET.urlencode()}")
    if name not in (asked.period.by, _TRANSACTIONS):
        raise Http404("No such table.")
    found = money_back(organisation, asked.period, most=None)
    if name == _TRANSACTIONS:
        table = _transactions_table(organisation, found.movements)
    else:
        table = _by_slice(asked.period, found.sections)
    about = f"money-back-by-{name}-{asked.period.first}-to-{asked.period.last}"
    return table_file(organisation, about, *table, is_whole=is_whole)


def _missing(organisation: Organisation, period: Period | None) -> str:
    """What of a period is not copied, or in doubt, in words: orders of then, and what came back since a copy stands."""
    return missing_days(organisation, period.first, period.last) if period else ""


def _section(period: Period, section: Section) -> dict[str, Any]:
    """A currency's part of the page."""
    code, whole = section.currency, section.whole
    return {
        "code": code,
        "orders": Counted(whole.back.orders).words,
        "query": whole.query,
        "worth": _("%(amount)s went back") % {"amount": isolated(money(whole.back.whole, code))},
        "lines": [_line(row, code) for row in folded_rows(period, section)],
        "whole": _line(whole, code),
    }


def _line(row: Row, code: str) -> Line:
    *parts, whole = _amounts(row.back)
    amounts = [*(money(amount, code) if amount else _NOTHING for amount in parts), money(whole, code)]
    cells = [grouped(row.back.orders), *map(bdi, amounts)]
    return Line(row.words, format_html_join("", '<td class="num">{}</td>', ((cell,) for cell in cells)), row.query)


def _amounts(back: Back) -> list[int]:
    """The amounts of a row as _COLUMNS has them; what failed is taken off."""
    return [back.refunded, back.charged, -back.failed, back.whole]


def _movements(organisation: Organisation, movements: Sequence[Movement]) -> list[dict[str, Any]]:
    """Transactions as they are shown, each with the buyer of its order."""
    buyers = _buyers(organisation, movements)
    return [
        {
            "when": dated(one.at, organisation.zone),
            "order": one.order,
            "is_here": one.order in buyers,
            "buyer": buyers.get(one.order, ""),
            "what": _(WAY_WORDS[one.way]),
            "amount": money(one.amount, one.currency),
            "reference": one.reference,
            "left_out": _(_LEFT_OUT[one.left_out]) if one.left_out else "",
        }
        for one in movements
    ]


def _buyers(organisation: Organisation, movements: Sequence[Movement]) -> dict[int | None, str]:
    """The buyers of the orders that are here, by Glu's id."""
    ids, found = sorted({one.order for one in movements if one.order is not None}), dict[int | None, str]()
    for at in range(0, len(ids), _BLOCK):
        orders = organisation.orders.filter(glu_id__in=ids[at : at + _BLOCK])
        found |= {order.glu_id: buyer_name(order) for order in orders.only(*_OF_BUYERS)}
    return found


def _left_out(found: MoneyBack) -> list[str]:
    """What is in no sum, in words, with what it comes to where that is known."""
    out = []
    for why, these in found.left_out.items():
        amounts = defaultdict[str, int](int)
        for one in these:
            if one.amount is not None:
                amounts[one.currency] += one.amount
        said = ", ".join(isolated(money(amount, code)) for code, amount in sorted(amounts.items()))
        words = _number_left_out(why, len(these))
        out.append(_("%(transactions)s (%(amounts)s)") % {"transactions": words, "amounts": said} if said else words)
    return out


def _number_left_out(why: LeftOut, n: int) -> str:
    match why:
        case "order":
            said = ngettext("%(n)s of an order that is not here", "%(n)s of orders that are not here", n)
        case "amount":
            said = ngettext("%(n)s without an amount", "%(n)s without an amount", n)
        case "currency":
            said = ngettext("%(n)s not in the currency of its order", "%(n)s not in the currency of their orders", n)
    return said % {"n": grouped(n)}


def _by_slice(period: Period, sections: Sequence[Section]) -> Table:
    """Every row of every currency."""
    amounts = (words for words, _meaning in _COLUMNS.values())
    headings = [BY[period.by], "First day", "Last day", "Currency", "Orders", *amounts]
    rows: list[list[Cell]] = [
        [
            row.words,
            part.first,
            part.last,
            section.currency,
            row.back.orders,
            *(amount_cell(amount, section.currency) for amount in _amounts(row.back)),
        ]
        for section in sections
        for part, row in zip(period.slices(), section.rows, strict=True)
    ]
    return headings, rows


def _transactions_table(organisation: Organisation, movements: Sequence[Movement]) -> Table:
    """Every transaction, the newest first."""
    headings = ["Date", f"Time ({organisation.timezone})", "Order", "Buyer", "Type", "Amount", "Currency", "Reference"]
    buyers, rows = _buyers(organisation, movements), list[list[Cell]]()
    for one in movements:
        at = local(one.at, organisation.zone)
        rows.append(
            [
                at.date(),
                f"{at:%H:%M:%S}",
                one.order,
                buyers.get(one.order),
                one.type,
                amount_cell(one.amount, one.currency),
                one.currency,
                one.reference,
                _LEFT_OUT[one.left_out] if one.left_out else "yes",
            ]
        )
    return [*headings, "In the sums"], rows
