"""What is new or changed since an export, from the record of change.

A mark is not a time: a row may be committed after one that bears a later time. Whatever is written of an organisation
is written by one holder at a time, so its rows are numbered in the order in which others come to see them.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from glu_admin.tenancy.models import Organisation, User
from orders.exports.choice import Choice
from orders.exports.columns import OWN, PRESETS
from orders.models import Export, Order
from orders.search import Counted, Query
from orders.search.query import DEFAULT_SORT

_MOST_COUNTED = 10_000
_SHAPE_WORDS = {
    "orders": gettext_lazy("orders"),
    "lines": gettext_lazy("their lines"),
    "both": gettext_lazy("orders and lines"),
}


class Mark(NamedTuple):
    """The highest primary keys that an organisation's orders, changes and lines had; nothing was there before 0."""

    order: int = 0
    change: int = 0
    line: int = 0

    def __str__(self) -> str:
        return " ".join(map(str, self))


@dataclass(frozen=True)
class Marked:
    """The last export of a kind that counts, when what it holds was settled, and what has come since then."""

    export: Export
    words: str
    at: datetime
    new: Counted
    changed: Counted


def read_mark(text: str) -> Mark:
    """A mark as it was written."""
    return Mark(*map(int, text.split()))


def mark_now(organisation: Organisation) -> Mark:
    """The mark of what is here: whatever comes after it is beyond it."""
    tables = (organisation.orders, organisation.order_changes, organisation.order_lines)
    return Mark(*(rows.order_by().aggregate(last=Max("pk"))["last"] or 0 for rows in tables))


def changed_since(organisation: Organisation, mark: Mark, *, lines: bool) -> Q:
    """The condition of orders that were here at a mark and have moved since.

    Where their `lines` are wanted, those too whose lines were read later.
    """
    moved = Q(pk__in=organisation.order_changes.order_by().filter(pk__gt=mark.change).values("order"))
    if lines:
        moved |= Q(pk__in=organisation.order_lines.order_by().filter(pk__gt=mark.line).values("order"))
    return moved & Q(pk__lte=mark.order)


def since(organisation: Organisation, mark: Mark, *, lines: bool) -> Q:
    """The condition of orders that are new or have changed since a mark."""
    return Q(pk__gt=mark.order) | changed_since(organisation, mark, lines=lines) if any(mark) else Q()


def kind_of(query: Query, choice: Choice) -> str:
    """What makes exports be of one kind: the same filter, however sorted, the same shape and columns."""
    return _kind(query, choice.shape, OWN if choice.chosen else choice.columns)


def last_mark(exports: QuerySet[Export], kind: str) -> Export | None:
    """The last export of a kind that counts."""
    return exports.filter(kind=kind, counts=True, marked_at__isnull=False).order_by("-marked_at", "-pk").first()


def count_since(organisation: Organisation, orders: QuerySet[Order], mark: Mark, shape: str) -> tuple[Counted, Counted]:
    """How many of some orders are new, and how many have changed, since a mark; up to a limit."""
    changed = changed_since(organisation, mark, lines=shape != "orders")
    new, moved = (
        orders.order_by().filter(which)[: _MOST_COUNTED + 1].count() for which in (Q(pk__gt=mark.order), changed)
    )
    return _capped(new), _capped(moved)


def marks_of(organisation: Organisation, user: User, query: Query, orders: QuerySet[Order]) -> list[Marked]:
    """Somebody's marks of a filter, one a kind; `orders` are what the filter finds."""
    exports = organisation.exports.filter(user=user)
    kinds = {
        _kind(query, shape, columns): f"{_columns_words(columns)}, {words}"
        for shape, words in _SHAPE_WORDS.items()
        for columns in (*PRESETS, OWN)
    }
    newest = exports.filter(kind__in=kinds, counts=True, marked_at__isnull=False).order_by().values("kind")
    found = []
    for kind in newest.annotate(at=Max("marked_at")).order_by("-at").values_list("kind", flat=True):
        export = last_mark(exports, kind)
        if export is not None and export.marked_at is not None:
            counts = count_since(organisation, orders, read_mark(export.mark), export.shape)
            found.append(Marked(export, kinds[kind], export.marked_at, *counts))
    return found


def _columns_words(columns: str) -> str:
    return _(PRESETS[columns].label) if columns in PRESETS else _("Chosen columns")


def _kind(query: Query, shape: str, columns: str) -> str:
    asked = replace(query.all_orders(), sort=DEFAULT_SORT).url_query()
    return f"{shape} {columns} {hashlib.sha256(asked.encode()).hexdigest()[:32]}"


def _capped(n: int) -> Counted:
    return Counted(min(n, _MOST_COUNTED), n <= _MOST_COUNTED)
