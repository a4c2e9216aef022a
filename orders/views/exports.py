"""Exports: what the list found, as a file; the files there are, and what is in them."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest
from orders.exports import Choice, Completeness, NoSuchChoice, completeness, read_choice
from orders.exports.asking import (
    TooManyExports,
    ask_again,
    ask_export,
    cancel,
    estimate,
    hint_export,
    is_small,
    last_choice,
    unmark,
)
from orders.exports.making import make_export, path_of
from orders.exports.marks import marks_of
from orders.models import Export
from orders.proof.standing import standing_on_page
from orders.recheck import note_visit
from orders.search import MOST_CHIPS, Problem, Query, count_orders, describe, find_orders, parse_query
from orders.views import schedules
from orders.views.export_choice import choices, refusal
from orders.views.export_scope import Asked, read_asked
from orders.views.filters import preset_days

MOST_SHOWN = 30
"""So many exports are listed, the newest."""

_MANIFESTS_KEPT = 10 * MOST_SHOWN  # a few kilobytes each

_OWN_KEYS = (*Choice.__dataclass_fields__, "column", "incomplete", "since", "csrfmiddlewaretoken")
_KINDS = {"csv": "text/csv", "jsonl": "application/jsonl", "zip": "application/zip"}


@door(Role.STAFF)
def export_page(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """What would be exported, in words and with its number of rows, in which form, and what is missing from it."""
    note_visit(organisation)
    standing_on_page(organisation)  # what is missing and the frame both need it
    asked = read_asked(request, organisation, _OWN_KEYS)
    if problems := (*asked.query.errors, *asked.query.ignored):
        return _refused(request, organisation, asked.query, problems)
    choice = last_choice(organisation, request.user)
    return _page(request, organisation, asked, completeness(organisation, asked.query.criteria), choice)


@door(Role.STAFF)
def export_file(request: TeamRequest, organisation: Organisation) -> HttpResponseBase:
    """Make the file: a small one at once, a larger one by the workers.

    A filter that cannot be read whole gives a page that says so, never a wider file. What is not whole is given only
    to who has asked for it as it is, and so is what has become more or less than was chosen.
    """
    if request.method != "POST":
        return redirect("orders_export", organisation.slug)
    asked = read_asked(request, organisation, _OWN_KEYS)
    query = asked.query
    try:
        choice = read_choice({name: request.POST[name] for name in request.POST}, request.POST.getlist("column"))
    except NoSuchChoice:
        raise Http404("No such export.") from None
    if problems := (*query.errors, *query.ignored):
        return _refused(request, organisation, query, problems)
    known = completeness(organisation, query.criteria)
    allowed = request.POST.get("incomplete") == "yes"
    only_since = request.POST.get("since") == "yes"
    if said := refusal(choice, only_since=only_since):
        return _page(request, organisation, asked, known, choice, status=400, said=said)
    if asked.moved(count_orders(organisation, query.criteria)):
        return _page(request, organisation, asked, known, choice, status=409)
    if known.lacking(choice.shape) and not allowed:
        return _page(request, organisation, asked, known, choice, status=409)
    try:
        export = ask_export(organisation, request.user, query, choice, allow_incomplete=allowed, only_since=only_since)
    except TooManyExports as error:
        said = _("%(why)s Wait until one of them has ended, then export again.") % {"why": error}
        refused = _page(request, organisation, asked, known, choice, status=429, said=said)
        refused["Retry-After"] = "30"
        return refused
    recent = f"{request.path.removesuffix('file/')}#recent"
    if not is_small(export, query):
        hint_export(export)
        return redirect(recent)
    make_export(export.pk)
    export.refresh_from_db()
    if export.state in Export.OPEN:  # a worker was faster
        return redirect(recent)
    if export.state != Export.State.DONE:
        said = export.get_trouble_display()
        return _page(request, organisation, asked, known, choice, status=503, said=said)
    return _sent(export)


@door(Role.STAFF)
def export_row(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """One export of the page, asked for again while it is open."""
    export = _export(organisation, token)
    words = describe(parse_query(export.query, organisation))
    return render(request, "orders/exports/_one.html", {"export": _told(export, words)})


@door(Role.STAFF)
def export_stored(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponseBase:
    """A file that is ready."""
    return _sent(_export(organisation, token, Export.State.DONE))


@door(Role.STAFF)
def export_manifest(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """What exactly is in a file, as JSON."""
    export = _export(organisation, token, Export.State.DONE, Export.State.EXPIRED)
    answer = HttpResponse(json.dumps(json.loads(export.manifest), indent=2), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{export.file_name}.manifest.json"'
    return answer


@door(Role.STAFF)
@sent_from("orders_export")
def export_again(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """Have a file made once more, of what its filter finds now."""
    try:
        ask_again(_export(organisation, token))
    except TooManyExports as error:
        said = _("%(why)s Wait until one of them has ended, then try again.")
        messages.warning(request, said % {"why": error})
    return redirect("orders_export", organisation.slug)


@door(Role.STAFF)
@sent_from("orders_export")
def export_unmark(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """Let one's own export no longer count as the last of its kind: the one before it does again."""
    export = _export(organisation, token)
    if export.user_id != request.user.pk:
        raise Http404("No such export.")
    unmark(export)
    said = _("That export no longer counts: what is new or changed begins at the one before it.")
    messages.success(request, said)
    return redirect(f"{reverse('orders_export', args=[organisation.slug])}?{export.query}")


@door(Role.STAFF)
@sent_from("orders_export")
def export_cancel(request: TeamRequest, organisation: Organisation, token: UUID) -> HttpResponse:
    """Stop a file that is being made or waits to be."""
    cancel(_export(organisation, token))
    return redirect("orders_export", organisation.slug)


def _export(organisation: Organisation, token: UUID, *states: str) -> Export:
    found = organisation.exports.filter(token=token, **({"state__in": states} if states else {})).first()
    if found is None:
        raise Http404("No such export.")
    return found


def _sent(export: Export) -> HttpResponseBase:
    try:
        file = path_of(export).open("rb")
    except FileNotFoundError:
        raise Http404("The file is not there any more.") from None
    kind = _KINDS.get(export.file_name.rpartition(".")[2])
    answer = FileResponse(file, as_attachment=True, filename=export.file_name)
    if kind:
        answer["Content-Type"] = f"{kind}; charset=utf-8" if kind != "application/zip" else kind
    return answer


def _refused(
    request: TeamRequest, organisation: Organisation, query: Query, problems: Sequence[Problem]
) -> HttpResponse:
    context = {
        "query": query,
        "back": query.url_query(),
        "problems": [problem.message for problem in problems[:MOST_CHIPS]],
        "more_problems": max(len(problems) - MOST_CHIPS, 0),
        **_recent(request, organisation),
    }
    return render(request, "orders/exports/page.html", context, status=400)


def _page(
    request: TeamRequest,
    organisation: Organisation,
    asked: Asked,
    known: Completeness,
    choice: Choice,
    *,
    status: int = 200,
    said: str = "",
) -> HttpResponse:
    query = asked.listed
    count = count_orders(organisation, query.criteria)
    found = count_orders(organisation, asked.query.criteria) if asked.numbers else count
    context = {
        "query": query,
        "words": describe(query),
        "count": count,
        "estimate": estimate(found, choice),
        "scopes": asked.scopes(count),
        "kept": asked.kept,
        "moved": asked.moved(found),
        "known": known,
        "lacking": known.lacking("json"),
        "must_say": bool(known.lacking("orders")),
        "asked": status == 409,
        "said": said,
        **choices(organisation, request.user, choice),
        "marks": marks_of(organisation, request.user, asked.query, find_orders(organisation, asked.query.criteria)),
        "only_since": request.POST.get("since") == "yes",
        "pairs": query.all_orders().pairs(),
        "back": query.url_query(cursor=query.cursor),
        "is_whole": query.criteria.is_empty(),
        "day_links": preset_days(query.all_orders()),
        "again_query": asked.query.all_orders().url_query(),
        **_recent(request, organisation),
    }
    return render(request, "orders/exports/page.html", context, status=status)


def _recent(request: TeamRequest, organisation: Organisation) -> dict[str, Any]:
    exports = organisation.exports.select_related("user")[:MOST_SHOWN]
    words = {query: describe(parse_query(query, organisation)) for query in {export.query for export in exports}}
    return {
        "schedules": schedules.listed(request, organisation),
        "exports": [_told(export, words[export.query]) for export in exports],
    }


def _told(export: Export, words: str) -> Export:
    """An export with its filter in words and its manifest as HTML, "" while there is none."""
    export.words = words  # type: ignore[attr-defined]
    told = _manifest_html(export.manifest, get_language()) if export.manifest else ""
    export.told = told  # type: ignore[attr-defined]
    return export


@lru_cache(maxsize=_MANIFESTS_KEPT)
def _manifest_html(manifest: str, _language: str | None) -> SafeString:
    """A manifest as the page shows it. It is what takes the page longest, and never changes once it is written."""
    return render_to_string("orders/exports/_manifest.html", {"told": json.loads(manifest)})
