"""What is new or changed since whoever looks had looked, order by order; and their word that they have seen it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role
from glu_admin.tenancy.posts import sent_from
from glu_admin.tenancy.requests import TeamRequest
from glu_admin.tenancy.times import day_start, day_text
from orders.desk.looks import (
    Since,
    look_at,
    named_days,
    read_instant,
    read_seen,
    since_instant,
    since_look,
    take_back,
)
from orders.desk.news import Kind, Moved, News, changes_of, read_news
from orders.models import Order, SavedView
from orders.recheck import note_visit
from orders.saved_views import query_of, visible_views
from orders.search.numbers import kept_numbers
from orders.views.timeline.changes import news_entries
from orders.views.timeline.entries import Entry

ORDERS_A_PAGE = 25
_MOST_ENTRIES = 12


@dataclass(frozen=True)
class Listed:
    """An order of the page with what changed in it, the newest first; `more` is how many changes are left out."""

    order: Order
    is_new: bool
    entries: list[Entry]
    more: int


@door(Role.VIEWER)
def news_page(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The orders that are new or changed, of all or of a saved view; nothing counts as seen for being shown.

    With an instant or the name of a day as `since` it begins there, whatever was seen.
    """
    note_visit(organisation)
    views = list(visible_views(organisation, request.user))
    view = _view(views, request.GET.get("view", ""))
    query = query_of(view) if view else None
    chosen = request.GET.get("kind", "")
    kind = Kind(chosen) if chosen in Kind.values else Kind.ALL
    context: dict[str, Any] = {"saved_views": views, "view": view, "kind": kind}
    if query is None or query.ok:
        began = _began(request.GET.get("since", ""), organisation)
        since = since_instant(began) if began else since_look(request.membership, view)
        context |= {"began": began, "begins": _begins(request, organisation, is_asked=began is not None)}
        context["since_kept"] = _query([("since", request.GET.get("since", ""))]) if began else ""
        criteria = query.criteria if query else None
        news = read_news(organisation, since, read_seen(request.GET.get("up_to", "")), criteria)
        context |= _told(request, organisation, news, since, kind)
    return render(request, "orders/news/page.html", context)


@door(Role.VIEWER)
@sent_from("news")
def news_seen(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Keep that everything was seen that the page had when it was opened."""
    view = _view(visible_views(organisation, request.user), request.POST.get("view", ""))
    seen = read_seen(request.POST.get("seen", ""))
    if seen is None:
        messages.error(request, _("Nothing was noted: the form was not whole. Open the page again."))
    else:
        look_at(request.membership, seen, view)
        messages.success(request, _("Everything is seen. What comes from now on stands here."))
    return redirect(_address(organisation, view))


@door(Role.VIEWER)
@sent_from("news")
def news_undo(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """Take the last look back."""
    view = _view(visible_views(organisation, request.user), request.POST.get("view", ""))
    look = request.POST.get("look", "")
    if look.isdecimal() and len(look) < 19 and take_back(request.membership, int(look)):
        messages.success(request, _("Taken back: what had been new before is new again."))
    else:
        messages.error(request, _("That was taken back already."))
    return redirect(_address(organisation, view))


def _told(request: TeamRequest, organisation: Organisation, news: News, since: Since, kind: Kind) -> dict[str, Any]:
    """The page's orders, by the day on which the newest of them was seen, and the ways to others."""
    every = news.of_kind(kind)
    after = _place(request.GET.get("after", ""))
    following = [each for each in every if after is None or _key(each) < after]
    shown = following[:ORDERS_A_PAGE]
    own = [(name, request.GET.get(name, "")) for name in ("view", "since")]
    asked = [*own, ("kind", kind.value)]
    pages = [("up_to", str(news.seen)), ("after", "-".join(map(str, _key(shown[-1]))))] if shown else []
    numbers = organisation.orders.filter(pk__in=[each.pk for each in every]).order_by()
    return {
        "since": since,
        "seen": news.seen,
        "news": news,
        "count": news.count(kind),
        "kinds": [
            (each, news.count(each), _query([*own, ("kind", each.value)]))
            for each in Kind
            if each in (Kind.ALL, kind) or news.count(each).n
        ],
        "days": _days(organisation, since, news, shown),
        "shown": len(shown),
        "list_query": urlencode({"id": kept_numbers(numbers.values_list("glu_id", flat=True))}) if every else "",
        "older": _query([*asked, *pages]) if len(following) > len(shown) else "",
        "first": _query(asked) if after else None,
    }


def _days(
    organisation: Organisation, since: Since, news: News, shown: Sequence[Moved]
) -> list[tuple[str, list[Listed]]]:
    """The orders of a page with their changes, by day."""
    pks, zone = [each.pk for each in shown], organisation.zone
    orders = {order.pk: order for order in organisation.orders.filter(pk__in=pks).defer("user_agent")}
    changes = changes_of(organisation, since, news.seen, pks)
    out = []
    for day, of_day in groupby(shown, key=lambda each: day_text(each.at, zone)):
        listed = []
        for each in of_day:
            if each.pk not in orders:  # removed in this moment
                continue
            entries = news_entries(changes[each.pk][:_MOST_ENTRIES], orders[each.pk], zone)
            dated = [
                entry if (own := day_text(entry.at, zone)) == day else replace(entry, when=f"{own}, {entry.when}")
                for entry in entries
            ]
            more = max(len(changes[each.pk]) - _MOST_ENTRIES, 0)
            listed.append(Listed(orders[each.pk], Kind.NEW in each.kinds, dated, more))
        out.append((day, listed))
    return out


def _began(asked: str, organisation: Organisation) -> datetime | None:
    """The instant that an address means, by itself or by the name of the day that begins there; None for any other."""
    day = named_days(organisation.zone).get(asked)
    return day_start(day, organisation.zone) if day else read_instant(asked)


def _begins(request: TeamRequest, organisation: Organisation, *, is_asked: bool) -> list[tuple[str, str, bool]]:
    """From when on it can be told: in words, as a query string, and whether it is so now."""
    asked = request.GET.get("since", "")
    kept = [(name, request.GET.get(name, "")) for name in ("view", "kind")]
    is_monday = localdate(timezone=organisation.zone).weekday() == 0
    words = {"yesterday": _("Since yesterday"), "monday": _("Since last Monday") if is_monday else _("Since Monday")}
    days = [(words[name], _query([*kept, ("since", name)]), name == asked) for name in named_days(organisation.zone)]
    return [(_("New to you"), _query(kept), not is_asked), *days]


def _view(views: Any, slug: str) -> SavedView | None:
    """The view of a name, None for all orders. Raises Http404 for one that the person does not see."""
    if not slug:
        return None
    found: SavedView | None = next((view for view in views if view.slug == slug), None)
    if found is None:
        raise Http404("No such view.")
    return found


def _address(organisation: Organisation, view: SavedView | None) -> str:
    address = reverse("news", args=[organisation.slug])
    return f"{address}?{urlencode({'view': view.slug})}" if view else address


def _query(pairs: Sequence[tuple[str, str]]) -> str:
    """The pairs that say something, as a query string."""
    return urlencode([pair for pair in pairs if pair[1]])


def _key(moved: Moved) -> tuple[int, int]:
    """The place of an order on the page, as an address has it: microseconds and its primary key."""
    return int(moved.at.timestamp() * 1_000_000), moved.pk


def _place(text: str) -> tuple[int, int] | None:
    try:
        micros, pk = map(int, text.split("-"))
    except ValueError:
        return None
    return micros, pk
