"""manage.py search_rebuild [SLUG …]: writes the texts in which orders are searched again, and their index."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize
from tqdm import tqdm

from glu_admin.tenancy.management.naming import organisation_called
from glu_admin.tenancy.models import Organisation
from orders.management.sessions import wait_for_lease
from orders.mirror.writing.documents import rewrite_documents, stale_documents
from orders.search.matching import index

_BATCH = 500


class Command(BaseCommand):
    """The desk can be used meanwhile; a worker waits for the organisation whose turn it is."""

    help = "Write the texts in which orders are searched again where they differ, and the index of these texts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which organisations, and whether to write at all."""
        parser.add_argument("slugs", nargs="*", metavar="slug", help="organisations; all when none is named")
        parser.add_argument("--check", action="store_true", help="only say what differs; fails where something does")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what differed."""
        named = [organisation_called(slug) for slug in options["slugs"]]
        differ = sum(map(_check if options["check"] else _rebuild, named or Organisation.objects.order_by("pk")))
        texts = f"{differ:,} text{pluralize(differ)}"
        if options["check"]:
            unindexed = index().unindexed()
            self.stderr.write("There is no index: texts are read one by one." if unindexed is None else "")
            if differ or unindexed:
                raise CommandError(f"{texts} and {unindexed or 0:,} entries of the index are not as they should be.")
            self.stderr.write("Texts and index agree with the orders.")
            return
        if index().unindexed():
            index().drop_index()
        indexed = index().make_index()
        self.stderr.write(f"{texts} written again; {'the index holds all' if indexed else 'no index can be made'}.")


def _rebuild(organisation: Organisation) -> int:
    lease = wait_for_lease(organisation)
    try:
        return sum(_written(organisation, pks, lease.writing) for pks in _batches(organisation))
    finally:
        lease.release()


def _written(organisation: Organisation, pks: list[int], writing: Any) -> int:
    with writing():
        return rewrite_documents(organisation, pks)


def _check(organisation: Organisation) -> int:
    return sum(len(stale_documents(organisation, pks)) for pks in _batches(organisation))


def _batches(organisation: Organisation) -> Iterator[list[int]]:
    """The keys of its orders by the batch, with a bar that shows how far they have come."""
    pks = organisation.orders.order_by("pk").values_list("pk", flat=True)
    with tqdm(desc=organisation.slug, total=pks.count(), unit="", file=sys.stderr) as bar:
        after = 0
        while batch := list(pks.filter(pk__gt=after)[:_BATCH]):
            yield batch
            after = batch[-1]
            bar.update(len(batch))
