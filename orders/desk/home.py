"""What needs a person today: named questions, each a list's address, and how many orders answer it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation
from orders.desk import queues
from orders.desk.payments import rungs
from orders.desk.queues import DISPATCH, SCHEDULED, UNCONFIRMED, UNMARKED, Queue
from orders.models.waiting import UNPAID
from orders.search import Counted

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


TO_DISPATCH = _of(DISPATCH, _("Paid, due, and not posted or handed over yet. Those by e-mail are left out."))
LATE_TO_SEND = Question(
    "late-to-send",
    _("Late to send"),
    urlencode([("has", "late"), *(("not.payment", status) for status in UNPAID), ("sort", "-age")]),
    _("Paid, but not sent in the time that its delivery method allows. Those by e-mail count too."),
    "stuck",
)
LATE_TO_PAY = Question(
    "late-to-pay",
    _("Late to pay"),
    "payment=Pending&has=late&no=chase-later,gone&sort=-age",
    _("Not paid in the time allowed, and not chased for a later day."),
    "late",
)
PAST_SCHEDULE = _of(queues.PAST_SCHEDULE, _("Their day is over, and they are not sent."), "stuck")
NEXT = _of(SCHEDULED, _("Today included, and not sent yet."))
DISPATCH_FAILED = Question(
    "dispatch-failed",
    _("Dispatch failed"),
    "dispatch=Failed&no=gone&sort=-updated",
    _("Their dispatch status at Glu is Failed."),
    "stuck",
)
SENT_HERE = _of(UNCONFIRMED, _("Marked as sent here some time ago, but Glu does not say so."), "late")
SENT_THERE = _of(UNMARKED, _("Glu says they are sent, but nobody here has marked them."), "late")

ODD = Question(
    "odd",
    _("Something odd, still to be sent"),
    "has=lint&dispatch=Outstanding&dispatch=Packed&dispatch=Scheduled&dispatch=Failed&not.payment=Refunded"
    "&no=posted,handed-over,gone",
    _("Not sent yet, and an amount, address or day looks wrong, or an e-mail address is missing or mistyped."),
    "late",
)

FIRST = (TO_DISPATCH, LATE_TO_SEND, LATE_TO_PAY, PAST_SCHEDULE)
"""The questions that stand in the line of an organisation."""

_TO_ASK = ("due", "gateway", "offline", "complimentary")
_WRONG = ("sent-unpaid", "failed", "refunded", "chargeback")
_TONES: dict[str, Tone] = {"amber": "late", "red": "stuck"}


def groups(organisation: Organisation) -> list[tuple[str, list[Question]]]:
    """Every question of the organisation's page, in its order; those about payments are the rungs of their page."""
    of_payments = {rung.name: _of(rung, rung.rule, _TONES.get(rung.tone, "")) for rung in rungs(organisation)}
    return [
        (gettext("To send"), [TO_DISPATCH, LATE_TO_SEND, PAST_SCHEDULE, NEXT]),
        (gettext("To ask for a payment"), [LATE_TO_PAY, *(of_payments[name] for name in _TO_ASK)]),
        (
            gettext("Something is wrong"),
            [DISPATCH_FAILED, ODD, SENT_HERE, SENT_THERE, *(of_payments[name] for name in _WRONG)],
        ),
    ]


def answers(organisation: Organisation, questions: Iterable[Question]) -> list[Answer]:
    """How many orders answer each question now, one query each."""
    asked = [(question, question.query(organisation)) for question in questions]
    return [Answer(question, question.count(organisation, query), query.url_query()) for question, query in asked]
