"""What needs a person today: named questions, each a list's address, and how many orders answer it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from orders.desk import queues
from orders.desk.payments import rungs
from orders.desk.queues import DISPATCH, SCHEDULED, UNCONFIRMED, UNMARKED, Queue
from orders.search import Counted, count_orders

Tone = Literal["", "late", "stuck"]


@dataclass(frozen=True)
class Question(Queue):
    """A queue with its `rule` in words; `tone` is how its number looks while there are any."""

    rule: str | Promise
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


def _of(queue: Queue, rule: str | Promise, tone: Tone = "") -> Question:
    """A queue as a question of this page."""
    return Question(queue.name, queue.words, queue.text, rule, tone)


TO_DISPATCH = _of(DISPATCH, _("Open at Glu and due, not sent here, not by e-mail and not known to be unpaid."))
LATE = Question(
    "late",
    _("Late"),
    "has=late&sort=-age",
    _("Past the limit of its delivery method and not sent here, or of its payment while it is unpaid."),
    "stuck",
)
UNPAID = Question(
    "unpaid",
    _("Unpaid past the limit"),
    "payment=Pending&has=late&no=chase-later,gone&sort=-age",
    _("Pending for longer than its limit, and not chased for a later day."),
    "late",
)
PAST_SCHEDULE = _of(queues.PAST_SCHEDULE, _("Not dispatched at Glu nor sent here, though their day is over."), "stuck")
NEXT = _of(SCHEDULED, _("Open at Glu and not sent here, today included."))
DISPATCH_FAILED = Question(
    "dispatch-failed",
    _("Dispatch failed"),
    "dispatch=Failed&no=gone&sort=-updated",
    _("Glu says Failed."),
    "stuck",
)
SENT_HERE = _of(UNCONFIRMED, _("Marked here for longer than the limit; Glu has not said so."), "late")
SENT_THERE = _of(UNMARKED, _("Glu says so, and nobody here has."), "late")

ODD = Question(
    "odd",
    _("Something odd, still to be sent"),
    "has=lint&dispatch=Outstanding&dispatch=Packed&dispatch=Scheduled&dispatch=Failed&not.payment=Refunded"
    "&no=posted,handed-over,gone",
    _("An amount, address or day that does not fit, or an e-mail address that is missing or mistyped; not sent here."),
    "late",
)

FIRST = (TO_DISPATCH, LATE, UNPAID, PAST_SCHEDULE)
"""The questions that stand in the line of an organisation."""

_TO_ASK = ("due", "gateway", "offline", "complimentary")
_WRONG = ("sent-unpaid", "failed", "refunded", "chargeback")
_TONES: dict[str, Tone] = {"amber": "late", "red": "stuck"}


def groups(organisation: Organisation) -> list[tuple[str, list[Question]]]:
    """Every question of the organisation's page, in its order; those about payments are the rungs of their page."""
    of_payments = {rung.name: _of(rung, rung.rule, _TONES.get(rung.tone, "")) for rung in rungs(organisation)}
    return [
        (gettext("To send"), [TO_DISPATCH, NEXT, PAST_SCHEDULE, LATE]),
        (gettext("To ask for a payment"), [of_payments[name] for name in _TO_ASK]),
        (
            gettext("Something is wrong"),
            [DISPATCH_FAILED, ODD, SENT_HERE, SENT_THERE, *(of_payments[name] for name in _WRONG)],
        ),
    ]


def answers(organisation: Organisation, questions: Iterable[Question]) -> list[Answer]:
    """How many orders answer each question now, one query each."""
    out = []
    for question in questions:
        query = question.query(organisation)
        out.append(Answer(question, count_orders(organisation, query.criteria), query.url_query()))
    return out
