"""Payments to be asked about: rungs of a ladder, each a named question that the list answers with the same orders."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import has_place
from orders.desk.marks import standing_marks
from orders.desk.queues import MOST_COUNTED, Queue
from orders.display import fields
from orders.display.durations import interval, short
from orders.display.money import currency
from orders.models import Order, OrderMark, desk_settings_of
from orders.search import Counted, CurrencySum, count_and_sums, find, find_orders, parse_query
from orders.search.delivery import OPEN
from orders.search.paying import PAID, PENDING, complimentary, may_chase
from orders.search.unindexed import unindexed

MOST_SHOWN = 8
"""So many orders of a rung are shown, the oldest first."""

_MOST_OTHERS = 400
_NEAR = timedelta(days=1)
_LATER = timedelta(days=7)
_DAYS = 30

Tells = Literal["others", "method", "reason", "status"]


@dataclass(frozen=True)
class Rung(Queue):
    """A queue of payments; `rule` is what it asks, in words.

    `tells` says what a row has beside its buyer; `figure` is what the strip calls it, "" where it is not in the strip.
    `asks` is whether its buyers owe money, and so can be asked for it.
    """

    rule: str
    icon: str
    tone: str
    tells: Tells
    figure: str = ""
    note: str = ""
    asks: bool = True


@dataclass(frozen=True)
class Waiting:
    """An order of a rung: what is known beside it, and the chase that stands on it."""

    order: Order
    told: str
    chase: OrderMark | None
    may_chase: bool


@dataclass(frozen=True)
class Step:
    """A rung with its orders: how many, worth what by currency (minor units), and the oldest of them.

    `methods` are how many are to be paid by what, where its rows tell that: "" for what does not say.
    """

    rung: Rung
    count: Counted
    sums: list[tuple[str, int]]
    methods: list[tuple[str, int]]
    rows: list[Waiting]
    address: str


def rungs(organisation: Organisation) -> list[Rung]:
    """The ladder by the organisation's limits; what was chased for a later day steps back from all but the first."""
    settings = desk_settings_of(organisation)
    free = [("method", name) for name in complimentary(organisation)]
    not_free = [(f"not.{name}", value) for name, value in free]
    said = {
        "minutes": interval(settings.gateway_minutes * 60),
        "days": interval(settings.offline_days * 86_400),
        "recent": _DAYS,
        "limit": settings.dispatch_days,
    }
    recent = ("created", f"-{_DAYS - 1}d..")
    back = (("no", "chase-later"), ("no", "gone"))
    unsent = (("no", "posted"), ("no", "handed-over"))
    pending, open_ = ("payment", PENDING), tuple(("dispatch", status) for status in OPEN)

    def _asked(*pairs: tuple[str, str], sort: str = "created") -> str:
        return urlencode([*pairs, ("sort", sort)])

    return [
        Rung(
            "due",
            _("Chased, to be looked at again"),
            _asked(("has", "chase-due"), ("no", "gone")),
            _("Somebody asked for the money, and the day to look again has come. What is paid leaves by itself."),
            "flag", "amber", "status",
        ),
        Rung(
            "gateway",
            _("Gateway, pending"),
            _asked(pending, *not_free, ("no", "offline"), recent, ("has", "late"), *back),
            _("Begun online and not paid after %(minutes)s. Placed in the last %(recent)d days.") % said,
            "hourglass", "amber", "others", _("At the gateway over %(minutes)s") % said, _("probably abandoned"),
        ),
        Rung(
            "offline",
            _("Offline, unpaid"),
            _asked(pending, ("has", "offline"), ("has", "late"), *back),
            _("To be paid by invoice, cash or the like, and not paid after %(days)s.") % said,
            "calendar", "amber", "method", _("Offline over %(days)s") % said, _("to chase"),
        ),
        Rung(
            "complimentary",
            _("Complimentary with a total"),
            _asked(*free, recent, ("total", ">0"), *back),
            _("Complimentary orders should cost nothing; these do. Placed in the last %(recent)d days.") % said,
            "gift", "grey", "reason", _("Complimentary, total not zero"), _("to query"),
        ),
        Rung(
            "sent-unpaid",
            _("Sent but not paid"),
            _asked(
                # Whoever waits for a payment is found by the index of those that wait, not among all that were sent.
                pending, ("payment", "Failed"), ("dispatch", "Dispatched"), ("age", "0d.."), *not_free, *back,
            ),
            _("Glu says they are sent, but the payment is pending or failed."),
            "warning", "red", "status", _("Sent but not paid"), _("dispatched while not paid"),
        ),
        Rung(
            "paid-unsent",
            _("Paid but not sent"),
            _asked(("payment", PAID), *open_, ("has", "late"), *back),
            _("Paid, and not sent within %(limit)d working days, or those of its delivery method.") % said,
            "dispatch", "amber", "status", _("Paid but not sent"), _("past the limit of dispatch"), asks=False,
        ),
        Rung(
            "failed",
            _("Payment failed"),
            _asked(("payment", "Failed"), ("not.dispatch", "Cancelled"), recent, *back),
            _("The payment failed, and the order is not cancelled. Placed in the last %(recent)d days.") % said,
            "danger", "red", "others",
        ),
        Rung(
            "refunded",
            _("Refunded, still to be sent"),
            _asked(("has", "refunded"), *open_, ("dispatch", "Scheduled"), *unsent, *back),
            _("Some or all of the money went back, and the order is not sent. Look before you post it."),
            "undo", "grey", "status", asks=False,
        ),
        Rung(
            "chargeback",
            _("Chargeback"),
            _asked(("has", "chargeback"), *back),
            _("The buyer’s bank took money back, and it was not paid again."),
            "danger", "red", "status",
        ),
        Rung(
            "later",
            _("Chased, waiting for its day"),
            _asked(("has", "chase-later"), ("no", "gone")),
            _("Somebody asked about these, and the day to look again is still to come. Then they stand above."),
            "clock", "grey", "status",
        ),
    ]  # fmt: skip


def ladder(organisation: Organisation, only: str = "") -> list[Step]:
    """Every rung with its orders, or `only` the one of that name: in a number of queries that is always the same."""
    asked = [rung for rung in rungs(organisation) if only in ("", rung.name)]
    found = [_keys(organisation, rung) for rung in asked]
    pks = {pk for keys in found for pk, *_ in keys[:MOST_SHOWN]}
    orders = {order.pk: order for order in organisation.orders.filter(pk__in=pks).defer("user_agent")}
    chases = {pk: marks.get(OrderMark.Kind.CHASED) for pk, marks in standing_marks(organisation, list(pks)).items()}
    others = _others(organisation, list(orders.values()))
    steps = []
    for rung, keys in zip(asked, found, strict=True):
        counting = keys[:MOST_COUNTED]
        orders_in = Counter(currency(code) for _, code, *_ in counting)
        methods = Counter(method or "" for *_, method in counting) if rung.tells == "method" else Counter[str]()
        sums = dict.fromkeys((code for code, _ in orders_in.most_common()), 0)
        for _pk, code, total, _method in counting:
            sums[currency(code)] += total or 0
        rows = [
            Waiting(order, _told(rung.tells, order, others), chases.get(pk), rung.asks and may_chase(order))
            for pk, *_ in keys[:MOST_SHOWN]
            if (order := orders.get(pk)) is not None
        ]
        count = Counted(len(counting), len(keys) <= MOST_COUNTED)
        steps.append(
            Step(rung, count, list(sums.items()), methods.most_common(), rows, rung.query(organisation).url_query())
        )
    return steps


def to_chase(organisation: Organisation) -> Counted:
    """How many payments wait for somebody: at the gateway, offline, complimentary, and chased and due again."""
    found = set[int]()
    exact = True
    for rung in rungs(organisation):
        if rung.name in ("due", "gateway", "offline", "complimentary"):
            keys = _keys(organisation, rung)
            exact &= len(keys) <= MOST_COUNTED
            found |= {pk for pk, *_ in keys[:MOST_COUNTED]}
    return Counted(len(found), exact)


def by_status(organisation: Organisation) -> tuple[str, list[CurrencySum]]:
    """The list of the last days as its address, and its sums by currency and payment status; none of too many."""
    query = parse_query(f"created=-{_DAYS - 1}d..", organisation)
    return query.url_query(), count_and_sums(organisation, query.criteria, find(organisation, query.criteria), [])[1]


def _keys(organisation: Organisation, rung: Rung) -> list[tuple[int, str | None, int | None, str | None]]:
    """The key, currency, total and offline method of a rung's orders, oldest first; one more than are counted."""
    orders = find_orders(organisation, rung.query(organisation).criteria).order_by("created_at", "glu_id")
    return list(orders.values_list("pk", "currency_code", "total", "offline_payment_method")[: MOST_COUNTED + 1])


Others = dict[str, list[tuple[datetime, str, int]]]


def _others(organisation: Organisation, orders: list[Order]) -> Others:
    """When the buyers of these orders placed any about that time, with payment status and number, by e-mail."""
    orders = [order for order in orders if has_place(order.created_at)]
    emails = {email for order in orders if (email := _email(order))}
    if not emails:
        return {}
    times = [order.created_at for order in orders]
    # They are found by their addresses, as the days may be years.
    rows = organisation.orders.alias(buyer=Lower("customer_email_address"), placed=unindexed("created_at"))
    rows = rows.filter(buyer__in=emails, placed__gte=min(times) - _NEAR, placed__lte=max(times) + _LATER)
    found: Others = {}
    names = ("customer_email_address", "created_at", "payment_status", "glu_id")
    for email, at, status, glu_id in rows.order_by("-placed").values_list(*names)[:_MOST_OTHERS]:
        found.setdefault(email.lower(), []).append((at, status or "", glu_id))
    return found


def _told(tells: Tells, order: Order, others: Others) -> str:
    """What can be seen beside an order; "" for nothing."""
    match tells:
        case "method":
            return fields.text(order, "offline_payment_method")
        case "reason":
            reason = fields.text(order, "complimentary_reason")
            return f"“{reason}”" if reason else ""
        case "others":
            return _seen_of(order, others.get(_email(order), []))
    return ""


def _seen_of(order: Order, placed: list[tuple[datetime, str, int]]) -> str:
    """What else the buyer of an order did about that time: paid for another one later, or tried several times."""
    if not has_place(order.created_at):
        return ""
    later = [at for at, status, _ in placed if status == PAID and order.created_at < at <= order.created_at + _LATER]
    if later:
        return _("Same buyer paid %(length)s later") % {"length": short(min(later) - order.created_at)}
    tries = [at for at, status, _ in placed if status != PAID and abs(at - order.created_at) <= _NEAR]
    if len(tries) < 2:
        return ""
    return ngettext("Same buyer tried %(n)d time", "Same buyer tried %(n)d times", len(tries)) % {"n": len(tries)}


def _email(order: Order) -> str:
    return (order.customer_email_address or "").lower()
