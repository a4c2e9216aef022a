"""What is not as it should be with a mirror: since when, what happens by itself, and what a person can do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from glu_admin.keys.models import GluKey
from glu_admin.tenancy.times import full_text
from glu_admin.tenancy.told import told
from orders.display.durations import short
from orders.display.locales import grouped
from orders.models import MirrorRun
from orders.proof.passes import PassReport, flag_words
from orders.proof.report import MirrorReport

Flag = MirrorRun.Flag
_PASSING = timedelta(hours=1)
"""For so long a failure is taken to be in passing, and needs nobody."""
_AGAIN = gettext_noop("It is tried again by itself, ever more slowly.")
_ASK_SUPPORT = gettext_noop("If it lasts, ask Glu’s support.")


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
    parts += [_("Since %(at)s.") % {"at": full_text(trouble.since, zone)}] if trouble.since else []
    parts += [trouble.by_itself] if trouble.by_itself else []
    if trouble.next_at and trouble.next_at > now():
        parts.append(_("Next at %(at)s.") % {"at": full_text(trouble.next_at, zone)})
    return " ".join([*parts, trouble.to_do]).strip()


def _troubles(report: MirrorReport) -> Iterator[Trouble]:
    yield from _of_the_key(report)
    yield from _of_the_work(report)
    yield from _of_the_orders(report)
    for pass_report in report.passes:
        yield from _of_a_pass(pass_report, report)
    for finding in report.findings:
        if finding.breaks:
            what = _("The probe found “%(what)s”: %(found)s.")
            what %= {"what": told(finding.what), "found": told(finding.found)}
            to_do = _("The mirror relies on another answer: ask whoever looks after this installation.")
            what = f"{what} {told(finding.means)}"
            yield Trouble(what, report.probe.made_at if report.probe else None, to_do=to_do, needs_a_person=True)


def _of_the_key(report: MirrorReport) -> Iterator[Trouble]:
    if report.key is None and report.candidate is None:
        to_do = _("A manager can set one on the key page.")
        yield Trouble(_("There is no key, so nothing is copied."), to_do=to_do, needs_a_person=True)
    if report.key_closed:
        yield Trouble(report.key_closed, needs_a_person=True)
    for key in (report.key, report.candidate):
        if key is None or key.state not in GluKey.REJECTED:
            continue
        ending = {"end": key.last_four}
        what = _("Glu refuses the key ending in %(end)s.") % ending
        if key.state == GluKey.State.FOREIGN:
            what = _("The key ending in %(end)s opens another organisation.") % ending
            what = f"{what} {key.why}"
        to_do = _("A manager can set another one on the key page.")
        again, at = (_(_AGAIN), key.try_again_at) if key.paused_at is None else ("", None)
        yield Trouble(what, key.rejected_at, again, at, to_do, needs_a_person=True)
    if report.key is not None and report.key.paused_at is not None:
        to_do = _("A manager can resume it on the key page.")
        yield Trouble(_("Copying is paused."), report.key.paused_at, to_do=to_do, needs_a_person=True)


def _of_the_work(report: MirrorReport) -> Iterator[Trouble]:
    if report.stands_still:
        what = _("Copying stands still: no worker has taken it up for minutes: the worker or the broker may be away.")
        to_do = _("Look whether worker, timetable and broker are running.")
        yield Trouble(what, report.freshness.up_to, to_do=to_do, needs_a_person=True)
    for sign in report.signs:
        if sign.trouble:
            yield Trouble(sign.trouble, to_do=_("Look whether it is running."), needs_a_person=True)
    failing = {told(one.last.error) for one in report.passes if one.failing and one.last}
    if report.last_error and report.next_asked_at and report.last_error not in failing:
        since = report.freshness.up_to
        lasting = since is None or now() - since > _PASSING
        to_do = _(_ASK_SUPPORT) if lasting else ""
        what = _("The last attempt failed: %(why)s") % {"why": report.last_error}
        yield Trouble(what, since, _(_AGAIN), report.next_asked_at, to_do, needs_a_person=lasting)
    if report.state and report.transactions_error:
        what = _("Transactions are not read: %(why)s") % {"why": report.transactions_error}
        again = _("Refunds are found when lines are read again; transactions are tried again by themselves.")
        yield Trouble(what, None, again, report.state.transactions_due_at)


def _of_the_orders(report: MirrorReport) -> Iterator[Trouble]:
    if report.foreign:
        what = ngettext(
            "%(n)s order of another organisation is here.",
            "%(n)s orders of another organisation are here.",
            report.foreign,
        ) % {"n": grouped(report.foreign)}
        to_do = _("A manager can remove them from the mirror page.")
        yield Trouble(what, to_do=to_do, needs_a_person=True)
    if report.held:
        what = ngettext(
            "%(n)s order went missing from Glu at once: nothing was concluded.",
            "%(n)s orders went missing from Glu at once: nothing was concluded.",
            report.held,
        ) % {"n": grouped(report.held)}
        to_do = _("Decide on the mirror page whether each is to be asked for.")
        until = _("Nothing happens to them until then.")
        yield Trouble(what, report.held_since, until, None, to_do, needs_a_person=True)
    if aside := report.set_aside.count():
        what = ngettext(
            "%(n)s row could not be placed and is set aside.",
            "%(n)s rows could not be placed and are set aside.",
            aside,
        ) % {"n": grouped(aside)}
        again = _("Those with a number are asked for again with each reading of everything.")
        to_do = _("The mirror page lists them: ask Glu’s support about them.")
        since = report.set_aside.order_by("first_seen_at").values_list("first_seen_at", flat=True).first()
        yield Trouble(what, since, again, None, to_do, needs_a_person=True)
    if report.failed_lines:
        stuck, to_do = report.stuck_lines, ""
        what = ngettext(
            "The lines of %(n)s order could not be read.",
            "The lines of %(n)s orders could not be read.",
            report.failed_lines,
        ) % {"n": grouped(report.failed_lines)}
        if stuck:
            to_do = _("%(n)s of them failed for hours: open one, and ask Glu’s support why.") % {"n": grouped(stuck)}
        again = _("They are asked for again by themselves, ever more slowly.")
        yield Trouble(what, None, again, report.oldest_due, to_do, needs_a_person=bool(stuck))


def _of_a_pass(pass_report: PassReport, report: MirrorReport) -> Iterator[Trouble]:
    if pass_report.failing and pass_report.last:
        began = pass_report.failed_at or pass_report.last.started_at
        why = told(pass_report.last.error) or _("The reading failed.")
        what = f"{pass_report.title}: {why}"
        if pass_report.next_try:
            lasting = now() - began > _PASSING
            yield Trouble(
                what,
                began,
                _(_AGAIN),
                pass_report.next_try,
                _(_ASK_SUPPORT) if lasting else "",
                needs_a_person=lasting and report.next_asked_at is not None,
            )
        elif pass_report.last.state == MirrorRun.State.FAILED and pass_report.last.kind == MirrorRun.Pass.RANGE:
            yield Trouble(what, began, to_do=_("Ask for these days again if they are still wanted."))
    again_at = report.state.whole_due_at if report.state else None
    since = pass_report.complete.started_at if pass_report.complete else None
    if Flag.FROM_CACHE in pass_report.doubts:
        cached = [_("Glu’s answers come from a cache.")]
        if pass_report.complete:
            age = short(pass_report.complete.cache_age)
            cached.append(_("They were up to %(time)s old.") % {"time": age})
        yield Trouble(
            f"{pass_report.title}: {' '.join(cached)}",
            since,
            _("What is newer comes as soon as the cache lets it through: each look begins where the last one reached."),
            to_do=_("A cache stands between this installation and Glu: have it leave out Glu’s API."),
            needs_a_person=True,
        )
    if pass_report.doubts and pass_report.doubts != [Flag.FROM_CACHE]:
        thorough = pass_report.is_thorough and pass_report.doubts != [Flag.TOO_MANY_MISSING]
        to_do = _("`manage.py glu_probe` tells how this Glu behaves; ask Glu’s support about it.")
        flagged = "; ".join(flag_words(flag for flag in pass_report.doubts if flag != Flag.FROM_CACHE))
        yield Trouble(
            f"{pass_report.title}: {flagged}.",
            since,
            _("Everything is read again by itself, which settles most of this."),
            again_at,
            to_do if thorough else "",
            needs_a_person=thorough,
        )
    if pass_report.late:
        again = _("They are here now, and each look goes back %(seconds)s seconds further than the last.")
        yield Trouble(f"{pass_report.title}: {pass_report.late}.", since, again % {"seconds": grouped(report.overlap)})
