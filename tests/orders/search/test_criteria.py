"""Pages joined, the exported rows and a plain filter over the same payloads are one, whatever is asked."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation
from orders.exports import jsonl_orders
from orders.search import OrderCriteria, count_orders, facets, parse_query, sums
from tests.orders.builders import order, write
from tests.orders.paging import pages

LONDON = ZoneInfo("Europe/London")
# Ends of months and of days, both hours of the night that has two, and both sides of the hour that is not there.
STAMPS = [
    *("2026-01-31T23:59:59", "2026-02-01T00:00:00", "2026-02-28T23:59:59", "2026-03-01T00:00:00"),
    *(
        "2026-03-28T23:59:59",
        "2026-03-29T00:30:00",
        "2026-03-29T01:00:00",
        "2026-03-29T22:59:59",
        "2026-03-29T23:00:00",
    ),
    *(
        "2026-10-24T22:59:59",
        "2026-10-24T23:00:00",
        "2026-10-25T00:30:00",
        "2026-10-25T01:30:00",
        "2026-10-25T23:59:59",
    ),
]
WORDS = {"dispatch": ["Packed", "Dispatched", "Beamed"], "payment": ["Paid", "Pending"], "channel": ["Web", "Desk"]}
GLU = {"dispatch": "dispatchStatus", "payment": "paymentStatus", "channel": "channel", "currency": "currencyCode"}
DAYS = {"created": "createdAt", "updated": "updatedAt", "scheduled": "scheduledDeliveryAt"}


def payload(n: int) -> dict[str, Any]:
    """The nth of many orders that differ in everything that can be asked, with ties and gaps."""

    def pick(values: list[Any], step: int) -> Any:
        return values[n * step % len(values)]

    return order(
        n,
        f"{pick(STAMPS, 1)}+00:00",
        updatedAt=f"{pick(STAMPS, 3)}+00:00",
        dispatchStatus=pick([*WORDS["dispatch"], None, ""], 1),
        paymentStatus=pick([*WORDS["payment"], None], 1),
        channel=pick([*WORDS["channel"], ""], 2),
        currencyCode=pick(["GBP", "gbp ", "JPY", None], 1),
        total=pick([5000, 5000, 50, None, 0, 4999, -100], 1),
        discountAmount=pick([None, 0, 100], 1),
        scheduledDeliveryAt=pick([None, f"{pick(STAMPS, 5)}+00:00"], 1),
        recipientEmailAddress=pick([None, "", "kim@post.example"], 1),
        lines=[
            {
                "id": 10 * n + at,
                "personalMessage": pick([None, "", "Hello"], at + 1),
                "refunded": pick([True, False, None], at),
            }
            for at in range(n % 3)
        ],
    )


PAYLOADS = [payload(n) for n in range(1, 71)]
GONE = {n for n in range(1, 71) if n % 9 == 0}


@pytest.fixture
def full(house: Any) -> Organisation:
    write(house.hotel, *PAYLOADS)
    write(house.golf, *PAYLOADS[:9])
    house.hotel.orders.filter(glu_id__in=GONE).update(gone_at=datetime(2026, 11, 1, tzinfo=UTC))
    return house.hotel


def meets(row: dict[str, Any], asked: OrderCriteria) -> bool:
    """The criteria, read plainly, of one payload."""
    for name, key in GLU.items():
        value = row[key] or ""
        value = value.strip().upper() if name == "currency" else value
        if (wanted := getattr(asked, name)) and value not in wanted:
            return False
        if value in asked.excluded(name):
            return False
    for name, key in DAYS.items():
        if days := getattr(asked, name):
            day = datetime.fromisoformat(row[key]).astimezone(LONDON).date() if row[key] else None
            if not any(day and (first or day) <= day <= (last or day) for first, last in days.each):
                return False
    if (total := asked.total) and not _in_range(row, total):
        return False
    lines = row["lines"]
    flags = {
        "message": any(line["personalMessage"] for line in lines),
        "refund": any(line["refunded"] for line in lines),
        "recipient-email": bool(row["recipientEmailAddress"]),
        "scheduled": row["scheduledDeliveryAt"] is not None,
        "discount": bool(row["discountAmount"]),
    }
    if not all(flags[flag] for flag in asked.has) or any(flags[flag] for flag in asked.no):
        return False
    if asked.gone and (row["id"] in GONE) != (asked.gone == "only"):
        return False
    return not asked.ids or row["id"] in asked.ids


def _in_range(row: dict[str, Any], total: Any) -> bool:
    code = (row["currencyCode"] or "").strip().upper()
    if row["total"] is None or (total.currency and total.currency != code):
        return False
    amount = Decimal(row["total"]) / (100 if code == "GBP" else 1)
    least, most = total.least, total.most
    above = least is None or (amount > least if total.above else amount >= least)
    return above and (most is None or (amount < most if total.below else amount <= most))


VALUE = st.one_of(
    *(
        st.tuples(
            st.sampled_from([name, f"not.{name}"]),
            st.sampled_from([*WORDS.get(name, ["GBP", "jpy", "EUR"]), "", "Odd"]),
        )
        for name in GLU
    )
)
DAY = st.sampled_from(
    [
        *(
            "2026-01-31",
            "2026-02-01..2026-02-28",
            "..2026-03-29",
            "2026-03-29",
            "2026-10-25",
            "2026-10-24,2026-10-25..",
        ),
        *("-7d..", "..yesterday", "today..+1d", ">2026-03-29", "<=2026-02-28", "2026-01-01..2026-01-31,2026-03-01"),
    ]
)
ASKED = st.one_of(
    VALUE,
    VALUE,
    st.tuples(st.sampled_from(sorted(DAYS)), DAY),
    st.tuples(
        st.just("total"), st.sampled_from(["50", ">50", "<50", "..0", "49.995..", "£50..", "50 JPY", ">=-1", "EUR 1.."])
    ),
    st.tuples(
        st.sampled_from(["has", "no"]),
        st.sampled_from(["message", "refund", "recipient-email", "scheduled", "discount", "gone"]),
    ),
    st.tuples(st.just("id"), st.sampled_from(["1,2,3,99", "10~1~1~1~1~1~1", "7"])),
)
SORTS = st.sampled_from(["-created", "created", "-updated", "total", "-total", "scheduled", "-scheduled"])


@time_machine.travel("2026-10-25T12:00:00+00:00", tick=False)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ASKED, max_size=4), SORTS, st.sampled_from([7, 25, 200]))
@example([("not.dispatch", "Packed"), ("not.dispatch", "")], "-created", 7)
@example([("not.currency", "GBP"), ("no", "message")], "total", 7)
@example([("created", "2026-10-25"), ("created", "2026-03-29")], "created", 7)
def test_list_export_and_a_plain_filter_are_one(full: Organisation, asked: list[Any], sort: str, size: int) -> None:
    query = parse_query(urlencode([*asked, ("sort", sort)]), full)
    if not query.ok:
        return
    listed = pages(full, query, size)
    assert sorted(listed) == [row["id"] for row in PAYLOADS if meets(row, query.criteria)]
    assert listed == [json.loads(row)["id"] for row in jsonl_orders(full, query)]
    assert count_orders(full, query.criteria).n == len(listed)
    assert sum(total.orders for total in sums(full, query.criteria)) == len(listed)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUE, max_size=4))
def test_menus_count_what_the_other_filters_leave(full: Organisation, asked: list[Any]) -> None:
    criteria = parse_query(urlencode(asked), full).criteria
    for name, values in facets(full, criteria).items():
        if name in WORDS:
            others = tuple(pair for pair in criteria.none_of if pair[0] != name)
            left = replace(criteria, none_of=others, **{name: ()})  # type: ignore[arg-type]
            found = Counter(row[GLU[name]] or "" for row in PAYLOADS if meets(row, left))
            counted = {facet.value: facet.n for facet in values if facet.n is not None}
            assert all(counted[value] == found[value] for value in counted)


def test_a_day_without_a_zone_of_its_own_is_the_organisations(full: Organisation) -> None:
    """The night in October has 25 hours, and all of them are that day."""
    found = parse_query("created=2026-10-25", full).criteria
    assert found.created
    assert count_orders(full, found).n == sum(
        datetime.fromisoformat(row["createdAt"]) + timedelta(hours=1) < datetime(2026, 10, 26, 1, tzinfo=UTC)
        and datetime.fromisoformat(row["createdAt"]) >= datetime(2026, 10, 24, 23, tzinfo=UTC)
        for row in PAYLOADS
    )
