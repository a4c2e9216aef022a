"""What anybody wants to know of the mirror first: is all here, is it fresh, and have I to do anything?"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.display.durations import length, soon
from orders.display.locales import grouped
from orders.proof.freshness import late_after
from orders.proof.report import MirrorReport
from orders.proof.trouble import Trouble
from orders.search import Counted


@dataclass(frozen=True)
class Answer:
    """A question in plain words, the word that answers it with its tone, and what more there is to say."""

    question: str
    tone: str
    short: str
    words: str


def answers(report: MirrorReport, troubles: Sequence[Trouble]) -> list[Answer]:
    """The three questions with their answers; `troubles` are those of the report."""
    return [_is_whole(report), _is_fresh(report), _is_anything_to_do(report, troubles)]


def _is_whole(report: MirrorReport) -> Answer:
    question, state, days = _("Is every order here?"), report.state, report.coverage
    if report.first_copy or state is None or state.history_complete_at is None:
        if not report.orders:
            return Answer(question, "grey", _("Not yet"), _("No order has been copied so far."))
        words = _("%(orders)s are here, the newest. The older ones follow.") % {"orders": Counted(report.orders).words}
        return Answer(question, "blue", _("Not yet"), words)
    lacking = _lacking(report)
    if days.is_whole and not lacking:
        return Answer(question, "green", _("Yes"), days.words)
    return Answer(question, "amber", _("Nearly"), " ".join([days.words, *lacking]))


def _lacking(report: MirrorReport) -> list[str]:
    """What of the orders that were copied is not here, or in doubt, in sentences."""
    due, doubted, aside = report.due_lines, report.missing.count(), report.set_aside.count()
    said = [
        (due, ngettext("The lines of %(n)s order are to be read.", "The lines of %(n)s orders are to be read.", due)),
        (doubted, ngettext("Glu did not list %(n)s order lately.", "Glu did not list %(n)s orders lately.", doubted)),
        (aside, ngettext("%(n)s row of Glu’s cannot be read.", "%(n)s rows of Glu’s cannot be read.", aside)),
    ]
    return [words % {"n": grouped(n)} for n, words in said if n]


def _is_fresh(report: MirrorReport) -> Answer:
    question, up_to = _("Is it up to date?"), report.freshness.up_to
    if up_to is None:
        return Answer(question, "grey", _("Not yet"), _("Glu has not been looked at to the end so far."))
    away = {"time": length(now() - up_to)}
    if now() - up_to > late_after(report.state):
        return Answer(
            question, "amber", _("No"), _("What happened at Glu in the last %(time)s is not here yet.") % away
        )
    return Answer(question, "green", _("Yes"), _("What happened at Glu until %(time)s ago is here.") % away)


def _is_anything_to_do(report: MirrorReport, troubles: Sequence[Trouble]) -> Answer:
    question = _("Do I have to do anything?")
    if urgent := sum(trouble.needs_a_person for trouble in troubles):
        words = ngettext(
            "%(n)s thing needs a person. It stands below, with what can be done; whoever manages this desk can do it.",
            "%(n)s things need a person. They stand below, with what can be done; whoever manages this desk can do it.",
            urgent,
        )
        return Answer(question, "amber", _("Yes"), words % {"n": grouped(urgent)})
    said = [_("What is not right stands below and mends itself.")] if troubles else []
    if report.next_asked_at:
        said.append(_("Next look at Glu %(time)s, by itself.") % {"time": soon(report.next_asked_at)})
    else:
        said.append(_("Glu is looked at again by itself."))
    return Answer(question, "green", _("No"), " ".join(said))
