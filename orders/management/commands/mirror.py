"""manage.py mirror SLUG: the mirror in the foreground, without worker or broker."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize
from tqdm import tqdm

from glu_admin.keys.vault import NoUsableKey, client_for
from glu_admin.tenancy.models import Organisation
from orders.management.new_key import try_new_key
from orders.management.waiting import wait_for_lease
from orders.mirror.by_hand import ByHand
from orders.mirror.engine import MirrorFailure, note_failure, note_pace
from orders.mirror.lease import LeaseLostError
from orders.mirror.session import Session
from orders.models import MirrorRun
from orders.proof.passes import flag_words

_MOST_NAMED = 5


class Command(BaseCommand):
    """One complete attempt, with every line that is due."""

    help = (
        "Mirror an organisation's orders now: everything that a complete copy needs, and whatever failed before. "
        "Fails unless all of it is here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation, and one pass if not everything."""
        parser.add_argument("slug")
        parser.add_argument(
            "--pass",
            dest="kind",
            choices=["changes", "trailing", "history", "reconcile", "transactions"],
            help="only this pass; reconcile compares everything with Glu once more",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 only when complete, with nothing unread, waiting, set aside or flagged; else say why."""
        organisation = Organisation.objects.filter(slug=options["slug"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation “{options['slug']}”.")
        try:
            try_new_key(organisation, self.stderr.write)
            client = client_for(organisation, longest_wait=settings.GLU_RETRY_AFTER_CAP)
        except NoUsableKey as error:
            raise CommandError(str(error)) from None
        session = Session(organisation, client, wait_for_lease(organisation))
        attempt = ByHand(session, _bar)
        try:
            if options["kind"]:
                attempt.only(MirrorRun.Pass(options["kind"]))
            else:
                attempt.everything()
        except MirrorFailure as error:
            note_failure(session, error, attempt.runs[-1] if attempt.runs else None)
            raise CommandError(str(getattr(error, "words", error))) from None
        except LeaseLostError:
            raise CommandError("Another process took over; nothing is lost, run this again.") from None
        finally:
            note_pace(session)
            session.close()
        self._judge(attempt)

    def _judge(self, attempt: ByHand) -> None:
        """Raise CommandError unless everything is here."""
        organisation = attempt.session.organisation
        if attempt.left_out:
            self.stderr.write(f"Transactions were left out: {attempt.left_out}")
        if reasons := [*attempt.failed, *_unfinished(organisation, attempt.runs)]:
            raise CommandError(f"Not complete: {'; '.join(reasons)}.")
        requests = attempt.session.client.requests
        looks = [run for run in attempt.runs if run.kind == MirrorRun.Pass.CHANGES and run.read_as_of]
        until = f" up to {looks[-1].up_to:%Y-%m-%d %H:%M:%S} UTC, as Glu’s answers come from a cache" if looks else ""
        self.stderr.write(f"Complete{until}: {organisation.orders.count():,} orders, {requests:,} requests.")


def _unfinished(organisation: Organisation, runs: list[MirrorRun]) -> list[str]:
    """Why not everything is here, in words."""
    reasons = []
    whole = organisation.mirror_runs.filter(MirrorRun.EVERYTHING, state=MirrorRun.State.COMPLETE)
    last_whole = whole.order_by("-pk")[:1]  # a worker may have read it, and flagged it
    if flags := {flag for run in (*runs, *last_whole) for flag in run.flags.split()}:
        reasons.append(f"flagged: {', '.join(flag_words(sorted(flags)))}")
    if aside := organisation.set_aside.count():
        reasons.append(f"{aside} row{pluralize(aside, ' is,s are')} set aside and could not be placed")
    unread = organisation.orders.filter(lines_due_at__isnull=False).order_by("-created_at", "-glu_id")
    if count := unread.count():
        named = [
            f"{glu_id}: {error.rstrip('.') or 'not asked for yet'}"
            for glu_id, error in unread.values_list("glu_id", "lines_error")[:_MOST_NAMED]
        ]
        more = [f"and {count - _MOST_NAMED:,} more"] if count > _MOST_NAMED else []
        reasons.append(f"the lines of {count:,} order{pluralize(count)} could not be read ({', '.join(named + more)})")
    if held := organisation.missing_orders.filter(held=True).count():
        reasons.append(f"{held} orders are missing from Glu at once; a person decides on the mirror page")
    if missing := organisation.missing_orders.filter(held=False).count():
        orders = f"{missing} order{pluralize(missing, ' is,s are')}"
        reasons.append(f"{orders} no longer listed by Glu, and marked once it has said so twice")
    return reasons


@contextmanager
def _bar(name: str, unit: str, total: int | None, done: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error, told how much is done."""
    with tqdm(desc=name, unit=unit, total=total, file=sys.stderr, initial=done) as bar:

        def _show(count: int) -> None:
            bar.update(count - bar.n)

        yield _show
