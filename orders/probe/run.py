"""The probe: every question once, each failing alone, and the report."""

import json
from dataclasses import asdict

from django.utils.timezone import now

from glu_admin.glu.client import GluClient
from glu_admin.glu.errors import GluError, Interrupted, Refused, TooManyRequests, Unreachable
from glu_admin.tenancy.models import Organisation
from orders.models import Finding, ProbeReport
from orders.probe.dates import DATES
from orders.probe.headers import HEADERS
from orders.probe.known import Known
from orders.probe.listing import LISTING, ORDER
from orders.probe.money import LINES, MONEY
from orders.probe.questions import Question, not_known
from orders.probe.refusals import REFUSALS
from orders.probe.vocabulary import VOCABULARY

QUESTIONS: tuple[Question, ...] = (
    *LISTING,
    *DATES,
    *ORDER,
    *HEADERS,
    *LINES,
    *MONEY,
    *VOCABULARY,
    *REFUSALS,
)
_MOST_AWAY = 3


def probe(organisation: Organisation, client: GluClient) -> list[Finding]:
    """What Glu answers to every question, in their order.

    Raises GluError when Glu refuses the key, gives no list of orders at all, or is away for several questions in a row.
    """
    known = Known(organisation, client)
    _ = known.page_1
    findings, away = [], 0
    for question in QUESTIONS:
        try:
            findings.append(question.finding(question.ask(known)))
            away = 0
        except (Refused, Interrupted):
            raise
        except GluError as error:
            away = away + 1 if isinstance(error, (Unreachable, TooManyRequests)) else 0
            if away == _MOST_AWAY:
                raise
            findings.append(question.finding(not_known(error.words)))
    return findings


def keep_report(organisation: Organisation, findings: list[Finding]) -> ProbeReport:
    """Store what a complete probe found."""
    text = json.dumps([asdict(finding) for finding in findings], ensure_ascii=False)
    return organisation.probes.create(made_at=now(), findings=text)
