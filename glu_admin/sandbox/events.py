"""What the page of switches can make happen once, and what the product then shows."""

from typing import NamedTuple


class Number(NamedTuple):
    """A number that the page of switches asks for beside a button."""

    name: str
    value: int
    most: int
    unit: str


class Event(NamedTuple):
    """What happens once, when its button is pressed, and what is then seen in the product."""

    control: str
    label: str
    seen: str
    values: dict[str, str]
    number: Number | None = None


EVENTS = (
    Event("insert", "One order comes in", "Here moments later.", {}),
    Event(
        "change",
        "One order is edited",
        "Its history says what changed; sometimes only its updatedAt does.",
        {"kind": "update"},
    ),
    Event("change", "One order is deleted", "Marked as gone from Glu, once that is sure.", {"kind": "delete"}),
    Event(
        "change",
        "One line is refunded in silence",
        "Its order does not tell: found by the refund, or when lines are compared.",
        {"kind": "lines"},
    ),
    Event("step", "Ten things happen", "As on an ordinary day: orders come in and move on.", {"times": "10"}),
    # A little back, so that they have been updated at various times since, yet within what the next poll reads.
    Event(
        "crowd",
        "A crowd in one second",
        "More than a page holds, and all are there, once; try it shuffled too (under Lists).",
        {"ago": "30"},
        Number("count", 80, 1000, "orders"),
    ),
    Event(
        "plant",
        "A back-dated order",
        "No poll names it; found when its day is read again.",
        {"kind": "backdated"},
        Number("days", 7, 3650, "days back"),
    ),
    Event(
        "plant",
        "A future-dated order",
        "On top of the list; what happens before its day is not missed for it.",
        {"kind": "future"},
        Number("days", 1, 3650, "days ahead"),
    ),
    Event(
        "plant",
        "An order that was never updated",
        "Its updatedAt is null, so no poll names it; found by when it was created.",
        {"kind": "null_updated"},
    ),
    Event(
        "plant",
        "An order with a new status and field",
        "Both are kept as they came, and listed under Things we had not seen before.",
        {"kind": "unknown"},
    ),
)
