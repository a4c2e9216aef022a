"""What holds in every database of the product, whatever befell it; asked in a process with the installation's settings.

`python -m tests.faults.invariants SLUG…` prints JSON for each: "broken" says what does not hold, "tables" is what the
mirror holds, without what depends on when and how often it was written. With --mirror, each is mirrored first.
"""

import json
import os
import sys
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from glu_admin.tenancy.models import Organisation

_TOLD_BY_TIME = {
    *("id", "organisation_id", "order_id", "first_copied_at", "copied_at", "gone_at"),
    *("dispatch_since", "payment_since", "waiting_since"),  # a move that was seen, or the order as it was first seen
    *("lines_due_at", "lines_copied_at", "lines_attempts", "lines_error"),
    *("check_wanted_at", "check_done_at", "checked_at", "check_outcome", "check_words"),
}


def main(slugs: list[str], *, mirror: bool) -> None:
    """Print what there is to say of these organisations."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
    django.setup()
    from django.core.management import call_command

    from glu_admin.tenancy.models import Organisation

    told = {}
    for slug in slugs:
        if mirror:
            call_command("mirror", slug)
            call_command("mirror", slug, kind="transactions")
        organisation = Organisation.objects.get(slug=slug)
        broken = [*_rows(organisation), *_counters(organisation), *_runs(organisation)]
        told[slug] = {"broken": broken, "tables": _tables(organisation)}
    json.dump(told, sys.stdout, default=str)


def _rows(organisation: "Organisation") -> list[str]:
    """Each order is what its payload says and waits by its statuses, has one document that is right, and its lines are
    of its version."""
    from orders.models import OrderDocument
    from orders.models.waiting import waiting
    from orders.payload import payload, payload_hash
    from orders.search.document import document_text

    out = []
    documents = OrderDocument.across_organisations.filter(organisation=organisation)
    texts = dict(documents.values_list("order_id", "text"))
    for order in organisation.orders.prefetch_related("lines"):
        if payload_hash(payload(order)) != order.payload_hash:
            out.append(f"{order}: its hash is not that of its payload")
        if texts.pop(order.pk, None) != document_text(order, list(order.lines.all())):
            out.append(f"{order}: its document is missing or not what it says")
        if order.gone_at is None and order.lines_for_updated_at != order.updated_at:
            out.append(f"{order}: its lines are of another version")
        if order.dispatch_since is None or order.payment_since is None:
            out.append(f"{order}: it does not say since when it has its statuses")
            continue
        waits = waiting(order.dispatch_status, order.payment_status, order.dispatch_since, order.payment_since)
        if order.waiting_since != (None if order.gone_at else waits.waiting_since):
            out.append(f"{order}: it does not wait as its statuses say")
    if texts:
        out.append(f"{len(texts)} documents have no order")
    return out


def _counters(organisation: "Organisation") -> list[str]:
    from orders.mirror.writing.counts import miscounted_days
    from orders.models.counter import COUNTED_FIELDS

    orders = organisation.orders.values_list(*COUNTED_FIELDS)
    counted = Counter(tuple(value or "" for value in row) for row in orders)
    kept = Counter({tuple(row[:-1]): row[-1] for row in organisation.order_counters.values_list(*COUNTED_FIELDS, "n")})
    out = [] if +kept == counted else [f"the counters say {kept - counted} more and {counted - kept} less"]
    days = miscounted_days(organisation)
    return [*out, f"{days} rows of days are not what a full count gives"] if days else out


def _runs(organisation: "Organisation") -> list[str]:
    """Of one pass, no run begins before the one before has ended; a complete one has read all of its windows."""
    from orders.models import MirrorRun, MirrorWindow

    out = []
    for kind in MirrorRun.Pass.values:
        runs = list(organisation.mirror_runs.filter(kind=kind).order_by("pk"))
        for before, after in pairwise(runs):
            if before.finished_at is None or before.finished_at > after.started_at:
                out.append(f"run {after.pk} ({kind}) began before run {before.pk} had ended")
    left = organisation.mirror_windows.filter(run__state=MirrorRun.State.COMPLETE, state=MirrorWindow.State.OPEN)
    return [*out, *(f"window {window.pk} of complete run {window.run_id} is open" for window in left)]


def _tables(organisation: "Organisation") -> dict[str, Any]:
    from orders.models import OrderDocument

    alive = organisation.orders.filter(gone_at=None)
    lines = organisation.order_lines.filter(order__gone_at=None).order_by("glu_id")
    documents = OrderDocument.across_organisations.filter(organisation=organisation, order__gone_at=None)
    moves = organisation.transactions.filter(order_glu_id__in=alive.values("glu_id")).order_by("glu_id")
    return {
        "orders": [_kept(dict(row)) for row in alive.order_by("glu_id").values()],
        "lines": [
            {"of": row.pop("order__glu_id"), **_kept(row)} for row in lines.values("order__glu_id", *_names(lines))
        ],
        "documents": list(documents.order_by("order__glu_id").values("order__glu_id", "created_at", "text")),
        "transactions": [_kept(dict(row)) for row in moves.values()],
    }


def _names(rows: Any) -> list[str]:
    return [field.attname for field in rows.model._meta.concrete_fields]


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _TOLD_BY_TIME}


if __name__ == "__main__":
    main([word for word in sys.argv[1:] if word != "--mirror"], mirror="--mirror" in sys.argv)
