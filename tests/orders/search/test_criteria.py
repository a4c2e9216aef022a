"""Pages joined, the exported rows and a plain filter over the same payloads are one, whatever is asked."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import time_machine
from django.utils.timezone import now
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation
from orders.display.ages import attention_of, clock_of
from orders.display.working_days import WorkingCalendar
from orders.exports import jsonl_orders
from orders.search import OrderCriteria, count_and_sums, count_orders, facets, find, parse_query, read_counters, sums
from orders.search.criteria import Person
from orders.search.marked import sent_here
from tests.orders.asked import (
    ASKED,
    CHARGED_BACK,
    CHASED_LATER,
    DAYS,
    GIVEN_BACK,
    GLU,
    GONE,
    LIMITS,
    LONDON,
    MARKED,
    NOTED,
    PAID,
    PAYLOADS,
    REFUNDED,
    SORTS,
    TRANSACTIONS,
    VALUE,
    WORDS,
)
from tests.orders.paging import pages

ENGLAND = WorkingCalendar(LONDON, frozenset({1, 2, 3, 4, 5}), "GB-ENG")


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
    if asked.refunded and not any(
        (first or day) <= day <= (last or day) for day in _days_back(row) for first, last in asked.refunded.each
    ):
        return False
    if (total := asked.total) and not _in_range(row, total):
        return False
    if (age := asked.age) and not _is_so_old(row, age.text):
        return False
    lines = row["lines"]
    flags = {
        "late": _is_late(row),
        "past-schedule": _is_past_schedule(row),
        "message": any(line["personalMessage"] for line in lines),
        "refund": any(line["refunded"] for line in lines),
        "recipient-email": bool(row["recipientEmailAddress"]),
        "scheduled": row["scheduledDeliveryAt"] is not None,
        "discount": bool(row["discountAmount"]),
        **_travels(row),
        "unpaid": row["paymentStatus"] == "Pending",
        "unconfirmed": False,  # those that are marked were marked just now
        "unmarked": False,  # nothing has changed at Glu
        "refunded": row["id"] in REFUNDED,
        "partly-refunded": row["id"] in REFUNDED and _whole(row) > GIVEN_BACK[row["id"]],
        "chargeback": row["id"] in CHARGED_BACK,
        "chase-due": row["id"] in MARKED["chased"] - CHASED_LATER,
        "chase-later": row["id"] in CHASED_LATER,
        **{kind: row["id"] in marked for kind, marked in MARKED.items()},
        "note": row["id"] in NOTED,
    }
    if not all(flags[flag] for flag in asked.has) or any(flags[flag] for flag in asked.no):
        return False
    if asked.gone and (row["id"] in GONE) != (asked.gone == "only"):
        return False
    if not all(person is None or _is(row, role, person) for role, person in _asked_people(asked)):
        return False
    return not asked.ids or row["id"] in asked.ids


def _days_back(row: dict[str, Any]) -> list[date]:
    """The days on which money of an order went back."""
    back = [one for one in TRANSACTIONS if one["attachedOrder"] == row["id"] and one["type"] != "Payment"]
    return [datetime.fromisoformat(one["createdAt"]).astimezone(LONDON).date() for one in back]


def _whole(row: dict[str, Any]) -> int:
    """What was paid for an order, or its total where nothing is known to be."""
    return PAID if row["id"] % 3 else row["total"] or 0


def _waiting_since(row: dict[str, Any]) -> datetime | None:
    created, updated = (datetime.fromisoformat(row[name]) for name in ("createdAt", "updatedAt"))
    dispatch, payment = (
        created if row[name] in ("Pending", "Scheduled") else max(created, updated)
        for name in ("dispatchStatus", "paymentStatus")
    )
    if row["id"] in GONE:
        return None
    if row["paymentStatus"] == "Pending":
        return payment
    return max(dispatch, payment) if row["dispatchStatus"] in ("Packed", "Scheduled") else None


def _full(since: datetime, unit: str) -> int:
    if unit == "wd":
        return ENGLAND.waited(since, now())
    return max(
        (now() - since) // {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}[unit], 0
    )


def _is_so_old(row: dict[str, Any], text: str) -> bool:
    since = _waiting_since(row)
    least, dots, most = text.partition("..")
    spans = [re.fullmatch(r"(\d+)([a-z]+)", span) for span in (least, most if dots else least)]
    if since is None:
        return False
    ages = [span and _full(since, span[2]) - int(span[1]) for span in spans]
    return (ages[0] is None or ages[0] >= 0) and (ages[1] is None or ages[1] <= 0)


def _is_sent(row: dict[str, Any]) -> bool:
    return row["id"] in MARKED["posted"]


def _is_late(row: dict[str, Any]) -> bool:
    since, day = _waiting_since(row), row["scheduledDeliveryAt"]
    if since is None:
        return False
    if row["paymentStatus"] == "Pending":
        is_offline = row["paymentMethod"] == "Offline" or row["offlinePaymentMethod"] == "Cash"
        return _full(since, "d") > LIMITS["offline_days"] if is_offline else _full(since, "min") > 30
    if _is_sent(row) or _is_to_come(day) or (day is None and row["dispatchStatus"] == "Scheduled"):
        return False
    limit = {"Courier": 100, "": 20}.get(row["deliveryMethodName"] or "", 150)
    return _full(since, "wd") > limit


def _is_past_schedule(row: dict[str, Any]) -> bool:
    day = row["scheduledDeliveryAt"]
    is_open = row["dispatchStatus"] in ("Packed", "Scheduled") and _waiting_since(row) is not None
    return is_open and not _is_sent(row) and day is not None and not _is_to_come(day)


def _is_to_come(day: str | None) -> bool:
    return day is not None and datetime.fromisoformat(day).astimezone(LONDON).date() >= now().astimezone(LONDON).date()


def _travels(row: dict[str, Any]) -> dict[str, bool]:
    """The flags of delivery, on a Sunday: post for Tuesday is due, two working days before; the rest on its day."""
    kind = (row["deliveryMethodType"] or "").lower()
    at = row["scheduledDeliveryAt"]
    day = datetime.fromisoformat(at).astimezone(LONDON).date() if at else None
    is_post = bool(row["deliveryMethodName"])
    return {
        "due": day is None or day <= date(2026, 10, 27 if is_post else 25),
        "late-start": day is not None and day <= date(2026, 10, 27 if is_post else 24),
        "by-email": kind == "email",
        "collect": kind == "collection",
        "odd-email": bool(row["emailToRecipient"]) and row["recipientEmailAddress"] != "kim@post.example",
    }


def _asked_people(asked: OrderCriteria) -> list[tuple[str, Person | None]]:
    return [("customer", asked.bought), ("recipient", asked.received)]


def _is(row: dict[str, Any], role: str, person: Person) -> bool:
    """The rules for one person, read plainly."""
    if person.kind == "email":
        return (row[f"{role}EmailAddress"] or "").lower() == person.key
    first, last = (row.get(f"{role}{part}Name") or "" for part in ("First", "Last"))
    whole = row["customerName" if role == "customer" else "deliveryName"] or ""
    if person.name.lower() not in {whole.strip().lower(), f"{first} {last}".strip().lower()}:
        return False
    if person.kind == "phone":
        return role == "customer" and "".join(filter(str.isdigit, row["phoneNumber"]))[-9:] == person.key
    code = row["billingAddressPostcode" if role == "customer" else "deliveryAddressPostcode"] or ""
    return code.replace(" ", "").upper() == person.key


def _in_range(row: dict[str, Any], total: Any) -> bool:
    code = (row["currencyCode"] or "").strip().upper()
    if row["total"] is None or (total.currency and total.currency != code):
        return False
    amount = Decimal(row["total"]) / (100 if code == "GBP" else 1)
    least, most = total.least, total.most
    above = least is None or (amount > least if total.above else amount >= least)
    return above and (most is None or (amount < most if total.below else amount <= most))


@time_machine.travel("2026-10-25T12:00:00+00:00", tick=False)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ASKED, max_size=4), SORTS, st.sampled_from([7, 25, 200]))
@example([("not.dispatch", "Packed"), ("not.dispatch", "")], "-created", 7)
@example([("not.currency", "GBP"), ("no", "message")], "total", 7)
@example([("has", "posted"), ("no", "prepared")], "-updated", 7)
@example([("has", "ready")], "-created", 7)
@example([("has", "late")], "-age", 7)
@example([("no", "late"), ("age", "0d..")], "age", 7)
@example([("has", "past-schedule")], "-created", 7)
@example([("age", "30min..1wd")], "-total", 7)
@example([("has", "partly-refunded"), ("no", "chargeback")], "total", 7)
@example([("has", "late"), ("no", "chase-later")], "created", 7)
@example([("has", "chase-due")], "-updated", 7)
@example([("created", "2026-10-25"), ("created", "2026-03-29")], "created", 7)
@example([("refunded", "2026-03-29")], "-created", 7)
@example([("refunded", "2026-01-01..2026-01-31,2026-03-29,2026-10-25.."), ("no", "refunded")], "total", 7)
def test_list_export_and_a_plain_filter_are_one(full: Organisation, asked: list[Any], sort: str, size: int) -> None:
    query = parse_query(urlencode([*asked, ("sort", sort)]), full)
    if not query.ok:
        return
    listed = pages(full, query, size)
    assert sorted(listed) == [row["id"] for row in PAYLOADS if meets(row, query.criteria)]
    assert listed == [json.loads(row)["id"] for row in jsonl_orders(full, query)]
    assert count_orders(full, query.criteria).n == len(listed)
    assert sum(total.added.orders for total in sums(full, query.criteria)) == len(listed)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUE, max_size=4))
def test_menus_count_what_the_other_filters_leave(full: Organisation, asked: list[Any]) -> None:
    criteria = parse_query(urlencode(asked), full).criteria
    counters = read_counters(full)
    if criteria.only_counted():
        added = count_and_sums(full, criteria, find(full, criteria), counters)
        assert added == (count_orders(full, criteria), sums(full, criteria))
    for name, values in facets(counters, criteria).items():
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


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 3, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_is_said_of_an_order_is_what_its_filter_finds(full: Organisation, moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        clock, orders = clock_of(full), list(full.orders.annotate(sent=sent_here(full)))
        told = {row.pk: attention_of(row, clock, sent=row.sent) for row in orders}
        for flag, said in (
            ("late", {pk for pk, attention in told.items() if attention.age and attention.age.is_past}),
            ("past-schedule", {pk for pk, attention in told.items() if attention.schedule}),
        ):
            for key, expected in (("has", said), ("no", told.keys() - said)):
                query = parse_query(f"{key}={flag}", full)
                assert set(find(full, query.criteria).orders.values_list("pk", flat=True)) == expected
