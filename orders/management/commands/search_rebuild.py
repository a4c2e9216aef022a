"""manage.py search_rebuild [SLUG …]: writes again what is derived: texts, their index, money, lints, counts."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize
from django.utils.timezone import now
from tqdm import tqdm

from glu_admin.tenancy.management.naming import organisation_called
from glu_admin.tenancy.models import Organisation
from orders.management.sessions import wait_for_lease
from orders.mirror.counting import count_days
from orders.mirror.writing.counts import counted_zone, miscounted, miscounted_days, recount
from orders.mirror.writing.documents import rewrite_documents, stale_documents
from orders.mirror.writing.lints import lint_again, mislinted
from orders.mirror.writing.settlements import settle_again, unsettled
from orders.search.matching import index

_BATCH = 500


class Command(BaseCommand):
    """The desk can be used meanwhile; a worker waits for the organisation whose turn it is."""

    help = (
        "Write the texts in which orders are searched again where they differ, the index of these texts, what was paid "
        "and refunded where the transactions come to something else, what is odd in orders, and how many "
        "there are by kind and day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which organisations, and whether to write at all."""
        parser.add_argument("slugs", nargs="*", metavar="slug", help="organisations; all when none is named")
        parser.add_argument("--check", action="store_true", help="only say what differs; fails where something does")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what differed."""
        named = [organisation_called(slug) for slug in options["slugs"]]
        done = [(_check if options["check"] else _rebuild)(one) for one in named or Organisation.objects.order_by("pk")]
        differ, unlike, odd, counts = (sum(each) for each in zip(*done, strict=True)) if done else (0, 0, 0, 0)
        texts, orders = f"{differ:,} text{pluralize(differ)}", f"{unlike:,} order{pluralize(unlike)}"
        if options["check"]:
            lacking = index().lacking()
            self.stderr.write("There is no index: texts are read one by one." if lacking is None else "")
            wrong = []
            if differ or lacking:
                wrong.append(f"{texts} and {lacking or 0:,} entries of the index are not as they should be.")
            if unlike:
                wrong.append(f"{orders} do not say what their transactions come to.")
            if odd:
                wrong.append(f"{odd:,} order{pluralize(odd)} do not say what is odd in them.")
            if counts:
                wrong.append(f"{counts:,} count{pluralize(counts)} of orders are not what a full count gives.")
            if wrong:
                raise CommandError(" ".join(wrong))
            self.stderr.write("Texts, index and counts agree with the orders, what was paid with the transactions.")
            return
        if index().lacking():
            index().drop_index()
        indexed = index().make_index()
        self.stderr.write(f"{texts} written again; {'the index holds all' if indexed else 'no index can be made'}.")
        if unlike:
            self.stderr.write(f"{orders} now say what their transactions come to.")
        if odd:
            self.stderr.write(f"{odd:,} order{pluralize(odd)} now say what is odd in them.")
        if counts:
            self.stderr.write(f"{counts:,} count{pluralize(counts)} of orders now agree with them.")


def _rebuild(organisation: Organisation) -> tuple[int, int, int, int]:
    """How many texts were written, how many orders had other amounts than their transactions or said other things to be
    odd than are, how many counts differed.

    Days that were not counted yet are from now on.
    """
    lease = wait_for_lease(organisation)
    texts = orders = odd = 0
    try:
        for pks in _batches(organisation):
            with lease.writing():
                texts += rewrite_documents(organisation, pks)
                orders += settle_again(organisation, pks, now(), by="id")
                odd += lint_again(organisation, pks)
        counts = miscounted(organisation)
        if counts:
            with lease.writing():
                recount(organisation)
        days = miscounted_days(organisation)
        if days or counted_zone(organisation) is None:
            count_days(organisation, lease)
    finally:
        lease.release()
    return texts, orders, odd, counts + days


def _check(organisation: Organisation) -> tuple[int, int, int, int]:
    texts = orders = odd = 0
    for pks in _batches(organisation):
        texts += len(stale_documents(organisation, pks))
        orders += unsettled(organisation, organisation.orders.filter(pk__in=pks))
        odd += len(mislinted(organisation, pks))
    return texts, orders, odd, miscounted(organisation) + miscounted_days(organisation)


def _batches(organisation: Organisation) -> Iterator[list[int]]:
    """The keys of its orders by the batch, with a bar that shows how far they have come."""
    pks = organisation.orders.order_by("pk").values_list("pk", flat=True)
    with tqdm(desc=organisation.slug, total=pks.count(), unit="", file=sys.stderr) as bar:
        after = 0
        while batch := list(pks.filter(pk__gt=after)[:_BATCH]):
            yield batch
            after = batch[-1]
            bar.update(len(batch))
