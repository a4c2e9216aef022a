"""Reports on time: how long orders took to be sent and paid, and what is scheduled for the days to come."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.display.ages import Span
from orders.display.durations import short
from orders.display.locales import grouped
from orders.display.percentiles import FEWEST
from orders.exports.tables import Cell
from orders.proof.gaps import missing_days
from orders.proof.standing import standing_on_page
from orders.recheck import note_visit
from orders.reports.chart import Chart, chart
from orders.reports.period import PERIODS, Asked, read_period
from orders.reports.schedule import Schedule, schedule
from orders.reports.times import MOST, Took, times
from orders.views.report_files import is_asked_as_it_is, table_file
from orders.views.reports import NONE, address_of, in_words

_TABLES = ("dispatch", "payment", "scheduled")


@door(Role.VIEWER)
def report_times(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """How long the orders of a period took, by delivery and payment method, and the days to come."""
    note_visit(organisation)
    standing_on_page(organisation)
    asked, ahead = _asked(request, organisation), schedule(organisation)
    context: dict[str, Any] = {
        "asked": asked,
        "periods": in_words(PERIODS),
        "address": address_of(asked),
        "files": "report_times_file",
        "fewest": FEWEST,
        "most": MOST,
        "ahead": ahead,
        "days": [(date_format(day.day, "D j M"), grouped(day.orders), day.query) for day in ahead.days if day.orders],
        "whole": (_next(len(ahead.days)), grouped(ahead.whole.orders), ahead.whole.query),
        "chart": _chart(ahead),
        "missing_ahead": (missing_ahead := missing_days(organisation, None, None)),
        "whole_ahead": not missing_ahead,
    }
    if asked.period:
        found = times(organisation, asked.period)
        context |= {
            "period": asked.period,
            "times": found,
            "missing": (missing := missing_days(organisation, found.first, asked.period.last)),
            "is_whole": not missing,
            "dispatch": [_row(one, _working_days) for one in found.dispatch],
            "payment": [_row(one, short) for one in found.payment],
        }
    return render(request, "orders/reports/times.html", context)


@door(Role.STAFF)
def report_times_file(request: TeamRequest, organisation: Organisation) -> HttpResponseBase:
    """A table of times, or the days to come, as a file. Raises Http404 for one that there is not."""
    asked, name = _asked(request, organisation), request.GET.get("table", "")
    if name not in _TABLES:
        raise Http404("No such table.")
    found = times(organisation, asked.period) if asked.period and name != "scheduled" else None
    last = asked.period.last if asked.period else None
    is_whole = not (missing_days(organisation, found.first, last) if found else missing_days(organisation, None, None))
    if asked.period is None or not (is_whole or is_asked_as_it_is(request)):
        return redirect(f"{reverse('report_times', args=[organisation.slug])}?{request.GET.urlencode()}")
    rows: list[list[Cell]]
    if found is None:
        days = schedule(organisation).days
        headings, rows = ["Day", "Orders to be sent"], [[day.day, day.orders] for day in days]
        about = f"from-{days[0].day}"
    else:
        about = f"{found.first}-to-{asked.period.last}"
        if name == "dispatch":
            headings = [
                "Delivery method",
                "Dispatched",
                "Known",
                "Median (working days)",
                "95 % (working days)",
                "Open",
            ]
            rows = [
                [one.method or _(NONE), one.done, one.known, one.median, one.high, one.left] for one in found.dispatch
            ]
        else:
            headings = ["Payment method", "Paid", "Known", "Median (minutes)", "95 % (minutes)", "Unpaid"]
            rows = [
                [one.method or _(NONE), one.done, one.known, _minutes(one.median), _minutes(one.high), one.left]
                for one in found.payment
            ]
    return table_file(organisation, f"{name}-{about}", headings, rows, is_whole=is_whole)


def _asked(request: TeamRequest, organisation: Organisation) -> Asked:
    """The period, whatever days are grouped by in a report of figures."""
    return read_period({name: request.GET[name] for name in request.GET if name != "by"}, organisation)


def _row(one: Took[Any], said: Any) -> dict[str, Any]:
    """A method's times as they are shown."""
    return {
        "method": one.method or _(NONE),
        "done": grouped(one.done),
        "known": grouped(one.known),
        "median": said(one.median) if one.median is not None else _("not known"),
        "high": said(one.high) if one.high is not None else _("too few") if one.known else _("not known"),
        "left": grouped(one.left),
        "done_query": one.done_query,
        "left_query": one.left_query if one.left else "",
    }


def _next(days: int) -> str:
    return ngettext("Next %(n)d day", "Next %(n)d days", days) % {"n": days}


def _working_days(days: int) -> str:
    return str(Span(days, "wd")) if days else _("same day")


def _minutes(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds() / 60)


def _chart(ahead: Schedule) -> Chart | None:
    said = [f"{date_format(day.day, 'D j M')}: {grouped(day.orders)}" for day in ahead.days]
    names = [date_format(day.day, "j M") for day in ahead.days]
    return chart([day.orders for day in ahead.days], said, names, grouped)
