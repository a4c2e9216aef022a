"""The order list: the URL is its whole state, and page and htmx get the same answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from glu_admin.fragments import wants_fragment
from glu_admin.keys.lifecycle import current_key
from glu_admin.keys.models import GluKey
from glu_admin.tenancy.access import door
from glu_admin.tenancy.models import Organisation, Role, User
from orders.checks import range_state
from orders.first_copy import first_copy
from orders.freshness import flag_words, rest
from orders.models import MirrorState
from orders.money import money
from orders.search import (
    COUNT_CAP,
    Counted,
    Facet,
    OrderCriteria,
    Page,
    Query,
    chips,
    count_orders,
    describe,
    facets,
    line_marks,
    list_page,
    parse_query,
    sum_rows,
    sums,
)
from orders.search.chips import SORT_WORDS
from orders.search.criteria import LABELS, Amounts, Days
from orders.search.query import DEFAULT_SORT
from orders.views.rows import list_rows

_PRESETS = (("Today", "today"), ("Last 7 days", "-6d.."), ("Last 30 days", "-29d.."))
_SORT_COLUMNS = ("created", "updated", "total", "scheduled")
_MOST_OFFERED = 50
_SPANS = ("created", "updated", "scheduled", "total")


@door(Role.VIEWER)
def orders(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The list, its filter and its counts. Values that cannot be read are said, and no rows are shown."""
    asked = _canonical(request.GET)
    if asked != request.GET and not wants_fragment(request):
        return redirect(f"{reverse('orders', args=[organisation.slug])}?{asked.urlencode()}".rstrip("?"))
    query = parse_query(asked, organisation)
    back = query.url_query()
    if query.cursor and query.ok:
        back = query.url_query(cursor=query.cursor)
    if wants_fragment(request) and request.headers.get("HX-Target") == "range":
        return render(request, "orders/_range.html", {**_range(organisation, query), "back": back, "asked_again": True})
    user = request.user
    size = query.size or (user.rows_per_page if isinstance(user, User) else 50)
    page = list_page(organisation, query, size) if query.ok else Page([], None, None)
    count = _count(organisation, query, page)
    offers = facets(organisation, query.criteria)
    context: dict[str, Any] = {
        "query": query,
        "search": query.criteria.q or asked.get("q", ""),
        "back": back,
        "chips": chips(query),
        "words": describe(query),
        "rows": list_rows(organisation, page.rows, line_marks(organisation, page.rows), back) if page.rows else [],
        "count": count,
        "sums": _sums(organisation, query, page, count),
        "older": query.url_query(cursor=page.older) if page.older else "",
        "newer": query.url_query(cursor=page.newer) if page.newer else "",
        "first": query.url_query() if query.cursor else None,
        "filters": [(LABELS[name], name, *_offered(values)) for name, values in offers.items()],
        "spans": [(LABELS[name], name, *_span(query, name)) for name in _SPANS],
        "presets": [(words, query.url_query(created=text)) for words, text in _PRESETS],
        "sorts": [(words, query.url_query(sort=sort), sort == query.sort) for sort, words in SORT_WORDS.items()],
        "sort_words": SORT_WORDS[query.sort],
        "heads": {name: _head(query, name) for name in _SORT_COLUMNS},
        "export_query": query.all_orders().url_query(),
        "hidden": _hidden(query),
        **_range(organisation, query),
    }
    if not page.rows:
        context["empty"] = _empty(organisation, query)
    response = render(request, "orders/list.html", context)
    response["Vary"] = "HX-Request, Cookie"
    if (came_from := request.headers.get("HX-Trigger")) in ("q", "filter"):
        # A form sends its empty boxes too: the address that is kept is the canonical one. Typing leaves no trail.
        canonical = query.url_query()
        address = f"{reverse('orders', args=[organisation.slug])}{'?' if canonical else ''}{canonical}"
        response["HX-Replace-Url" if came_from == "q" else "HX-Push-Url"] = address
    return response


def _range(organisation: Organisation, query: Query) -> dict[str, object]:
    """What may be read again at Glu, and how that went the last time: the days of creation that the list shows."""
    days = query.criteria.created
    if not query.ok or not isinstance(days, Days):
        return {}
    found: dict[str, object] = {"range_query": query.url_query()}
    state = range_state(organisation, days.first, days.last)
    if state is None:
        return found
    flags = "; ".join(flag_words(state.run.flags.split()))
    found |= {"range": state, "range_flags": flags}
    if not state.running:
        return found | {"range_count": count_orders(organisation, OrderCriteria(created=days))}
    mirror = MirrorState.across_organisations.filter(organisation=organisation).first()
    resting = rest(mirror, current_key(organisation))
    waits = [resting.until if resting else None, state.run.wait_until if state.run.error else None]
    needs_somebody = resting is not None and resting.until is None
    return found | {
        "range_rest": resting,
        "range_next": None if needs_somebody else max(filter(None, waits), default=None),
    }


def _canonical(data: QueryDict) -> QueryDict:
    """What the filter form sends, as the address has it: two boxes of a range as one value, empty boxes left out."""
    out = data.copy()
    for name in _SPANS:
        ends = [out.pop(f"{name}-{end}", [""])[-1].strip() for end in ("from", "to")]
        if any(ends):
            out[name] = "..".join(ends) if ends[0] != ends[1] else ends[0]
    for name in (*_SPANS, "q"):
        if name in out and not "".join(out.getlist(name)).strip():
            del out[name]
    return out


def _hidden(query: Query) -> list[tuple[str, object]]:
    """What the filter form carries along unseen."""
    pairs = (("sort", query.sort), ("size", query.size))
    return [(name, value) for name, value in pairs if value and value != DEFAULT_SORT]


def _offered(values: list[Facet]) -> tuple[list[Facet], int]:
    """The values of a field that fit a page, those asked for among them, and how many more there are."""
    shown = [value for place, value in enumerate(values) if place < _MOST_OFFERED or value.selected]
    return shown, len(values) - len(shown)


def _span(query: Query, name: str) -> tuple[str, str]:
    """What stands in a range's two boxes."""
    match getattr(query.criteria, name):
        case Days(first, last):
            return (str(first or ""), str(last or ""))
        case Amounts(least, most):
            return (str("" if least is None else least), str("" if most is None else most))
    return ("", "")


def _head(query: Query, name: str) -> dict[str, str]:
    """A sortable heading: where it leads, and which way it is sorted now."""
    now = {f"-{name}": "descending", name: "ascending"}.get(query.sort, "")
    turned = name if query.sort == f"-{name}" else f"-{name}"
    return {"query": query.url_query(sort=turned), "sorted": now}


def _count(organisation: Organisation, query: Query, page: Page) -> Counted | None:
    """How many orders there are; on a list of one page they have been counted by reading it."""
    if not query.ok:
        return None
    return Counted(len(page.rows)) if page.is_all else count_orders(organisation, query.criteria)


def _sums(organisation: Organisation, query: Query, page: Page, count: Counted | None) -> list[dict[str, object]]:
    """The sums in words; none where there are more orders than may be added up while somebody waits."""
    if count is None or count.n > COUNT_CAP or not count.exact:
        return []
    found = sum_rows(page.rows) if page.is_all else sums(organisation, query.criteria)
    return [
        {
            "currency": one.currency or "?",
            "orders": Counted(one.orders),
            "total": money(one.total, one.currency),
            "without": Counted(one.without),
        }
        for one in found
    ]


def _empty(organisation: Organisation, query: Query) -> str:
    """Which of the empties this is: they read differently."""
    if not query.ok:
        return "error"
    state = MirrorState.across_organisations.filter(organisation=organisation).first()
    keys = organisation.glu_keys.all()
    if not keys.exclude(state__in=GluKey.REJECTED).exists() and not organisation.orders.exists():
        return "key_rejected" if keys.exists() else "no_key"
    if state is None or state.history_complete_at is None:
        return "first_copy"
    if query.criteria.q and first_copy(organisation, state) is not None:  # a word may be in lines that are not here yet
        return "first_copy"
    return "no_orders" if query.criteria.is_empty() else "no_match"
