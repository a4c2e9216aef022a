"""What criteria ask of an order's own columns and lines, as one condition of the database."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from math import ceil, floor
from operator import and_, or_
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, Concat, Lower, NullIf, Trim
from django.db.models.lookups import Exact

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import day_start
from orders.display.ages import clock_of
from orders.display.money import currency, minor_units
from orders.models import Transaction
from orders.models.counter import counted_values
from orders.models.order import DigitsTail, JoinedCode
from orders.models.transaction import GIVEN_BACK, IsBack
from orders.search import delivery, paying
from orders.search.criteria import DAY_COLUMNS, PERSON_FIELDS, VALUE_FIELDS, Ages, Amounts, Days, OrderCriteria, Person
from orders.search.lateness import late, past_schedule, stuck
from orders.search.marked import marked, sent_here

_MOST_MINOR = 2**63 - 1
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def condition(organisation: Organisation, criteria: OrderCriteria) -> Q:
    """The condition that an order of the organisation meets everything but the words."""
    asked = [_values(organisation, criteria, name, column) for name, column in VALUE_FIELDS.items()]
    for name, column in DAY_COLUMNS.items():
        if days := getattr(criteria, name):
            asked.append(_days(organisation, column, days))
    if criteria.refunded is not None:
        back = went_back(organisation, criteria.refunded).order_by()
        asked.append(Q(glu_id__in=back.filter(type__in=GIVEN_BACK).values("order_glu_id")))
    if criteria.total is not None:
        asked.append(_total(organisation, criteria.total))
    if criteria.age is not None:
        asked.append(_age(criteria.age))
    if criteria.gone:
        asked.append(Q(gone_at__isnull=criteria.gone == "none"))
    asked += [_flag(organisation, flag) for flag in criteria.has] + [~_flag(organisation, flag) for flag in criteria.no]
    if criteria.ids:
        asked.append(Q(glu_id__in=criteria.ids))
    asked += [_person(role, person) for role in PERSON_FIELDS if (person := getattr(criteria, role))]
    return reduce(and_, asked)


def currency_codes(organisation: Organisation) -> list[str]:
    """Every code of a currency that its orders have, as they came; "" for none given."""
    return counted_values(organisation, "currency_code")


def as_they_came(organisation: Organisation, name: str, values: Iterable[str]) -> list[str]:
    """The values that a column may hold for those asked for: "gbp " and "GBP" for GBP, every other as it is."""
    if name != "currency":
        return list(values)
    names = set(values)
    return [code for code in currency_codes(organisation) if currency(code) in names]


def known_values(organisation: Organisation, name: str) -> list[str]:
    """The values that orders have in a field of values, "" for none given; currencies as their codes are shown."""
    if name == "currency":
        return sorted({currency(code) for code in currency_codes(organisation)})
    return counted_values(organisation, VALUE_FIELDS[name])


def _values(organisation: Organisation, criteria: OrderCriteria, name: str, column: str) -> Q:
    found = Q()
    if wanted := getattr(criteria, name):
        found &= _any_of(column, as_they_came(organisation, name, wanted))
    if unwanted := criteria.excluded(name):
        found &= ~_any_of(column, as_they_came(organisation, name, unwanted))
    return found


def _any_of(column: str, values: Iterable[str]) -> Q:
    named = [value for value in values if value]
    none = Q(**{f"{column}__isnull": True}) | Q(**{column: ""})
    return Q(**{f"{column}__in": named}) | none if "" in values else Q(**{f"{column}__in": named})


def went_back(organisation: Organisation, days: Days) -> QuerySet[Transaction]:
    """The transactions of some days by which money went back, or by which that failed or was reversed."""
    return organisation.transactions.filter(_days(organisation, "created_at", days), IsBack(F("type")))


def _days(organisation: Organisation, column: str, days: Days) -> Q:
    return reduce(or_, (_stretch(organisation, column, *ends) for ends in days.each))


def _stretch(organisation: Organisation, column: str, first: date | None, last: date | None) -> Q:
    found = Q()
    if first is not None:
        found &= Q(**{f"{column}__gte": day_start(first, organisation.zone)})
    if last is not None:
        found &= Q(**{f"{column}__lt": day_start(last + timedelta(days=1), organisation.zone)})
    return found


def _age(ages: Ages) -> Q:
    # Between any two times: SQLite takes the index of what waits for a range only.
    found = Q(waiting_since__isnull=False, waiting_since__range=_EVER)
    if ages.began_from is not None:
        found &= Q(waiting_since__gte=ages.began_from)
    if ages.began_before is not None:
        found &= Q(waiting_since__lt=ages.began_before)
    return found


def _total(organisation: Organisation, amounts: Amounts) -> Q:
    """A range of major units means other minor units in yen than in pounds: one clause for each kind of currency."""
    clauses, least_of, most_of = [], list[int](), list[int]()
    for code in currency_codes(organisation):
        if amounts.currency and currency(code) != amounts.currency:
            continue
        clause = _any_of("currency_code", [code])
        if amounts.least is not None:
            least = minor_units(amounts.least, code)
            least_of.append(_clamp(floor(least) + 1 if amounts.above else ceil(least)))
            clause &= Q(total__gte=least_of[-1])
        if amounts.most is not None:
            most = minor_units(amounts.most, code)
            most_of.append(_clamp(ceil(most) - 1 if amounts.below else floor(most)))
            clause &= Q(total__lte=most_of[-1])
        clauses.append(clause & Q(total__isnull=False))
    # What all of them lie between, as an index by total cannot begin where alternatives do.
    between = Q(total__gte=min(least_of)) if least_of else Q()
    between &= Q(total__lte=max(most_of)) if most_of else Q()
    return reduce(or_, clauses, Q(pk__in=[])) & between


def _clamp(amount: int) -> int:
    return max(-_MOST_MINOR, min(amount, _MOST_MINOR))


def _flag(organisation: Organisation, flag: str) -> Q:
    """The condition that an order has what a flag names."""
    match flag:
        case "late":
            return late(clock_of(organisation), sent_here(organisation))
        case "stuck":
            return stuck(clock_of(organisation), sent_here(organisation))
        case "past-schedule":
            return past_schedule(clock_of(organisation), sent_here(organisation))
        case "message":
            odd = Q(personal_message=None, extra__contains='"personalMessage":')  # one that its column could not take
            return Q(_has_line(organisation, Q(personal_message__gt="") | odd))
        case "refund":
            return Q(_has_line(organisation, Q(refunded=True)))
        case "refunded":
            return Q(last_refund_at__isnull=False)
        case "partly-refunded":
            # Of an order that nothing is known to be paid for, part of its total.
            whole = Coalesce(NullIf("paid_amount", 0), F("total"), 0)
            return Q(last_refund_at__isnull=False) & Q(refunded_amount__lt=whole)
        case "chargeback":
            return Q(charged_back_amount__isnull=False)
        case "offline":
            return paying.paid_offline()
        case "chase-due" | "chase-later":
            return paying.chased(organisation, later=flag == "chase-later")
        case "recipient-email":
            return Q(recipient_email_address__gt="")
        case "scheduled":
            return Q(scheduled_delivery_at__isnull=False)
        case "discount":
            return Q(discount_amount__isnull=False) & ~Q(discount_amount=0)
        case "note":
            noted = organisation.order_notes.filter(deleted_at=None).order_by()
            return Q(glu_id__in=noted.values("order_glu_id"))
        case "due":
            return delivery.due(organisation)
        case "late-start":
            return delivery.short_of_time(organisation)
        case "by-email":
            return delivery.by_email()
        case "lint":
            return Q(lints__isnull=False)
        case "odd-email":
            return delivery.odd_email()
        case "collect":
            return delivery.collected()
        case "unpaid":
            return delivery.unpaid(organisation)
    return marked(organisation, flag)


def _person(role: str, person: Person) -> Q:
    """The condition that somebody bought an order, or gets it. Nobody but the buyer gives a phone number."""
    columns = _BUYER if role == "bought" else _RECIPIENT
    if person.kind == "email":
        return Q(Exact(Lower(columns.email), person.key))
    name = Lower(Value(person.name, TextField()))
    named = Q(Exact(Lower(Trim(columns.name)), name)) | Q(
        Exact(Lower(Trim(Concat(columns.first, Value(" "), columns.last, output_field=TextField()))), name)
    )
    if person.kind == "postcode":
        return Q(Exact(JoinedCode(columns.postcode), person.key), **{f"{columns.postcode}__gt": ""}) & named
    if not columns.phone:
        return Q(pk__in=[])
    return Q(Exact(DigitsTail(columns.phone), person.key), **{f"{columns.phone}__gt": ""}) & named


class _Columns(NamedTuple):
    """The columns that tell of one of an order's people."""

    email: str
    phone: str
    postcode: str
    name: str
    first: str
    last: str


_BUYER = _Columns(
    "customer_email_address",
    "phone_number",
    "billing_address_postcode",
    "customer_name",
    "customer_first_name",
    "customer_last_name",
)
_RECIPIENT = _Columns(
    "recipient_email_address",
    "",
    "delivery_address_postcode",
    "delivery_name",
    "recipient_first_name",
    "recipient_last_name",
)


def _has_line(organisation: Organisation, such: Q) -> Exists:
    return Exists(organisation.order_lines.filter(such, order=OuterRef("pk")))
