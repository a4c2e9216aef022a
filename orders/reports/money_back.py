"""What went back on the days of a period, whenever it was ordered: refunds and chargebacks, less those that failed."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from django.utils.translation import pgettext

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start
from orders.display.money import currency
from orders.models.transaction import GIVEN_BACK
from orders.reports.period import Period, Slice, folded
from orders.search.conditions import went_back
from orders.search.criteria import Days
from orders.settlement import WAYS, Moved, Way, adds_up

MOST_CURRENCIES = 4
"""So many currencies stand in a report, those of most orders."""

LeftOut = Literal["order", "amount", "currency"]
"""Why a transaction is in no sum: its order is not here, it has no amount, or not the currency of its order."""

_AS_SUMMED: dict[Way, int] = {"refunded": 1, "charged back": 1, "not refunded": -1, "not charged back": -1}


class Back(NamedTuple):
    """Orders with a refund or chargeback, and amounts in minor units of one currency.

    `failed` is what of refunds failed and of chargebacks was reversed: the `whole` is less by that.
    """

    orders: int = 0
    refunded: int = 0
    charged: int = 0
    failed: int = 0

    @property
    def whole(self) -> int:
        """What went back in all; below 0 where more failed than went back."""
        return self.refunded + self.charged - self.failed


@dataclass(frozen=True)
class Row:
    """Some days of a section: what they are, what went back, and the query string of the orders, "" for none."""

    words: str
    back: Back
    query: str


@dataclass(frozen=True)
class Section:
    """The orders of one currency, "" for none given: a row for each slice of the period, and one for all of it."""

    currency: str
    rows: Sequence[Row]
    whole: Row


@dataclass(frozen=True)
class Movement:
    """One transaction by which money went back, or by which that failed: `way` says which, `type` is Glu's word.

    The amount (minor units) is as it is added up, below 0 for what failed. `left_out` is why it is not, None where it
    is. `of` is the currency of its order, of its own where that is not here.
    """

    at: datetime
    order: int | None
    type: str
    way: Way
    amount: int | None
    currency: str
    reference: str
    of: str
    left_out: LeftOut | None


@dataclass(frozen=True)
class MoneyBack:
    """The sections of a period, most orders first, the other currencies it has, and its movements, newest first."""

    sections: Sequence[Section]
    others: Sequence[Row]
    movements: Sequence[Movement]

    @property
    def left_out(self) -> Mapping[LeftOut, Sequence[Movement]]:
        """The movements that are in no sum, by why they are not."""
        found = defaultdict[LeftOut, list[Movement]](list)
        for one in self.movements:
            if one.left_out:
                found[one.left_out].append(one)
        return found


def money_back(
    organisation: Organisation, period: Period, only: str | None = None, *, most: int | None = MOST_CURRENCIES
) -> MoneyBack:
    """What went back on the days of a period, of each transaction by itself; `only` that of orders in one currency.

    `most` is how many currencies have a section; None for all.
    """
    rows = went_back(organisation, Days(period.first, period.last, period.days))
    orders = organisation.orders.filter(glu_id__in=rows.order_by().values("order_glu_id"))
    codes = {glu_id: currency(code) for glu_id, code in orders.values_list("glu_id", "currency_code")}
    newest = rows.order_by("-created_at", "-glu_id").values_list("order_glu_id", *Moved._fields)
    movements = [_movement(order, Moved(*row), codes) for order, *row in newest]
    by_code = defaultdict[str, list[Movement]](list)
    for one in movements:
        if one.order in codes:
            by_code[one.of].append(one)
    slices = period.slices()
    starts = [day_start(part.first, organisation.zone) for part in slices]
    found = {code: _section(period, slices, starts, code, mine) for code, mine in by_code.items()}
    ranked = sorted(found.values(), key=lambda section: (-section.whole.back.orders, section.currency))
    chosen = [section for section in ranked if only in (None, section.currency)][:most]
    others = [
        Row(section.currency, section.whole.back, urlencode([("currency", section.currency)]))
        for section in ranked
        if section not in chosen
    ]
    return MoneyBack(chosen, others, [one for one in movements if only in (None, one.of)])


def folded_rows(period: Period, section: Section) -> list[Row]:
    """A section's rows for a page: stretches in which nothing moved are one row each."""
    return [
        Row(part.words, Back(), "") if place is None else section.rows[place]
        for part, place in folded(period.slices(), [not any(row.back) for row in section.rows])
    ]


def _movement(order: int | None, moved: Moved, codes: Mapping[int, str]) -> Movement:
    way, own = WAYS[moved.type], currency(moved.currency_code)
    of = own if order is None else codes.get(order, own)
    left_out: LeftOut | None = None
    if order not in codes:
        left_out = "order"
    elif not adds_up(of, moved):
        left_out = "amount" if moved.amount is None else "currency"
    amount = None if moved.amount is None else _AS_SUMMED[way] * abs(moved.amount)
    reference = moved.gateway_reference or ""
    return Movement(moved.created_at, order, moved.type or "", way, amount, own, reference, of, left_out)


def _section(
    period: Period, slices: Sequence[Slice], starts: Sequence[datetime], code: str, movements: Sequence[Movement]
) -> Section:
    sums = [defaultdict[Way, int](int) for _ in slices]
    orders = [set[int | None]() for _ in slices]
    for one in movements:
        place = bisect_right(starts, one.at) - 1
        if one.type in GIVEN_BACK:
            orders[place].add(one.order)
        if one.left_out is None:
            sums[place][one.way] += abs(one.amount or 0)
    backs = [_back(len(these), added) for these, added in zip(orders, sums, strict=True)]
    whole = Back(len(set().union(*orders)), *(sum(amounts) for amounts in list(zip(*backs, strict=True))[1:]))
    return Section(
        code,
        [_row(part.words, back, code, part.days) for part, back in zip(slices, backs, strict=True)],
        _row(pgettext("all rows", "All"), whole, code, period.days),
    )


def _back(orders: int, added: Mapping[Way, int]) -> Back:
    return Back(orders, added["refunded"], added["charged back"], added["not refunded"] + added["not charged back"])


def _row(words: str, back: Back, code: str, days: str) -> Row:
    return Row(words, back, urlencode([("currency", code), ("refunded", days)]) if back.orders else "")
