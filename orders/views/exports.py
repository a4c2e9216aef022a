"""Exports: what the list found, as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import now

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from glu_admin.tenancy.statement_limits import limited
from orders.exports import (
    SHAPES,
    Completeness,
    Shape,
    completeness,
    export_filename,
    export_texts,
)
from orders.exports.sending import Sending
from orders.exports.slots import Slot, TooManyExports, take_slot
from orders.recheck import note_visit
from orders.search import (
    MOST_CHIPS,
    Counted,
    OrderCriteria,
    Problem,
    Query,
    count_orders,
    describe,
    parse_query,
)

T = TypeVar("T")

_FORMS = ("excel", "plain")
_OWN_KEYS = ("shape", "form", "incomplete")


@door(Role.STAFF)
def export_page(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """What would be exported, in words and with its number of rows, in which form, and what is missing from it."""
    note_visit(organisation)
    query = _query(request, organisation)
    problems = (*query.errors, *query.ignored)
    if problems:
        return _refused(request, query, problems)
    return _page(request, organisation, query, completeness(organisation, query.criteria))


@door(Role.STAFF)
def export_file(request: TeamRequest, organisation: Organisation) -> HttpResponseBase:
    """Stream the file; a filter that cannot be read whole gives a page that says so, never a wider file.

    What is not whole is given only to who has asked for it as it is.
    """
    query = _query(request, organisation)
    shape, form = _choice(request, "shape", SHAPES), _choice(request, "form", _FORMS)
    if problems := (*query.errors, *query.ignored):
        return _refused(request, query, problems)
    known = completeness(organisation, query.criteria)
    is_whole = not known.lacking(shape)
    if not is_whole and request.GET.get("incomplete") != "yes":
        return _page(request, organisation, query, known, shape=shape, form=form, status=409)
    try:
        slot = take_slot(organisation, request.user)
    except TooManyExports as error:
        said = f"{error} Wait until one of them has ended, then download again."
        refusal = _page(request, organisation, query, known, shape=shape, form=form, status=429, said=said)
        refusal["Retry-After"] = "30"
        return refusal
    query = query.all_orders()
    name = export_filename(organisation, query, shape, form, now(), is_whole=is_whole)
    return _sent(request, export_texts(organisation, query, shape, excel=form == "excel"), slot, name)


def _sent(request: TeamRequest, texts: Iterator[str], slot: Slot, name: str) -> HttpResponseBase:
    """The file: a small one made before its first byte is sent, a larger one as a stream."""
    texts = limited(texts, settings.EXPORT_STATEMENT_SECONDS)
    sending = Sending(texts, slot, settings.EXPORT_SECONDS, request.META.get("gunicorn.socket"))
    kind = "application/jsonl" if name.endswith(".jsonl") else "text/csv"
    options: dict[str, Any] = {
        "content_type": f"{kind}; charset=utf-8",
        "headers": {"Content-Disposition": f'attachment; filename="{name}"'},
    }
    try:
        small = sending.small()
    except BaseException:
        slot.release()
        raise
    if small is None:
        return StreamingHttpResponse(sending, **options)
    slot.release()
    return HttpResponse(small, **options)


def _choice(request: TeamRequest, key: str, choices: Sequence[T]) -> T:
    """The value of one of this page's own keys, the first where none is given. Raises Http404 for any other."""
    chosen = request.GET.get(key, choices[0])
    for choice in choices:
        if choice == chosen:
            return choice
    raise Http404("No such export.")


def _refused(request: TeamRequest, query: Query, problems: Sequence[Problem]) -> HttpResponse:
    context = {
        "query": query,
        "back": query.url_query(),
        "problems": [problem.message for problem in problems[:MOST_CHIPS]],
        "more_problems": max(len(problems) - MOST_CHIPS, 0),
    }
    return render(request, "orders/exports/page.html", context, status=400)


def _page(
    request: TeamRequest,
    organisation: Organisation,
    query: Query,
    known: Completeness,
    *,
    shape: Shape = "orders",
    form: str = "excel",
    status: int = 200,
    said: str = "",
) -> HttpResponse:
    count, left_out = _numbers(organisation, query.criteria)
    context = {
        "query": query,
        "words": describe(query),
        "count": count,
        "left_out": left_out,
        "known": known,
        "lacking": known.lacking("json"),
        "must_say": bool(known.lacking("orders")),
        "asked": status == 409,
        "said": said,
        "shape": shape,
        "form": form,
        "pairs": query.all_orders().pairs(),
        "back": query.url_query(),
        "gone_query": query.url_query(gone="only"),
    }
    return render(request, "orders/exports/page.html", context, status=status)


def _numbers(organisation: Organisation, criteria: OrderCriteria) -> tuple[Counted, Counted]:
    """How many orders the file will hold, and how many it leaves out as Glu no longer returns them."""
    found = count_orders(organisation, criteria)
    left_out = count_orders(organisation, replace(criteria, gone="only")) if criteria.gone != "none" else Counted(0)
    if criteria.gone == "only":
        return Counted(0), found
    if found.exact and left_out.exact:
        return Counted(found.n - left_out.n), left_out
    return count_orders(organisation, replace(criteria, gone="none")), left_out


def _query(request: TeamRequest, organisation: Organisation) -> Query:
    """The list's query, without this page's own keys."""
    data = request.GET.copy()
    for key in _OWN_KEYS:
        data.pop(key, None)
    return parse_query(data, organisation)
