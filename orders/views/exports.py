"""Exports: what the list found, as a file."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import now

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from orders.exports import csv_lines, csv_orders, export_filename, jsonl_orders
from orders.search import MOST_CHIPS, Counted, OrderCriteria, Query, count_orders, describe, parse_query

_SHAPES = ("orders", "lines", "json")
_FORMS = ("excel", "plain")
_OWN_KEYS = ("shape", "form")


@door(Role.STAFF)
def export_page(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """What would be exported, in words and with its number of rows, and in which form."""
    query = _query(request, organisation)
    problems = (*query.errors, *query.ignored)
    count, left_out = _numbers(organisation, query.criteria) if not problems else (None, None)
    context = {
        "query": query,
        "words": describe(query) if not problems else "",
        "problems": [problem.message for problem in problems[:MOST_CHIPS]],
        "more_problems": max(len(problems) - MOST_CHIPS, 0),
        "count": count,
        "left_out": left_out,
        "pairs": query.all_orders().pairs(),
        "back": query.url_query(),
        "gone_query": query.url_query(gone="only"),
    }
    return render(request, "orders/export.html", context, status=400 if problems else 200)


@door(Role.STAFF)
def export_file(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """Stream the file; a filter that cannot be read whole gives a page that says so, never a wider file."""
    query = _query(request, organisation)
    shape, form = request.GET.get("shape", "orders"), request.GET.get("form", "excel")
    if shape not in _SHAPES or form not in _FORMS:
        raise Http404("No such export.")
    if query.errors or query.ignored:
        return export_page(request, organisation.slug)
    query = query.all_orders()
    excel = form == "excel"
    if shape == "json":
        texts, ending, kind = jsonl_orders(organisation, query, include_device=False), "jsonl", "application/jsonl"
    elif shape == "lines":
        texts, ending, kind = csv_lines(organisation, query, excel=excel), "csv", "text/csv"
    else:
        texts, ending, kind = csv_orders(organisation, query, excel=excel), "csv", "text/csv"
    name = export_filename(organisation, "lines" if shape == "lines" else "orders", ending, now())
    return StreamingHttpResponse(
        (text.encode() for text in texts),
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _numbers(organisation: Organisation, criteria: OrderCriteria) -> tuple[Counted, Counted]:
    """How many orders the file will hold, and how many it leaves out as Glu no longer returns them."""
    found = count_orders(organisation, criteria)
    left_out = count_orders(organisation, replace(criteria, gone="only")) if criteria.gone != "none" else Counted(0)
    if criteria.gone == "only":
        return Counted(0), found
    if found.exact and left_out.exact:
        return Counted(found.n - left_out.n), left_out
    return count_orders(organisation, replace(criteria, gone="none")), left_out


def _query(request: HttpRequest, organisation: Organisation) -> Query:
    """The list's query, without this page's own keys."""
    data = request.GET.copy()
    for key in _OWN_KEYS:
        data.pop(key, None)
    return parse_query(data, organisation)
