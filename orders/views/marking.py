"""Marking orders, those chosen on a card of the queue or in the list, and taking that back."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from glu_admin.fragments import page_or_fragment, wants_fragment
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import page_after, sent_from
from glu_admin.tenancy.requests import TeamRequest
from glu_admin.tenancy.times import when_text
from orders.desk.marks import Kind, Marked, TooManyOrders, only_order_of, set_marks, undo_batch, undo_mark
from orders.desk.sheets import MOST_SHEETS
from orders.display.locales import grouped
from orders.models import Order, OrderMark
from orders.search import OrderCriteria, count_orders, describe, find_orders, parse_query
from orders.search.numbers import read_numbers
from orders.search.ranges import BadValue
from orders.views.dispatch import queue_page
from orders.views.export_scope import read_asked
from orders.views.order import order_address, order_page


class _Words(NamedTuple):
    """What a kind's button says for a list, and what is said once it is done: of one, of how many, of whom before."""

    button: Promise
    one: Promise
    done: Promise
    before: Promise


_WORDS = {
    Kind.PREPARED: _Words(
        gettext_lazy("Mark prepared"),
        gettext_lazy("Order %(number)d marked prepared."),
        ngettext_lazy("%(n)s marked prepared.", "%(n)s marked prepared.", "count"),
        gettext_lazy("Marked prepared before: %(named)s."),
    ),
    Kind.POSTED: _Words(
        gettext_lazy("Mark posted"),
        gettext_lazy("Order %(number)d marked posted."),
        ngettext_lazy("%(n)s marked posted.", "%(n)s marked posted.", "count"),
        gettext_lazy("Marked posted before: %(named)s."),
    ),
    Kind.READY: _Words(
        gettext_lazy("Mark ready to collect"),
        gettext_lazy("Order %(number)d marked ready to collect."),
        ngettext_lazy("%(n)s marked ready to collect.", "%(n)s marked ready to collect.", "count"),
        gettext_lazy("Marked ready to collect before: %(named)s."),
    ),
    Kind.HANDED_OVER: _Words(
        gettext_lazy("Mark handed over"),
        gettext_lazy("Order %(number)d marked handed over."),
        ngettext_lazy("%(n)s marked handed over.", "%(n)s marked handed over.", "count"),
        gettext_lazy("Marked handed over before: %(named)s."),
    ),
}
"""The kinds that are set by a button."""

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
@page_or_fragment
@sent_from("order", "glu_id")
def order_mark(request: TeamRequest, organisation: Organisation, glu_id: int) -> HttpResponse:
    """Mark an order from its own page. htmx gets the page as it is then, others are led back to it."""
    order = get_object_or_404(organisation.orders, glu_id=glu_id)
    done = _marked(request, organisation, lambda *_: organisation.orders.filter(pk=order.pk), has_undo=True)
    if wants_fragment(request):
        return order_page(request, organisation, order, frame="base_swap.html", done=done)
    return redirect(order_address(request, organisation, glu_id))


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
        "kinds": [(kind.value, words.button) for kind, words in _WORDS.items()],
        "most_sheets": MOST_SHEETS,
    }
    status = 400 if problems else 409 if context["moved"] else 200
    return render(request, "orders/marking/page.html", context, status=status)


@door(Role.STAFF)
@sent_from("queue_dispatch")
def marks_undo(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Take back what was marked in one go (`batch`), or one `mark`."""
    n, number = 0, None
    try:
        if "batch" in request.POST:
            batch = UUID(request.POST["batch"])
            n = undo_batch(organisation, batch, request.user)
            number = only_order_of(organisation, batch) if n == 1 else None
        elif request.POST.get("mark", "").isdecimal():
            pk = int(request.POST["mark"][:18])
            n = undo_mark(organisation, pk, request.user)
            number = organisation.order_marks.get(pk=pk).order_glu_id if n else None
    except ValueError:
        n = 0
    if n and number is not None:
        messages.success(request, _("The mark of order %(number)d is undone.") % {"number": number})
    elif n:
        messages.success(request, ngettext("%(n)s mark undone.", "%(n)s marks undone.", n) % {"n": grouped(n)})
    else:
        messages.warning(request, _("There was nothing left to undo: somebody was faster."))
    return redirect(next_of(request, organisation))


def chosen(request: TeamRequest, organisation: Organisation) -> QuerySet[Order]:
    """The orders ticked in a card's form, or all of the card where its box is ticked. Raises NotChosen.

    The whole card is what was shown as such: where it has become more or less, nothing is done.
    """
    if whole := request.POST.get("whole", ""):
        query = parse_query(request.POST.get("of", ""), organisation)
        if not query.ok or query.ignored or query.criteria.is_empty():
            raise NotChosen(_("This card cannot be read any more. Load the page again."))
        n = count_orders(organisation, query.criteria)
        if str(n.n) != whole:
            words = _("%(chosen)s were chosen, and %(orders)s wait now. Nothing was done; choose again.")
            raise NotChosen(words % {"chosen": whole[:9], "orders": n.words})
        return find_orders(organisation, query.criteria)
    if not request.POST.getlist("id"):
        raise NotChosen(_("Choose orders first, by the boxes before them."))
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
    *,
    has_undo: bool = False,
) -> str:
    """Do what the button says to what is chosen, and say what came of it.

    With a way to undo it, unless the page that will be shown `has_undo` of its own.
    """
    try:
        kind = next(kind for kind in _WORDS if kind == request.POST.get("mark"))
    except StopIteration:
        raise Http404("No such mark.") from None
    try:
        marked = set_marks(organisation, choose(request, organisation), kind, request.user)
    except (NotChosen, TooManyOrders) as error:
        messages.warning(request, str(error))
        return str(error)
    said = outcome(marked, organisation)
    if marked.n:
        messages.success(request, said, extra_tags="" if has_undo else str(marked.batch))
    else:
        messages.warning(request, said)
    return said


def outcome(marked: Marked, organisation: Organisation) -> str:
    """What came of marking as sentences: which or how many, who was faster with which others, what goes by e-mail."""
    said: list[str] = []
    for kind, numbers in marked.numbers.items():
        words = _WORDS[kind]
        if not numbers and not marked.already and marked.emailed:
            continue
        if len(numbers) == 1:
            said.append(words.one % {"number": numbers[0]})
        else:
            said.append(words.done % {"count": len(numbers), "n": grouped(len(numbers))})
        already = [mark for mark in marked.already if mark.kind == kind]
        named = [_faster(mark, organisation) for mark in already[:_MOST_NAMED]]
        if (more := len(already) - _MOST_NAMED) > 0:
            named.append(ngettext("%(n)s more", "%(n)s more", more) % {"n": grouped(more)})
        if named:
            said.append(words.before % {"named": "; ".join(named)})
    if len(marked.emailed) == 1:
        said.append(_("Order %(number)d goes by e-mail, so it is not marked.") % {"number": marked.emailed[0]})
    elif n := len(marked.emailed):
        words_of = ngettext("%(n)s goes by e-mail and is not marked.", "%(n)s go by e-mail and are not marked.", n)
        said.append(words_of % {"n": grouped(n)})
    return " ".join(said)


def _faster(mark: OrderMark, organisation: Organisation) -> str:
    when = when_text(mark.at, organisation.zone, inside=True)
    return _("%(number)s by %(name)s, %(when)s") % {"number": mark.order_glu_id, "name": mark.user_name, "when": when}
