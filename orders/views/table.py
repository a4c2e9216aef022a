"""The table of orders with its sums and headings, as the list and the printed list have it."""

from typing import Any

from glu_admin.tenancy.models import Organisation
from orders.display.money import money
from orders.models.mirror_state import state_of
from orders.proof.gaps import extent, is_copied, words_of
from orders.search import (
    COUNT_CAP,
    Counted,
    Page,
    Query,
    chips,
    count_orders,
    describe,
    line_marks,
    list_page,
    sum_rows,
    sums,
)
from orders.search.chips import SORT_WORDS
from orders.views.rows import list_rows

_SORT_COLUMNS = ("created", "updated", "total", "scheduled")


def table(organisation: Organisation, query: Query, size: int, back: str) -> tuple[Page, dict[str, Any]]:
    """A page of `size` rows and the template's context for it; no rows for a query with errors.

    `back` is the list's query string, carried to the order's page.
    """
    page = list_page(organisation, query, size) if query.ok else Page([], None, None)
    count = _count(organisation, query, page)
    return page, {
        "query": query,
        "chips": chips(query),
        "words": describe(query),
        "sort_words": SORT_WORDS[query.sort],
        "rows": list_rows(organisation, page.rows, line_marks(organisation, page.rows), back) if page.rows else [],
        "count": count,
        "sums": _sums(organisation, query, page, count),
        "missing": _missing(organisation, query),
        "heads": {name: _head(query, name) for name in _SORT_COLUMNS},
    }


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
            "currency": total.currency or "?",
            "orders": Counted(total.orders),
            "total": money(total.total, total.currency) if total.without < total.orders else "",
            "without": Counted(total.without),
        }
        for total in found
    ]


def _missing(organisation: Organisation, query: Query) -> str:
    """What of the days asked for is not here, in words; without days it is asked only while the history is copied."""
    state = state_of(organisation)
    copying = state is None or state.history_complete_at is None
    if not query.ok or not (copying or query.criteria.created) or not is_copied(organisation):
        return ""
    return words_of(extent(organisation, *query.criteria.created_days()).gaps, organisation.zone)
