"""How much is kept of the mirror's own records, and what is forgotten. Orders, lines and transactions are all kept."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun

POLLS_KEPT = timedelta(days=2)
PROOFS_KEPT = timedelta(days=60)
CHANGES_KEPT = 200
"""So many entries are kept of one order, the newest: what bounds the record's growth."""

_POLLS = (MirrorRun.Pass.CHANGES, MirrorRun.Pass.TRAILING, MirrorRun.Pass.TRANSACTIONS)


def forget_old_runs(organisation: Organisation, run: MirrorRun, moment: datetime) -> None:
    """Forget runs of the pass of `run` that are too old at `moment`; the last proof of everything stays.

    Polls are worth nothing after days, proofs and what was flagged after months.
    """
    runs = organisation.mirror_runs.filter(kind=run.kind)
    whole = (
        runs.filter(reach=MirrorRun.Reach.WHOLE, state=MirrorRun.State.COMPLETE)
        .order_by("-pk")
        .values_list("pk", flat=True)
    )
    old = runs.filter(started_at__lt=moment - PROOFS_KEPT)
    if run.kind == MirrorRun.Pass.HISTORY:
        old = old.filter(state=MirrorRun.State.FAILED)
    if run.kind in _POLLS:
        old |= runs.filter(started_at__lt=moment - POLLS_KEPT, flags="")
    old.exclude(pk__in=[run.pk, *whole[:1]]).exclude(state=MirrorRun.State.RUNNING).delete()


def forget_old_changes(organisation: Organisation, order_pks: Iterable[int]) -> None:
    """Forget the oldest changes of those of these orders (primary keys) that have more than are kept."""
    changes = organisation.order_changes.order_by()
    crowded = (
        changes.filter(order__in=order_pks)
        .values("order_id")
        .annotate(n=Count("pk"))
        .filter(n__gt=CHANGES_KEPT)
        .values_list("order_id", flat=True)
    )
    for order_pk in crowded:
        newest = changes.filter(order=order_pk).order_by("-seen_new_at", "-pk")
        kept = newest.values_list("pk", flat=True)[:CHANGES_KEPT]
        changes.filter(order=order_pk).exclude(pk__in=list(kept)).delete()
