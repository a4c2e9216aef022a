"""The table of orders with its sums and headings, as the list and the printed list have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from glu_admin.tenancy.models import Organisation
from orders.display.money import money
from orders.proof.gaps import extent, is_copied, words_of
from orders.proof.standing import state_on_page
from orders.search import (
    Counted,
    CounterRow,
    CurrencySum,
    Found,
    Page,
    Query,
    chips,
    count_and_sums,
    describe,
    find,
    line_marks,
    list_page,
    sum_rows,
)
from orders.search.chips import SORT_WORDS
from orders.search.places import places
from orders.views.columns import USUAL, Chosen
from orders.views.rows import ListRow, list_rows


@dataclass(frozen=True)
class Head:
    """A column's heading; `query` is the list sorted by it (None: it cannot be), `sorted` which way it is now."""

    name: str
    label: str
    css: str
    sized: str
    is_hidden: bool
    query: str | None
    sorted: str


def table(
    organisation: Organisation,
    query: Query,
    size: int,
    back: str,
    columns: Sequence[Chosen],
    counters: Sequence[CounterRow],
) -> tuple[Page, dict[str, Any]]:
    """A page of `size` rows and the template's context for it; no rows for a query with errors.

    `back` is the list's query string, carried to the order's page; `counters` are the organisation's.
    """
    found = find(organisation, query.criteria) if query.ok else None
    page = list_page(organisation, query, size, found) if found else Page([], None, None)
    count, added = _count_and_sums(organisation, query, page, found, counters)
    return page, {
        "query": query,
        "chips": chips(query),
        "words": describe(query),
        "sort_words": SORT_WORDS[query.sort],
        "rows": _rows(organisation, query, page, back, columns) if page.rows else [],
        "count": count,
        "sums": sums_in_words(added),
        "sums_later": count is not None and count.n > 0 and not added,
        "missing": _missing(organisation, query),
        "heads": [_head(query, one) for one in columns],
        "many_columns": len(columns) > len(USUAL),
    }


def _head(query: Query, one: Chosen) -> Head:
    column = one.column
    now = {f"-{column.sort}": "descending", column.sort: "ascending"}.get(query.sort, "") if column.sort else ""
    turned = column.sort if query.sort == f"-{column.sort}" else f"-{column.sort}"
    return Head(
        one.name,
        column.label,
        column.css,
        one.sized,
        column.kind == "flags",
        query.url_query(sort=turned) if column.sort else None,
        now,
    )


def _rows(organisation: Organisation, query: Query, page: Page, back: str, columns: Sequence[Chosen]) -> list[ListRow]:
    matched = places(organisation, page.rows, query.criteria.q) if query.criteria.q else {}
    return list_rows(organisation, page.rows, line_marks(organisation, page.rows), back, columns, matched)


def _count_and_sums(
    organisation: Organisation, query: Query, page: Page, found: Found | None, counters: Sequence[CounterRow]
) -> tuple[Counted | None, list[CurrencySum]]:
    """How many orders there are and their sums; a list of one page has told both by being read."""
    if found is None:
        return None, []
    if page.is_all:
        return Counted(len(page.rows)), sum_rows(page.rows)
    return count_and_sums(organisation, query.criteria, found, counters)


def sums_in_words(added: Sequence[CurrencySum]) -> list[dict[str, object]]:
    """Sums as the list says them, one a currency."""
    return [
        {
            "currency": total.currency or "?",
            "orders": Counted(total.orders),
            "total": money(total.total, total.currency) if total.without < total.orders else "",
            "without": Counted(total.without),
        }
        for total in added
    ]


def _missing(organisation: Organisation, query: Query) -> str:
    """What of the days asked for is not here, in words; without days it is asked only while the history is copied."""
    state = state_on_page(organisation)
    copying = state is None or state.history_complete_at is None
    if not query.ok or not (copying or query.criteria.created) or not is_copied(organisation):
        return ""
    return words_of(extent(organisation, *query.criteria.created_days()).gaps, organisation.zone)
