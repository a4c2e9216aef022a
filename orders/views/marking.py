"""Marking orders, those chosen on a card of the queue or in the list, and taking that back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from glu_admin.fragments import wants_fragment
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import page_after, sent_from
from glu_admin.tenancy.requests import TeamRequest
from glu_admin.tenancy.times import when_text
from orders.desk.marks import Kind, Marked, TooManyOrders, set_marks, undo_batch, undo_mark
from orders.desk.sheets import MOST_SHEETS
from orders.models import Order, OrderMark
from orders.search import OrderCriteria, count_orders, describe, find_orders, parse_query
from orders.search.numbers import read_numbers
from orders.search.ranges import BadValue
from orders.views.dispatch import queue_page
from orders.views.export_scope import read_asked

_DONE = {
    Kind.PREPARED: "prepared",
    Kind.POSTED: "posted",
    Kind.READY: "ready to collect",
    Kind.HANDED_OVER: "handed over",
}
"""The kinds that are set by a button, and how it is said that this is done."""

_MOST_NAMED = 3
OWN_KEYS = ("mark", "csrfmiddlewaretoken", "next")
"""What the forms have beside what says which orders are meant."""


class NotChosen(Exception):
    """Nothing that can be marked was chosen; the message may be shown."""


@door(Role.STAFF)
@sent_from("queue_dispatch")
def dispatch_mark(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Mark what is chosen on a card. htmx gets the queue as it is then, others are led back to it."""
    said = _marked(request, organisation, chosen)
    if wants_fragment(request):
        return queue_page(request, organisation, said=said)
    return redirect(next_of(request, organisation))


@door(Role.STAFF)
def orders_mark(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """What is to be marked of a list: those selected, those on its page, or all that match, by their numbers."""
    asked = read_asked(request, organisation, OWN_KEYS)
    problems = [problem.message for problem in (*asked.query.errors, *asked.query.ignored)]
    count = count_orders(organisation, asked.listed.criteria) if not problems else None
    found = count_orders(organisation, asked.query.criteria) if not problems else None
    moved = asked.moved(found) if found is not None else ""
    if request.method == "POST" and not problems and not moved:
        _marked(request, organisation, lambda *_: find_orders(organisation, asked.query.criteria))
        return redirect(f"{reverse('orders', args=[organisation.slug])}?{asked.listed.url_query()}".rstrip("?"))
    context = {
        "problems": problems,
        "words": describe(asked.listed),
        "back": asked.listed.url_query(),
        "count": found,
        "scopes": asked.scopes(count) if count is not None else [],
        "kept": asked.kept,
        "pairs": asked.listed.all_orders().pairs(),
        "moved": moved if request.method == "POST" else "",
        "kinds": [(kind.value, f"Mark {words}") for kind, words in _DONE.items()],
        "most_sheets": MOST_SHEETS,
    }
    status = 400 if problems else 409 if context["moved"] else 200
    return render(request, "orders/marking/page.html", context, status=status)


@door(Role.STAFF)
@sent_from("queue_dispatch")
def marks_undo(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Take back what was marked in one go (`batch`), or one `mark`."""
    n = 0
    try:
        if "batch" in request.POST:
            n = undo_batch(organisation, UUID(request.POST["batch"]), request.user)
        elif request.POST.get("mark", "").isdecimal():
            n = undo_mark(organisation, int(request.POST["mark"][:18]), request.user)
    except ValueError:
        n = 0
    if n:
        messages.success(request, f"{n:,} mark{'s' if n > 1 else ''} undone.")
    else:
        messages.warning(request, "There was nothing left to undo: somebody was faster.")
    return redirect(next_of(request, organisation))


def chosen(request: TeamRequest, organisation: Organisation) -> QuerySet[Order]:
    """The orders ticked in a card's form, or all of the card where its box is ticked. Raises NotChosen.

    The whole card is what was shown as such: where it has become more or less, nothing is done.
    """
    if whole := request.POST.get("whole", ""):
        query = parse_query(request.POST.get("of", ""), organisation)
        if not query.ok or query.ignored or query.criteria.is_empty():
            raise NotChosen("This card cannot be read any more. Load the page again.")
        n = count_orders(organisation, query.criteria)
        if str(n.n) != whole:
            raise NotChosen(f"{whole[:9]} were chosen, and {n.words} wait now. Nothing was done; choose again.")
        return find_orders(organisation, query.criteria)
    if not request.POST.getlist("id"):
        raise NotChosen("Choose orders first, by the boxes before them.")
    try:
        numbers = read_numbers(",".join(request.POST.getlist("id")))
    except BadValue as error:
        raise NotChosen(str(error)) from None
    return find_orders(organisation, OrderCriteria(ids=numbers))


def next_of(request: TeamRequest, organisation: Organisation) -> str:
    """Where the form says that it came from; else the queue."""
    return page_after(request, reverse("queue_dispatch", args=[organisation.slug]))


def _marked(
    request: TeamRequest,
    organisation: Organisation,
    choose: Callable[[TeamRequest, Organisation], QuerySet[Order]],
) -> str:
    """Do what the button says to what is chosen, and say what came of it, with a way to undo it."""
    try:
        kind = next(kind for kind in _DONE if kind == request.POST.get("mark"))
    except StopIteration:
        raise Http404("No such mark.") from None
    try:
        marked = set_marks(organisation, choose(request, organisation), kind, request.user)
    except (NotChosen, TooManyOrders) as error:
        messages.warning(request, str(error))
        return str(error)
    said = outcome(marked, _DONE[kind], organisation)
    if marked.n:
        messages.success(request, said, extra_tags=str(marked.batch))
    else:
        messages.warning(request, said)
    return said


def outcome(marked: Marked, done: str, organisation: Organisation) -> str:
    """What came of marking as a sentence: how many, and who was faster with which others."""
    said = [f"{marked.n:,} marked {done}."]
    named = [_faster(mark, organisation) for mark in marked.already[:_MOST_NAMED]]
    if len(marked.already) > _MOST_NAMED:
        named.append(f"{len(marked.already) - _MOST_NAMED:,} more")
    if named:
        said.append(f"Marked {done} before: {'; '.join(named)}.")
    return " ".join(said)


def _faster(mark: OrderMark, organisation: Organisation) -> str:
    return f"{mark.order_glu_id} by {mark.user_name}, {when_text(mark.at, organisation.zone)}"
