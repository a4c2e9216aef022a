"""One action of the product in a process of its own, measured from inside: `python -m tests.benchmarks.measured …`.

add SLUG…       organisations whose keys count as accepted
due SLUG COUNT  a paused organisation with the orders of the sandbox's first, all with their lines due, no pass
mirror SLUG     manage.py mirror
changes SLUG    manage.py mirror --pass changes
poll SLUG       the worker's task, with a poll due
reconcile SLUG  the worker's task again and again, with a reading of the whole history due, until it is complete

The last four print JSON: seconds, processor seconds, and rows written by table, when COUNT=1 (counting costs time).
"""

import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import django

_PASSES = ("next_due_at", "trailing_due_at", "recent_due_at", "whole_due_at", "transactions_due_at")


def main(action: str, *slugs: str) -> None:
    """Do it."""
    django.setup()
    if action == "add":
        _add(slugs)
        return
    if action == "due":
        _due(slugs[0], int(slugs[1]))
        return
    written: Counter[str] = Counter()
    from django.db import connection

    connection.ensure_connection()
    does = {"mirror": _mirror, "changes": _changes, "poll": _poll, "reconcile": _reconcile}[action](slugs[0])
    before = resource.getrusage(resource.RUSAGE_SELF)
    begun = time.perf_counter()
    with connection.execute_wrapper(counting(written)) if os.environ.get("COUNT") else nullcontext():
        does()
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": seconds, "processor": processor, "peak_mb": after.ru_maxrss / 1024, "rows": written}))


def _add(slugs: tuple[str, ...]) -> None:
    from glu_admin.tenancy.models import Organisation

    for slug in slugs:
        _accept(Organisation.objects.create(name=slug, slug=slug))


def _accept(organisation: Any) -> None:
    from glu_admin.keys.lifecycle import record_trial, set_key
    from glu_admin.keys.models import GluKey
    from tests.benchmarks.place import key_of

    record_trial(set_key(organisation, key_of(organisation.slug), None), GluKey.State.ACCEPTED)


def _due(slug: str, count: int) -> None:
    """Rows as a first copy leaves them whose lines were never read; the sandbox's first organisation has seed 1."""
    from django.db import connection

    from glu_admin.keys.lifecycle import pause
    from glu_admin.sandbox.world import SandboxOrganisation, World
    from glu_admin.tenancy.models import Organisation
    from orders.models import MirrorState

    organisation = Organisation.objects.create(name=slug, slug=slug)
    world = World([SandboxOrganisation(slug, slug, slug, seed=1, count=count)])
    moment = _now()
    names = (
        "organisation_id glu_id created_at updated_at subtotal total payload_hash first_copied_at copied_at "
        "lines_due_at extra lines_attempts lines_error check_words"
    )
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY orders_order ({', '.join(names.split())}) FROM STDIN") as copy:
            for sold in world.shops[slug].sold.values():
                order = sold.order
                told = [order[name] for name in ("id", "createdAt", "updatedAt", "subtotal", "total")]
                copy.write_row([organisation.pk, *told, str(order["id"]), moment, moment, moment, "", 0, "", ""])
        cursor.execute("ANALYZE orders_order")
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    MirrorState.across_organisations.create(
        organisation=organisation,
        page_size=30,
        organisation_asked_at=moment,
        history_complete_at=moment,
        **dict.fromkeys(("watermark", "connected_watermark", "transactions_watermark"), stamp),
        **_in_turn(),
    )
    _accept(organisation)
    pause(organisation)


def _changes(slug: str) -> Callable[[], object]:
    return _mirror(slug, "--pass", "changes")


def _mirror(slug: str, *arguments: str) -> Callable[[], object]:
    from django.core.management import call_command

    sys.stderr = open(os.devnull, "w")  # noqa: SIM115  (the progress bars)
    return partial(call_command, "mirror", slug, *arguments)


def _poll(slug: str) -> Callable[[], None]:
    """Only a poll is due, as on most ticks."""
    from orders.tasks import mirror_organisation

    state = _quiet(slug)
    state.update(next_due_at=_now())
    pk = state.get().pk
    return lambda: mirror_organisation(pk)


def _reconcile(slug: str) -> Callable[[], None]:
    """Only a reading of the whole history is due."""
    from orders.models import MirrorRun
    from orders.tasks import mirror_organisation

    state = _quiet(slug)
    state.update(whole_due_at=_now())
    pk = state.get().pk
    complete = MirrorRun.across_organisations.filter(
        organisation=pk, kind=MirrorRun.Pass.RECONCILE, state=MirrorRun.State.COMPLETE
    )

    def _until_complete() -> None:
        for _ in range(100):
            mirror_organisation(pk)
            if complete.exists():
                return
        raise SystemExit("The reconcile did not come to its end.")

    return _until_complete


def _quiet(slug: str) -> Any:
    """The organisation's state, with nothing due."""
    from orders.models import MirrorState

    state = MirrorState.across_organisations.filter(organisation__slug=slug)
    state.update(**_in_turn())
    return state


def _in_turn() -> dict[str, Any]:
    """When each pass is due that was done just now; one further ahead than that counts as due, by a clock set back."""
    from orders.mirror import rhythm

    turns = [rhythm.REFRESH, rhythm.POLL, rhythm.TRAILING, rhythm.RECENT, rhythm.WHOLE, rhythm.TRANSACTIONS]
    return {name: turn.after(_now()) for name, turn in zip(("refresh_due_at", *_PASSES), turns, strict=True)}


def _now() -> Any:
    from django.utils.timezone import now

    return now()


def counting(written: Counter[str]) -> Callable[..., Any]:
    """An execute wrapper that adds up the rows each statement really wrote, by its table."""

    def _count(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        connection = context["connection"]
        raw = connection.connection
        before = raw.total_changes if connection.vendor == "sqlite" else 0
        out = execute(sql, params, many, context)
        words = sql.split(None, 4)
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            table = words[1 if words[0] == "UPDATE" else 2].strip('"')
            rows = raw.total_changes - before if connection.vendor == "sqlite" else context["cursor"].cursor.rowcount
            written[table] += max(rows, 0)
        return out

    return _count


if __name__ == "__main__":
    main(*sys.argv[1:])
