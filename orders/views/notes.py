"""Notes on orders, written, corrected and deleted; those that name the person who looks, and all, to be searched."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.fragments import page_or_fragment, wants_fragment
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest
from orders.desk.notes import (
    EDIT_MINUTES,
    MOST_LISTED,
    ON_A_PAGE,
    NotYours,
    all_notes,
    delete_note,
    edit_note,
    may_edit,
    mentions_of,
    parts_of,
    team_of,
    tick_off,
    write_note,
)
from orders.display.text import writable
from orders.models import OrderNote
from orders.views.back import back_to_list
from orders.views.note_form import NoteForm, note_context
from orders.views.order import history_context, order_page
from orders.views.timeline.here import said_of

_LONGEST_WORDS = 200
_MOST_DIGITS = 7


@door(Role.STAFF)
@page_or_fragment
@sent_from("order", "glu_id")
def note_add(request: TeamRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """Keep a note on an order; one that is empty or too long is asked for again, with what was typed."""
    order = get_object_or_404(organisation.orders, glu_id=glu_id)
    form = NoteForm(request.POST, team=team_of(organisation))
    kept = form.is_valid()
    if kept:
        note = write_note(organisation, order, request.user, form.cleaned_data["text"], form.chosen, form.token_sent)
        if not wants_fragment(request):
            return redirect(_address(request, organisation, glu_id, f"e-note-{note.pk}"))
    shown = note_context(organisation, None if kept else form)
    if wants_fragment(request):
        context = {**history_context(request, organisation, order), **shown, "said": kept}
        return render(request, "orders/order/_history.html", context, status=200 if kept else 422)
    return order_page(request, organisation, order, status=422, **shown)


@door(Role.STAFF)
def note_edit(request: TeamRequest, organisation: Organisation, glu_id: int, pk: int) -> HttpResponse:
    """Correct a note; its writer may, for a while."""
    note = _note(organisation, glu_id, pk)
    back = _address(request, organisation, glu_id, f"e-note-{note.pk}")
    team = team_of(organisation)
    form = NoteForm(request.POST if request.method == "POST" else None, team=team, initial={"text": note.text})
    try:
        if request.method == "POST" and form.is_valid():
            edit_note(note, request.user, form.cleaned_data["text"], form.chosen)
            messages.success(request, _("The note is corrected."))
            return redirect(back)
        if not may_edit(note, request.user):
            raise NotYours
    except NotYours:
        messages.error(request, _too_late())
        return redirect(back)
    context = {**note_context(organisation, form), "note": note, "glu_id": glu_id, "minutes": EDIT_MINUTES}
    context |= back_to_list(request, organisation)
    return render(request, "orders/notes/edit.html", context, status=422 if form.errors else 200)


@door(Role.STAFF)
@sent_from("order", "glu_id")
def note_delete(request: TeamRequest, organisation: Organisation, glu_id: int, pk: int) -> HttpResponse:
    """Delete a note's text; its writer may. That there was one stays in the timeline."""
    note = _note(organisation, glu_id, pk)
    try:
        delete_note(note, request.user)
        messages.success(request, _("The note is deleted."))
    except NotYours:
        messages.error(request, _("Only its writer can delete a note. It is as it was."))
    return redirect(_address(request, organisation, glu_id, f"e-note-{note.pk}"))


@door(Role.VIEWER)
def notes_for_you(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The notes that name the person who looks, waiting or ticked off; then all notes, or those with the words `q`."""
    found = list(mentions_of(organisation, request.user)[: MOST_LISTED + 1])
    listed = [(mention, said_of(mention.note.author), parts_of(mention.note)) for mention in found[:MOST_LISTED]]
    context = {
        "waiting": [each for each in listed if each[0].done_at is None],
        "done": [each for each in listed if each[0].done_at is not None],
        "cut": MOST_LISTED if len(found) > MOST_LISTED else None,
        **_every_note(request, organisation),
    }
    return render(request, "orders/notes/page.html", context)


@door(Role.VIEWER)
@sent_from("notes")
def note_done(request: TeamRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Tick a note off, or with `again` put it back among those that wait."""
    mention = get_object_or_404(organisation.note_mentions, pk=pk, user=request.user)
    tick_off(mention, done="again" not in request.POST)
    return redirect("notes", organisation.slug)


def _every_note(request: TeamRequest, organisation: Organisation) -> dict[str, Any]:
    """The template's context for a `page` of all notes, each with its order where that is here."""
    words = writable(request.GET.get("q", ""))[:_LONGEST_WORDS].strip()
    asked = request.GET.get("page", "")
    page = max(int(asked), 1) if asked.isascii() and asked.isdecimal() and len(asked) < _MOST_DIGITS else 1
    first = (page - 1) * ON_A_PAGE
    notes = list(all_notes(organisation, words)[first : first + ON_A_PAGE + 1])
    numbers = {note.order_glu_id for note in notes[:ON_A_PAGE]}
    orders = {order.glu_id: order for order in organisation.orders.filter(glu_id__in=numbers).defer("user_agent")}
    return {
        "words": words,
        "notes": [
            (note, said_of(note.author), parts_of(note), orders.get(note.order_glu_id)) for note in notes[:ON_A_PAGE]
        ],
        "newer": urlencode({"q": words, "page": page - 1}) if page > 1 else "",
        "older": urlencode({"q": words, "page": page + 1}) if len(notes) > ON_A_PAGE else "",
    }


def _too_late() -> str:
    words = ngettext(
        "Only its writer can change a note, for %(n)d minute. It is as it was.",
        "Only its writer can change a note, for %(n)d minutes. It is as it was.",
        EDIT_MINUTES,
    )
    return words % {"n": EDIT_MINUTES}


def _note(organisation: Organisation, glu_id: int, pk: int) -> OrderNote:
    get_object_or_404(organisation.orders, glu_id=glu_id)
    found: OrderNote = get_object_or_404(organisation.order_notes, pk=pk, order_glu_id=glu_id)
    return found


def _address(request: TeamRequest, organisation: Organisation, glu_id: int, anchor: str) -> str:
    back = back_to_list(request, organisation)["back"]
    return f"{reverse('order', args=[organisation.slug, glu_id])}{'?' if back else ''}{back}#{anchor}"
