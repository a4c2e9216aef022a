"""manage.py mirror SLUG: the mirror in the foreground, without worker or broker."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize
from tqdm import tqdm

from glu_admin.glu.errors import NotFound, Refused
from glu_admin.keys.vault import NoUsableKey, client_for
from glu_admin.tenancy.models import Organisation
from orders.freshness import flag_words
from orders.management.new_key import try_new_key
from orders.management.waiting import wait_for_lease
from orders.mirror.engine import MirrorFailure, begin, finish_run, note_failure, note_pace, note_success
from orders.mirror.gone import ask_missing
from orders.mirror.lease import LeaseLostError
from orders.mirror.lines import LineStream, due_lines
from orders.mirror.passes import open_run
from orders.mirror.reading import read_run
from orders.mirror.session import Session
from orders.mirror.upkeep import all_lines_due
from orders.models import MirrorRun

_MOST_ROUNDS = 5


class Command(BaseCommand):
    """One complete attempt, with every line that is due."""

    help = "Mirror an organisation's orders now: history to its end, then changes, with every line that is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation, and one pass if not what is due."""
        parser.add_argument("slug")
        parser.add_argument(
            "--pass",
            dest="kind",
            choices=["changes", "trailing", "history", "reconcile", "transactions"],
            help="only this pass",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 only when complete, with nothing set aside or flagged; else say why."""
        organisation = Organisation.objects.filter(slug=options["slug"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation “{options['slug']}”.")
        try:
            try_new_key(organisation, self.stderr.write)
            client = client_for(organisation, longest_wait=settings.GLU_RETRY_AFTER_CAP)
        except NoUsableKey as error:
            raise CommandError(str(error)) from None
        session = Session(organisation, client, wait_for_lease(organisation))
        run: list[MirrorRun] = []
        try:
            self._mirror(session, options["kind"], run)
        except MirrorFailure as error:
            note_failure(session, error, run[-1] if run else None)
            raise CommandError(str(getattr(error, "words", error))) from None
        except LeaseLostError:
            raise CommandError("Another process took over; nothing is lost, run this again.") from None
        finally:
            note_pace(session)
            session.close()
        self._judge(session, run)

    def _mirror(self, session: Session, kind: str | None, runs: list[MirrorRun]) -> None:
        begin(session, by_hand=True)
        with session.lease.writing():
            session.update_state(lines_wait_until=None)
        stream = LineStream(session, to_the_end=kind == "reconcile")
        if kind in ("history", "trailing") or (kind is None and session.state().history_complete_at is None):
            self._read(session, MirrorRun.Pass(kind or "history"), runs, stream)
        elif kind == "reconcile":
            self._reconcile(session, runs, stream)
        elif kind == "transactions":
            self._read(session, MirrorRun.Pass.TRANSACTIONS, runs, stream)
        if kind in ("history", "trailing", "transactions"):
            self._lines(session, stream)
        else:
            # An order may change while its lines are read; changes then names it, and its lines are read again.
            for _ in range(_MOST_ROUNDS):
                self._read(session, MirrorRun.Pass.CHANGES, runs, stream)
                if not self._lines(session, stream):
                    break
        while ask_missing(session):
            pass
        stream.finish()
        note_success(session)

    def _reconcile(self, session: Session, runs: list[MirrorRun], stream: LineStream) -> None:
        """The most thorough: every window of the history, every transaction, every line, every row set aside."""
        self._read(session, MirrorRun.Pass.RECONCILE, runs, stream)
        finish_run(session, runs[-1])
        try:
            self._read(session, MirrorRun.Pass.TRANSACTIONS, runs, stream)
        except (NotFound, Refused) as error:
            note_failure(session, error, runs[-1])
            self.stderr.write(f"Transactions were left out: {error.words}")
        with session.lease.writing():
            all_lines_due(session.organisation)

    def _read(self, session: Session, kind: MirrorRun.Pass, runs: list[MirrorRun], stream: LineStream) -> None:
        # Only a first copy, which may take hours, goes on where it was left.
        anew = kind != MirrorRun.Pass.HISTORY or session.state().history_complete_at is not None
        run = open_run(session, kind, anew=anew)
        runs.append(run)
        with tqdm(desc=kind.label, unit=" rows", file=sys.stderr, initial=run.rows) as bar:
            for at in read_run(session, run, stream):
                bar.update(at.rows - bar.n)

    def _lines(self, session: Session, stream: LineStream) -> int:
        """Read the lines of every order that is due; how many orders that were since this was last asked."""
        before = getattr(self, "_counted", 0)
        due = due_lines(session).count()
        if due:
            with tqdm(desc="Lines", unit=" orders", total=due, file=sys.stderr) as bar:
                start = stream.count
                while stream.work():
                    bar.update(stream.count - start - bar.n)
        self._counted = stream.count
        return stream.count - before

    def _judge(self, session: Session, runs: list[MirrorRun]) -> None:
        """Raise CommandError unless everything is here."""
        organisation, reasons = session.organisation, []
        whole = organisation.mirror_runs.filter(
            MirrorRun.EVERYTHING,
            state=MirrorRun.State.COMPLETE,
        )
        last_whole = whole.order_by("-pk")[:1]  # a worker may have read it, and flagged it
        if flags := {flag for run in (*runs, *last_whole) for flag in run.flags.split()}:
            reasons.append(f"flagged: {', '.join(flag_words(sorted(flags)))}")
        if aside := organisation.set_aside.count():
            reasons.append(f"{aside} row{pluralize(aside, ' is,s are')} set aside and could not be placed")
        if missing := organisation.orders.filter(lines_due_at__isnull=False).count():
            reasons.append(f"the lines of {missing} order{pluralize(missing)} could not be read")
        if held := organisation.missing_orders.filter(held=True).count():
            reasons.append(f"{held} orders are missing from Glu at once; a person decides on the mirror page")
        if missing := organisation.missing_orders.filter(held=False).count():
            orders = f"{missing} order{pluralize(missing, ' is,s are')}"
            reasons.append(f"{orders} no longer listed by Glu, and marked once it has said so twice")
        if reasons:
            raise CommandError(f"Not complete: {'; '.join(reasons)}.")
        self.stderr.write(f"Complete: {organisation.orders.count():,} orders, {session.client.requests:,} requests.")
