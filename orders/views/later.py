"""What a list leaves for after its rows: sums of very many orders, what is new since, why nothing matches."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.proof.standing import state_on_page
from orders.proof.transactions import transactions_known
from orders.search import COUNT_CAP, chips, count_orders, describe, find_orders, parse_query, sums
from orders.views.table import sums_in_words

_KEYS = (
    (
        _("Anywhere"),
        (
            ("g h", _("Home")),
            ("g o", _("Orders")),
            ("g d", _("Dispatch")),
            ("g p", _("Payments")),
            ("g e", _("Exports")),
            ("g r", _("Reports")),
            ("g c", _("What changed")),
            ("g n", _("Notes for you")),
            ("g m", _("Mirror")),
            ("/", _("Search")),
            (_("Esc"), _("Close what is open")),
        ),
    ),
    (
        _("On the list"),
        (
            ("f", _("Add filter")),
            ("s", _("Sort")),
            ("v", _("Views")),
            ("e", _("Export")),
            ("n", _("Show what is new")),
            ("j", _("Next row")),
            ("k", _("Row before")),
            (_("Enter"), _("Open the row")),
            ("x", _("Select the row")),
            (_("Shift x"), _("Select all rows between")),
            ("?", _("These keys")),
        ),
    ),
    (
        _("On an order"),
        (
            ("[", _("Previous of the list")),
            ("]", _("Next of the list")),
            ("u", _("Back")),
            ("r", _("Check now")),
            ("c", _("Copy its link")),
            ("m", _("Write a note")),
        ),
    ),
)

_LATE = timedelta(days=1)  # how much older than its coming here Glu's stamp of a change may be


@door(Role.VIEWER)
def order_sums(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The sums of all orders of a list, one line a currency, however many there are."""
    query = parse_query(request.GET, organisation)
    context: dict[str, Any] = {
        "back": query.url_query(),
        "words": describe(query),
        "transactions": transactions_known(state_on_page(organisation)),
    }
    if query.ok:
        context["count"] = count_orders(organisation, query.criteria)
        context["sums"] = sums_in_words(sums(organisation, query.criteria))
    return render(request, "orders/later/sums.html", context)


@door(Role.VIEWER)
def order_why(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Why a list is empty: how many orders there would be without each part of its filter."""
    query = parse_query(request.GET, organisation)
    parts = []
    for chip in chips(query) if query.ok else []:
        without = parse_query(chip.remove_query, organisation)
        parts.append((chip, count_orders(organisation, without.criteria)))
    return render(
        request, "orders/later/why.html", {"parts": parts, "back": query.url_query(), "words": describe(query)}
    )


@door(Role.VIEWER)
def order_news(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """How many orders of a list are new or changed here since it was shown; nothing moves until somebody wants it.

    Raises Http404 for a `since` that is no time.
    """
    data = request.GET.copy()
    since = _time("".join(data.pop("since", [])))
    if since is None:
        raise Http404("No such time.")
    query = parse_query(data, organisation)
    new = changed = 0
    if query.ok:
        lately = find_orders(organisation, query.criteria).filter(updated_at__gte=since - _LATE, copied_at__gt=since)
        new = lately.filter(first_copied_at__gt=since).order_by()[:COUNT_CAP].count()
        changed = lately.filter(first_copied_at__lte=since).order_by()[:COUNT_CAP].count()
    back = query.url_query(cursor=query.cursor) if query.cursor else query.url_query()
    return render(request, "orders/later/_news.html", {"new": new, "changed": changed, "back": back})


def _time(text: str) -> datetime | None:
    """A time with its offset, in UTC; None for what is none, or has no day before it in the calendar."""
    try:
        found = parse_datetime(text)
        return None if found is None or is_naive(found) else found.astimezone(UTC) - _LATE + _LATE
    except (ValueError, OverflowError):
        return None


@door(Role.VIEWER)
def keys_page(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The single keys, each with what it does; the profile turns them off."""
    return render(request, "orders/later/keys.html", {"groups": _KEYS})
