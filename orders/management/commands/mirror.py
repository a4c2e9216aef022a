"""manage.py mirror SLUG: the mirror in the foreground, without worker or broker."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from glu_admin.tenancy.management.naming import organisation_called
from orders.management.sessions import session_by_hand
from orders.mirror.by_hand import ByHand
from orders.models import MirrorRun
from orders.proof.completeness import lacking


class Command(BaseCommand):
    """One complete attempt, with every line that is due."""

    help = (
        "Mirror an organisation's orders now: everything that a complete copy needs, and whatever failed before. "
        "Fails unless all of it is here."
    )

    # No page is made here: to load all of them for Django's checks takes as long as the rest of the start.
    requires_system_checks = ()

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
        """Read everything, or one pass; exit 0 only when complete, with nothing left in doubt, else say why."""
        organisation = organisation_called(options["slug"])
        with session_by_hand(organisation, self.stderr.write) as session:
            attempt = ByHand(session, _bar)
            attempt.run(MirrorRun.Pass(options["kind"]) if options["kind"] else None)
        if attempt.left_out:
            self.stderr.write(f"Transactions were left out: {attempt.left_out}")
        if reasons := [*attempt.failed, *lacking(organisation, attempt.runs)]:
            raise CommandError(f"Not complete: {'; '.join(reasons)}.")
        looks = [run for run in attempt.runs if run.kind == MirrorRun.Pass.CHANGES and run.read_as_of]
        until = f" up to {looks[-1].up_to:%Y-%m-%d %H:%M:%S} UTC, as Glu’s answers come from a cache" if looks else ""
        requests = session.glu.client.requests
        self.stderr.write(f"Complete{until}: {organisation.orders.count():,} orders, {requests:,} requests.")


@contextmanager
def _bar(name: str, unit: str, total: int | None, done: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error, told how much is done."""
    with tqdm(desc=name, unit=unit, total=total, file=sys.stderr, initial=done) as bar:

        def _show(count: int) -> None:
            bar.update(count - bar.n)

        yield _show
