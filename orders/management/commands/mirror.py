"""manage.py mirror SLUG: the mirror in the foreground, without worker or broker."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from glu_admin.keys.lifecycle import candidate_key, current_key
from glu_admin.keys.models import GluKey
from glu_admin.keys.vault import NoUsableKey, client_for, try_key
from glu_admin.tenancy.models import Organisation
from orders.management.waiting import wait_for_lease
from orders.mirror.engine import MirrorFailure, note_failure, note_success
from orders.mirror.lease import LeaseLostError
from orders.mirror.lines import due_lines, read_due_lines
from orders.mirror.passes import connect, open_run, read_pass
from orders.mirror.session import Session
from orders.models import MirrorRun

_MOST_ROUNDS = 5


class Command(BaseCommand):
    """One complete attempt, with every line that is due."""

    help = "Mirror an organisation's orders now: history to its end, then changes, with every line that is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The organisation, and one pass if not what is due."""
        parser.add_argument("slug")
        parser.add_argument("--pass", dest="kind", choices=["changes", "history"], help="only this pass")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 only when complete, with nothing set aside or flagged; else say why."""
        organisation = Organisation.objects.filter(slug=options["slug"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation “{options['slug']}”.")
        self._try_new_key(organisation)
        try:
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
            session.close()
        self._judge(session, run)

    def _try_new_key(self, organisation: Organisation) -> None:
        for key in (candidate_key(organisation), current_key(organisation)):
            if key is not None and key.state in (GluKey.State.TRYING, GluKey.State.UNREACHABLE):
                self.stderr.write(f"Trying the key ending in {key.last_four}: {try_key(key).label}.")

    def _mirror(self, session: Session, kind: str | None, runs: list[MirrorRun]) -> None:
        if session.state().watermark is None:
            connect(session)
        if kind == "history" or (kind is None and session.state().history_complete_at is None):
            self._read(session, MirrorRun.Pass.HISTORY, runs)
        if kind == "history":
            self._lines(session)
        else:
            # An order may change while its lines are read; changes then names it, and its lines are read again.
            for _ in range(_MOST_ROUNDS):
                self._read(session, MirrorRun.Pass.CHANGES, runs)
                if not self._lines(session):
                    break
        note_success(session)

    def _read(self, session: Session, kind: MirrorRun.Pass, runs: list[MirrorRun]) -> None:
        run = open_run(session, kind)
        runs.append(run)
        with tqdm(desc=kind.label, unit=" orders", file=sys.stderr, initial=run.rows) as bar:
            for at in read_pass(session, run):
                bar.update(at.rows - bar.n)

    def _lines(self, session: Session) -> int:
        """Read the lines of every order that is due; how many orders that were."""
        done, due = 0, due_lines(session).count()
        if due:
            with tqdm(desc="Lines", unit=" orders", total=due, file=sys.stderr) as bar:
                while count := read_due_lines(session):
                    done += count
                    bar.update(count)
        return done

    def _judge(self, session: Session, runs: list[MirrorRun]) -> None:
        """Raise CommandError unless everything is here."""
        organisation, reasons = session.organisation, []
        history = organisation.mirror_runs.filter(kind=MirrorRun.Pass.HISTORY, state=MirrorRun.State.COMPLETE)
        last_history = history.order_by("-pk")[:1]  # a worker may have read it, and flagged it
        if flags := {flag for run in (*runs, *last_history) for flag in run.flags.split()}:
            reasons.append(f"flagged: {', '.join(sorted(flags))}")
        if aside := organisation.set_aside.count():
            reasons.append(f"{aside} rows are set aside, as they could not be placed")
        if missing := organisation.orders.filter(lines_due_at__isnull=False).count():
            reasons.append(f"the lines of {missing} orders could not be read")
        if reasons:
            raise CommandError(f"Not complete: {'; '.join(reasons)}.")
        self.stderr.write(f"Complete: {organisation.orders.count():,} orders, {session.client.requests:,} requests.")
