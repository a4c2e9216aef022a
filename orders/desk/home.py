"""What needs a person today: named questions, each a list's address, and how many orders answer it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from glu_admin.tenancy.models import Organisation
from orders.desk.payments import rungs
from orders.desk.queues import DISPATCH, SCHEDULED, UNCONFIRMED, UNMARKED, Queue
from orders.search import Counted, count_orders, parse_query

Tone = Literal["", "late", "stuck"]


@dataclass(frozen=True)
class Question:
    """A question of the list: its name, what it is called, the rule in words, and how the list's address has it.

    `tone` is how its number looks while there are any.
    """

    name: str
    words: str
    rule: str
    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Answer:
    """A question with the number of orders that answer it, and the query string of their list."""

    question: Question
    count: Counted
    query: str

    @property
    def tone(self) -> Tone:
        """The look of the number: none calls for nobody."""
        return self.question.tone if self.count.n else ""


def _of(queue: Queue, rule: str, tone: Tone = "") -> Question:
    """A queue as a question of this page."""
    return Question(queue.name, queue.words, rule, queue.text, tone)


TO_DISPATCH = _of(DISPATCH, "Open at Glu and due, not sent here, not by e-mail and not known to be unpaid.")
LATE = Question(
    "late",
    "Late",
    "Past the limit of its delivery method, or of its payment while it is unpaid; not sent here.",
    "has=late&no=posted,handed-over&sort=-age",
    "stuck",
)
UNPAID = Question(
    "unpaid",
    "Unpaid past the limit",
    "Pending for longer than its limit, and not chased for a later day.",
    "payment=Pending&has=late&no=chase-later,gone&sort=-age",
    "late",
)
PAST_SCHEDULE = Question(
    "past-schedule",
    "Past their scheduled day",
    "Not dispatched at Glu nor sent here, though their day is over.",
    "has=past-schedule&no=posted,handed-over&sort=scheduled",
    "stuck",
)
NEXT = _of(SCHEDULED, "Open at Glu and not sent here, today included.")
DISPATCH_FAILED = Question(
    "dispatch-failed", "Dispatch failed", "Glu says Failed.", "dispatch=Failed&no=gone&sort=-updated", "stuck"
)
SENT_HERE = _of(UNCONFIRMED, "Marked here for longer than the limit; Glu has not said so.", "late")
SENT_THERE = _of(UNMARKED, "Glu says so, and nobody here has.", "late")

FIRST = (TO_DISPATCH, LATE, UNPAID, PAST_SCHEDULE)
"""The questions that stand in the line of an organisation."""

_TO_ASK = ("due", "gateway", "offline", "complimentary")
_WRONG = ("sent-unpaid", "failed", "refunded", "chargeback")
_TONES: dict[str, Tone] = {"amber": "late", "red": "stuck"}


def groups(organisation: Organisation) -> list[tuple[str, list[Question]]]:
    """Every question of the organisation's page, in its order; those about payments are the rungs of their page."""
    of_payments = {
        rung.name: Question(rung.name, rung.words, rung.rule, rung.text, _TONES.get(rung.tone, ""))
        for rung in rungs(organisation)
    }
    return [
        ("To send", [TO_DISPATCH, NEXT, PAST_SCHEDULE, LATE]),
        ("To ask for a payment", [of_payments[name] for name in _TO_ASK]),
        ("Something is wrong", [DISPATCH_FAILED, SENT_HERE, SENT_THERE, *(of_payments[name] for name in _WRONG)]),
    ]


def answers(organisation: Organisation, questions: Iterable[Question]) -> list[Answer]:
    """How many orders answer each question now, one query each."""
    out = []
    for question in questions:
        query = parse_query(question.text, organisation)
        out.append(Answer(question, count_orders(organisation, query.criteria), query.url_query()))
    return out
