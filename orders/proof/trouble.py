"""What is not as it should be with a mirror: since when, what happens by itself, and what a person can do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.defaultfilters import pluralize
from django.utils.timezone import now

from glu_admin.keys.models import GluKey
from glu_admin.tenancy.times import full_text
from orders.display.durations import short
from orders.models import MirrorRun
from orders.proof.passes import PassReport, flag_words
from orders.proof.report import MirrorReport
from orders.proof.rest import STANDS_STILL

Flag = MirrorRun.Flag
_PASSING = timedelta(hours=1)
"""For so long a failure is taken to be in passing, and needs nobody."""


@dataclass(frozen=True)
class Trouble:
    """One thing that is not as it should be, in sentences.

    `what` is wrong, `since` when (None where that is not known); `by_itself` is what happens without anybody, next at
    `next_at`; `to_do` is what a person can do, and `needs_a_person` whether nothing mends it otherwise.
    """

    what: str
    since: datetime | None = None
    by_itself: str = ""
    next_at: datetime | None = None
    to_do: str = ""
    needs_a_person: bool = False


def troubles(report: MirrorReport) -> list[Trouble]:
    """Every trouble of the report; those that need a person come first."""
    return sorted(_troubles(report), key=lambda trouble: not trouble.needs_a_person)


def needs_a_person(report: MirrorReport) -> list[Trouble]:
    """The troubles that will not mend themselves; empty when nobody has to do anything."""
    return [trouble for trouble in troubles(report) if trouble.needs_a_person]


def in_words(trouble: Trouble, report: MirrorReport) -> str:
    """A trouble as one text, with times in the zone of the report's organisation."""
    zone = report.zone
    parts = [trouble.what]
    parts += [f"Since {full_text(trouble.since, zone)}."] if trouble.since else []
    parts += [trouble.by_itself] if trouble.by_itself else []
    parts += [f"Next at {full_text(trouble.next_at, zone)}."] if trouble.next_at and trouble.next_at > now() else []
    return " ".join([*parts, trouble.to_do]).strip()


def _troubles(report: MirrorReport) -> Iterator[Trouble]:
    yield from _of_the_key(report)
    yield from _of_the_work(report)
    yield from _of_the_orders(report)
    for pass_report in report.passes:
        yield from _of_a_pass(pass_report, report)
    for finding in report.findings:
        if finding.breaks:
            what = f"The probe found “{finding.what}”: {finding.found}. {finding.means}"
            to_do = "The mirror relies on another answer: ask whoever looks after this installation."
            yield Trouble(what, report.probe.made_at if report.probe else None, to_do=to_do, needs_a_person=True)


def _of_the_key(report: MirrorReport) -> Iterator[Trouble]:
    if report.key is None and report.candidate is None:
        to_do = "A manager can set one on the key page."
        yield Trouble("There is no key, so nothing is copied.", to_do=to_do, needs_a_person=True)
    if report.key_closed:
        yield Trouble(report.key_closed, needs_a_person=True)
    for key in (report.key, report.candidate):
        if key is None or key.state not in GluKey.REJECTED:
            continue
        what = f"Glu refuses the key ending in {key.last_four}."
        if key.state == GluKey.State.FOREIGN:
            what = f"The key ending in {key.last_four} opens another organisation. {key.detail}"
        again = "It is tried again by itself, ever more slowly."
        to_do = "A manager can set another one on the key page."
        yield Trouble(what, key.rejected_at, again, key.try_again_at, to_do, needs_a_person=True)
    if report.key is not None and report.key.paused_at is not None:
        to_do = "A manager can resume it on the key page."
        yield Trouble("Copying is paused.", report.key.paused_at, to_do=to_do, needs_a_person=True)


def _of_the_work(report: MirrorReport) -> Iterator[Trouble]:
    if report.stands_still:
        what = f"Copying stands still: {STANDS_STILL[0].lower()}{STANDS_STILL[1:]}"
        to_do = "Look whether worker, timetable and broker are running."
        yield Trouble(what, report.freshness.up_to, to_do=to_do, needs_a_person=True)
    for sign in report.signs:
        if sign.trouble:
            yield Trouble(sign.trouble, to_do="Look whether it is running.", needs_a_person=True)
    told = {pass_report.last.error for pass_report in report.passes if pass_report.failing and pass_report.last}
    if report.last_error and report.next_asked_at and report.last_error not in told:
        since = report.freshness.up_to
        lasting = since is None or now() - since > _PASSING
        again = "It is tried again by itself, ever more slowly."
        to_do = "If it lasts, ask Glu’s support." if lasting else ""
        what = f"The last attempt failed: {report.last_error}"
        yield Trouble(what, since, again, report.next_asked_at, to_do, needs_a_person=lasting)
    if report.state and report.state.transactions_error:
        what = f"Transactions are not read: {report.state.transactions_error}"
        again = "Refunds are found when lines are read again; transactions are tried again by themselves."
        yield Trouble(what, None, again, report.state.transactions_due_at)


def _of_the_orders(report: MirrorReport) -> Iterator[Trouble]:
    if report.foreign:
        some = f"{report.foreign:,} order{pluralize(report.foreign)}"
        what = f"{some} of another organisation {pluralize(report.foreign, 'is,are')} here."
        to_do = "A manager can remove them from the mirror page."
        yield Trouble(what, to_do=to_do, needs_a_person=True)
    if report.held:
        what = f"{report.held:,} order{pluralize(report.held)} went missing from Glu at once: nothing was concluded."
        to_do = "Decide on the mirror page whether each is to be asked for."
        yield Trouble(what, report.held_since, "Nothing happens to them until then.", None, to_do, needs_a_person=True)
    if aside := report.set_aside.count():
        what = f"{aside:,} row{pluralize(aside)} could not be placed and {pluralize(aside, 'is,are')} set aside."
        again = "Those with a number are asked for again with each reading of everything."
        to_do = "The mirror page lists them: ask Glu’s support about them."
        since = report.set_aside.order_by("first_seen_at").values_list("first_seen_at", flat=True).first()
        yield Trouble(what, since, again, None, to_do, needs_a_person=True)
    if report.failed_lines:
        stuck = report.stuck_lines
        what = f"The lines of {report.failed_lines:,} order{pluralize(report.failed_lines)} could not be read."
        to_do = f"{stuck:,} of them failed for hours: open one, and ask Glu’s support why." if stuck else ""
        again = "They are asked for again by themselves, ever more slowly."
        yield Trouble(what, None, again, report.oldest_due, to_do, needs_a_person=bool(stuck))


def _of_a_pass(pass_report: PassReport, report: MirrorReport) -> Iterator[Trouble]:
    if pass_report.failing and pass_report.last:
        began = pass_report.failed_at or pass_report.last.started_at
        what = f"{pass_report.title}: {pass_report.last.error or 'The reading failed.'}"
        if pass_report.next_try:
            lasting = now() - began > _PASSING
            to_do = "If it lasts, ask Glu’s support." if lasting else ""
            again = "It is tried again by itself, ever more slowly."
            yield Trouble(
                what,
                began,
                again,
                pass_report.next_try,
                to_do,
                needs_a_person=lasting and report.next_asked_at is not None,
            )
        elif pass_report.last.state == MirrorRun.State.FAILED and pass_report.last.kind == MirrorRun.Pass.RANGE:
            yield Trouble(what, began, to_do="Ask for these days again if they are still wanted.")
    again_at = report.state.whole_due_at if report.state else None
    since = pass_report.complete.started_at if pass_report.complete else None
    if Flag.FROM_CACHE in pass_report.doubts:
        kept = f" They were up to {short(pass_report.complete.cache_age)} old." if pass_report.complete else ""
        yield Trouble(
            f"{pass_report.title}: Glu’s answers come from a cache.{kept}",
            since,
            "What is newer comes as soon as the cache lets it through: each look begins where the last one reached.",
            to_do="A cache stands between this installation and Glu: have it leave out Glu’s API.",
            needs_a_person=True,
        )
    if pass_report.doubts and pass_report.doubts != [Flag.FROM_CACHE]:
        thorough = pass_report.is_thorough and pass_report.doubts != [Flag.TOO_MANY_MISSING]
        to_do = "`manage.py glu_probe` tells how this Glu behaves; ask Glu’s support about it." if thorough else ""
        flagged = "; ".join(flag_words(flag for flag in pass_report.doubts if flag != Flag.FROM_CACHE))
        yield Trouble(
            f"{pass_report.title}: {flagged}.",
            since,
            "Everything is read again by itself, which settles most of this.",
            again_at,
            to_do,
            needs_a_person=thorough,
        )
    if pass_report.late:
        again = f"They are here now, and each look goes back {report.overlap:,} seconds further than the last."
        yield Trouble(f"{pass_report.title}: {pass_report.late}.", since, again)
