"""The table of orders with its sums and headings, as the list and the printed list have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from glu_admin.tenancy.models import Organisation
from orders.display.money import money
from orders.display.statuses import badge
from orders.models import MirrorState
from orders.proof.gaps import missing_days
from orders.proof.standing import state_on_page
from orders.proof.transactions import transactions_known
from orders.search import (
    Added,
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
    list_page,
    may_be_few,
    sum_rows,
)
from orders.search.chips import SORT_WORDS
from orders.search.places import places
from orders.views.columns import USUAL, Chosen
from orders.views.rows import ListRow, list_rows

_MOST_PARTS = 6  # payment statuses that a sum names


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
    found, state = find(organisation, query.criteria) if query.ok else None, state_on_page(organisation)
    page, (count, added) = Page([], None, None), (None, list[CurrencySum]())
    if found:
        page, count, added = _page_and_sums(organisation, query, size, found, counters)
    return page, {
        "query": query,
        "chips": chips(query),
        "words": describe(query),
        "sort_words": str(SORT_WORDS[query.sort]),
        "rows": _rows(organisation, query, page, back, columns) if page.rows else [],
        "count": count,
        "sums": sums_in_words(added),
        "sums_later": count is not None and count.n > 0 and not added,
        "transactions": transactions_known(state),
        "missing": _missing(organisation, query, state),
        "heads": [_head(query, one) for one in columns],
        "many_columns": len(columns) > len(USUAL),
    }


def _head(query: Query, one: Chosen) -> Head:
    column = one.column
    now = {f"-{column.sort}": "descending", column.sort: "ascending"}.get(query.sort, "") if column.sort else ""
    turned = column.sort if query.sort == f"-{column.sort}" else f"-{column.sort}"
    return Head(
        one.name,
        str(column.label),
        column.css,
        one.sized,
        column.kind == "flags",
        query.url_query(sort=turned) if column.sort else None,
        now,
    )


def _rows(organisation: Organisation, query: Query, page: Page, back: str, columns: Sequence[Chosen]) -> list[ListRow]:
    matched = places(organisation, page.rows, query.criteria.q) if query.criteria.q else {}
    return list_rows(organisation, page, back, columns, matched)


def _page_and_sums(
    organisation: Organisation, query: Query, size: int, found: Found, counters: Sequence[CounterRow]
) -> tuple[Page, Counted, list[CurrencySum]]:
    """A page, how many orders there are and their sums; a list of one page has told both by being read."""
    told = (
        count_and_sums(organisation, query.criteria, found, counters)
        if not found.is_few and may_be_few(query)
        else None
    )
    page = list_page(organisation, query, size, found, told[0] if told else None)
    if page.is_all:
        return page, Counted(len(page.rows)), sum_rows(page.rows)
    return page, *(told or count_and_sums(organisation, query.criteria, found, counters))


def sums_in_words(added: Sequence[CurrencySum]) -> list[dict[str, object]]:
    """Sums as the list says them, one a currency: what was ordered by payment status, and what is left of payments.

    Without a `net` nothing is known of transactions; `unsettled` orders are not in it.
    """
    return [
        {
            "currency": total.currency or "?",
            "orders": Counted(total.added.orders),
            "parts": [_part(status, part, total.currency) for status, part in total.statuses[:_MOST_PARTS]],
            "more": _part("", _rest(total), total.currency) if len(total.statuses) > _MOST_PARTS else None,
            "without": Counted(total.added.without),
            "net": money(total.added.net, total.currency) if total.added.with_paid else "",
            "back": money(total.added.back, total.currency) if total.added.back else "",
            "unsettled": Counted(total.added.unsettled),
        }
        for total in added
    ]


def _part(status: str, added: Added, code: str) -> dict[str, object]:
    """The orders of one payment status, in words; without a total none of them has one."""
    return {
        "status": badge("payment", status)[1],
        "orders": Counted(added.orders),
        "total": money(added.total, code) if added.with_total else "",
    }


def _rest(total: CurrencySum) -> Added:
    return reduce(Added.plus, (part for _, part in total.statuses[_MOST_PARTS:]))


def _missing(organisation: Organisation, query: Query, state: MirrorState | None) -> str:
    """What of the days asked for is not here, in words; without days it is asked only while the history is copied."""
    copying = state is None or state.history_complete_at is None
    if not query.ok or not (copying or query.criteria.created):
        return ""
    return missing_days(organisation, *query.criteria.created_days())
