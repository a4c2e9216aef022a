"""Orders that differ in everything that can be asked, and what may be asked of them, for properties."""

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.orders.builders import order

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
WORDS = {
    "dispatch": ["Packed", "Dispatched", "Beamed", "Scheduled"],
    "payment": ["Paid", "Pending"],
    "channel": ["Web", "Desk"],
}
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
        deliveryMethodName=pick(["Courier", "Post", None, ""], 1),
        paymentMethod=pick(["Gateway", "Offline", None], 1),
        offlinePaymentMethod=pick(["", "Cash", None, None, ""], 1),
        scheduledDeliveryAt=pick([None, f"{pick(STAMPS, 5)}+00:00"], 1),
        recipientEmailAddress=pick([None, "", "kim@post.example", "kim at home", "kim@home"], 1),
        emailToRecipient=pick([True, True, False, None], 1),
        deliveryMethodType=pick(["email", "Post", "COLLECTION", None, "", "drone"], 1),
        customerEmailAddress=pick([None, "Kim@Post.example", "sam@post.example"], 2),
        customerName=pick(["Kim Ray", "kim ray ", "Sam Ives"], 1),
        phoneNumber=pick(["07700 900123", "+44 (0)7700-900123", "07700 900124", ""], 1),
        billingAddressPostcode=pick(["BN7 2QQ", "bn72qq", None, "BN7 2QR"], 3),
        recipientLastName=pick(["Ives", None], 1),
        deliveryName=pick([None, "Sam Ives"], 3),
        deliveryAddressPostcode=pick(["BN7 2QQ", ""], 2),
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
MARKED = {
    "posted": {n for n in range(1, 71) if n % 4 == 0 and n % 6},  # every sixth goes by e-mail, which nobody posts
    "prepared": {4, 9},
    "chased": {5, 6, 8},
    "ready": set[int](),
}
CHASED_LATER = {8}
REFUNDED = {n for n in range(1, 71) if n % 5 == 0}
CHARGED_BACK = {n for n in range(1, 71) if n % 11 == 0}
PAID = 1000
GIVEN_BACK = {n: PAID if n % 10 == 0 else 300 for n in REFUNDED}


def _transactions(row: dict[str, Any]) -> list[dict[str, Any]]:
    """What was paid for an order and went back, in its currency; for every third order no payment is known."""
    n = row["id"]
    amounts = {"Payment": PAID if n % 3 else None, "Refund": GIVEN_BACK.get(n), "Chargeback": None}
    if n in CHARGED_BACK:
        amounts["Chargeback"] = 200
    return [
        {
            "id": 10 * n + at,
            "createdAt": f"{STAMPS[(7 * n + at) % len(STAMPS)]}+00:00",
            "attachedOrder": n,
            "type": kind,
            "amount": amount,
            "currencyCode": row["currencyCode"],
        }
        for at, (kind, amount) in enumerate(amounts.items())
        if amount
    ]


TRANSACTIONS = [moved for row in PAYLOADS for moved in _transactions(row)]
LIMITS: dict[str, Any] = {"dispatch_days": 150, "dispatch_days_of": {"Courier": 100, "": 20}, "offline_days": 180}
UNDONE = {"posted": {1, 2}, "ready": {4}}
NOTED = {n for n in range(1, 71) if n % 8 == 0}

PEOPLE = {
    "bought": {
        "kim": "kim@POST.example",
        "sam": "sam@post.example",
        "phone": "07700900123, KIM RAY",
        "place": "bn7 2qq, Kim Ray",
    },
    "received": {"kim": "kim@post.example", "place": "BN7 2QQ, sam ives", "ives": "BN72QQ, Ives"},
}
"""People who can be asked for, by what address or number and name."""

OF_MONEY = ["refunded", "partly-refunded", "chargeback", "chase-due", "chase-later"]


TOLD = [
    "late",
    "past-schedule",
    "due",
    "late-start",
    "by-email",
    "odd-email",
    "collect",
    "unpaid",
    "unconfirmed",
    "unmarked",
]
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
        *(
            "-7d..",
            "this-month",
            "last-month..today",
            "..yesterday",
            "today..+1d",
            ">2026-03-29",
            "<=2026-02-28",
            "2026-01-01..2026-01-31,2026-03-01",
        ),
    ]
)
ASKED = st.one_of(
    VALUE,
    VALUE,
    st.tuples(st.sampled_from([*sorted(DAYS), "refunded"]), DAY),
    st.tuples(
        st.just("total"), st.sampled_from(["50", ">50", "<50", "..0", "49.995..", "£50..", "50 JPY", ">=-1", "EUR 1.."])
    ),
    st.tuples(
        st.sampled_from(["has", "no"]),
        st.sampled_from(
            [
                "message",
                "refund",
                "recipient-email",
                "scheduled",
                "discount",
                "note",
                "gone",
                "late",
                "past-schedule",
                *MARKED,
                *TOLD,
                *OF_MONEY,
            ]
        ),
    ),
    st.tuples(
        st.just("age"),
        st.sampled_from(["3wd..", "..2d", "5h..", "30min..1wd", "<200 days", ">7d", "0d..", "..180wd", "2wd", "150d"]),
    ),
    st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(["kim", "sam", "phone", "place", "ives"])).map(
        lambda asked: (asked[0], PEOPLE[asked[0]].get(asked[1], "Nobody@post.example"))
    ),
    st.tuples(st.just("id"), st.sampled_from(["1,2,3,99", "10~1~1~1~1~1~1", "7"])),
)
SORTS = st.sampled_from(
    ["-created", "created", "-updated", "total", "-total", "scheduled", "-scheduled", "age", "-age"]
)
