"""The order list: the URL is its whole state, and page and htmx get the same answer."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django_htmx.http import push_url, replace_url, reswap

from glu_admin.fragments import page_or_fragment, wants_fragment
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import ROWS_A_PAGE, Organisation, Role
from glu_admin.tenancy.requests import TeamRequest
from orders.display.locales import grouped
from orders.models.counter import keep_counters
from orders.proof.first_copy import first_copy
from orders.proof.passes import flag_words
from orders.proof.rest import rest
from orders.proof.runs import runs_on_page
from orders.proof.standing import footing_on_page, standing_on_page
from orders.recheck import RangeState, note_visit, reach_of
from orders.search import Counted, OrderCriteria, Query, count_orders, parse_query, read_counters
from orders.search.chips import SORT_WORDS
from orders.search.criteria import Days
from orders.search.places import nearest
from orders.search.query import DEFAULT_SORT
from orders.views.column_choice import columns_of
from orders.views.filters import canonical, carried, panel
from orders.views.saved import tabs
from orders.views.table import table


@door(Role.VIEWER)
@page_or_fragment
def orders(request: TeamRequest, organisation: Organisation) -> HttpResponse:
    """The list, its filter and its counts. Values that cannot be read are said, and no rows are shown."""
    asked = canonical(request.GET)
    if asked != request.GET and not wants_fragment(request):
        return redirect(f"{reverse('orders', args=[organisation.slug])}?{asked.urlencode()}".rstrip("?"))
    picked = "".join(asked.pop("picked", []))
    came_from = request.htmx.trigger if wants_fragment(request) else None
    with_frame = not wants_fragment(request) or request.htmx.target != "results" or came_from == "first-copy"
    how_it_stands = standing_on_page if with_frame else footing_on_page  # the frame needs it all, the list only a part
    if "age" in asked:
        how_it_stands(organisation)  # whose limits an age in working days is read by
    query = parse_query(asked, organisation)
    back = query.url_query()
    if query.from_box and query.ok and not wants_fragment(request):
        return redirect(f"{reverse('orders', args=[organisation.slug])}?{back}")
    if query.cursor and query.ok:
        back = query.url_query(cursor=query.cursor)
    if wants_fragment(request) and request.htmx.target == "range":
        return render(
            request, "orders/list/_range.html", {**_range(organisation, query), "back": back, "asked_again": True}
        )
    if came_from in ("q", "filter") and not query.ok:
        return _unread(request, organisation, query, typing=came_from == "q")
    note_visit(organisation)
    if days := _days(query):
        runs_on_page(organisation, reach_of(days.first, days.last))
    how_it_stands(organisation)
    keep_counters(organisation)
    shown_at_once = query.size or request.user.rows_per_page
    above = tabs(request, organisation, query)
    columns = columns_of(request, query, above["view"])
    counters = read_counters(organisation)
    page, shown = table(organisation, query, shown_at_once, back, columns, counters)
    is_part = not page.is_all
    export_query = query.all_orders().url_query(
        size=str(shown_at_once) if is_part else "", cursor=query.cursor if is_part else ""
    )
    context: dict[str, Any] = {
        "with_frame": with_frame,
        "frame": "base.html" if with_frame else "base_swap.html",
        **shown,
        **panel(organisation, query, counters),
        **above,
        "search": query.criteria.q or asked.get("q", ""),
        "back": back,
        "older": query.url_query(cursor=page.older) if page.older else "",
        "newer": query.url_query(cursor=page.newer) if page.newer else "",
        "first": query.url_query() if query.cursor else None,
        "sorts": [(str(words), query.url_query(sort=sort), sort == query.sort) for sort, words in SORT_WORDS.items()],
        "sizes": [(size, query.url_query(size=str(size)), size == shown_at_once) for size in ROWS_A_PAGE],
        "partial": not page.is_all,
        "shown_at": now().isoformat(),
        "print_query": query.url_query(size=""),
        "hidden": _hidden(query),
        # While clauses are typed they stay in the box: they become chips when it is sent.
        "unsent": came_from == "q" and query.from_box,
        **_picked(query, picked, shown["count"], export_query),
        **_range(organisation, query, shown["count"]),
    }
    if not page.rows:
        context["empty"] = _empty(organisation, query)
        if query.ok and query.criteria.q:
            offers = nearest(organisation, query.criteria.q)
            context["nearest"] = [(typed, query.url_query(q=typed)) for typed in offers]
    response = render(request, "orders/list/page.html", context)
    if came_from in ("q", "filter"):
        # A form sends its empty boxes too: the address that is kept is the canonical one. Typing leaves no trail.
        kept = query.url_query()
        address = f"{reverse('orders', args=[organisation.slug])}{'?' if kept else ''}{kept}"
        keep = replace_url if came_from == "q" else push_url
        keep(response, address)
    return response


def _unread(request: TeamRequest, organisation: Organisation, query: Query, *, typing: bool) -> HttpResponse:
    """What to say to a form that cannot be read. The list that is shown stays, and so does its address.

    Who is still typing a word is told so quietly.
    """
    context = panel(organisation, query, read_counters(organisation))
    if typing:
        context["problems"] = [problem for problem in context["problems"] if problem.key != "q"]
    response = render(request, "orders/list/_unread.html", {**context, "typing": typing, "rows_stay": True})
    return push_url(reswap(response, "none"), False)


def _days(query: Query) -> Days | None:
    """The days of creation that the list shows."""
    days = query.criteria.created
    return days if query.ok and isinstance(days, Days) else None


def _range(organisation: Organisation, query: Query, count: Counted | None = None) -> dict[str, object]:
    """What may be read again at Glu, and how that went the last time: the days of creation that the list shows.

    `count` is how many orders it has, where they were counted already.
    """
    days = _days(query)
    if days is None:
        return {}
    found: dict[str, object] = {"range_query": query.url_query()}
    run = runs_on_page(organisation, reach_of(days.first, days.last)).asked
    if run is None:
        return found
    state = RangeState(run)
    flags = "; ".join(flag_words(state.run.flags.split()))
    found |= {"range": state, "range_flags": flags}
    if not state.running:
        whole = OrderCriteria(created=days)
        is_known = count is not None and query.criteria == whole
        return found | {"range_count": count if is_known else count_orders(organisation, whole)}
    known = footing_on_page(organisation)
    resting = rest(known.state, known.key)
    waits = [resting.until if resting else None, state.run.wait_until if state.run.error else None]
    needs_somebody = resting is not None and resting.until is None
    return found | {
        "range_rest": resting,
        "range_next": None if needs_somebody else max(filter(None, waits), default=None),
    }


def _picked(query: Query, picked: str, count: Counted | None, export_query: str) -> dict[str, Any]:
    """What the list's boxes for picking rows show; `picked` is how many matched when all of them were chosen, or ""."""
    looks = (("sort", query.sort), ("cols", query.cols), ("view", query.view), ("of", export_query))
    chosen = int(picked) if picked.isascii() and picked.isdigit() and len(picked) < 12 else None
    bound = "" if chosen is None or count is None else f"{'&' if export_query else ''}picked={count.n}"
    return {
        "may_pick": True,
        "export_query": f"{export_query}{bound}",
        "all_query": query.url_query(picked=str(count.n if count else 0)),
        "looks": [(name, value) for name, value in looks if value and value != DEFAULT_SORT],
        "picked_all": None if chosen is None else grouped(chosen),
        "picked_moved": chosen is not None and count is not None and count.n != chosen,
    }


def _hidden(query: Query) -> list[tuple[str, str]]:
    """What the filter form carries along unseen."""
    looks = (("cols", query.cols), ("view", query.view))
    return [*carried(query), *((name, value) for name, value in looks if value)]


def _empty(organisation: Organisation, query: Query) -> str:
    """Which of the empties this is: they read differently."""
    if not query.ok:
        return "error"
    known = footing_on_page(organisation)
    state, keys = known.state, [key for key in (known.key, known.candidate) if key]
    if all(key.state in GluKey.REJECTED for key in keys) and not organisation.orders.exists():
        return "key_rejected" if keys else "no_key"
    if state is None or state.history_complete_at is None:
        return "first_copy"
    if query.criteria.q and first_copy(organisation, state) is not None:  # a word may be in lines that are not here yet
        return "first_copy"
    return "no_orders" if query.criteria.is_empty() else "no_match"
