"""For whoever watches over the processes: alive, and ready."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from glu_admin.broker import broker_state
from glu_admin.caches import cache_state
from glu_admin.heartbeats.rows import BEAT, ages


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when pages can be served: the database answers and is migrated. The other parts are told, but not required.

    They are `ok`, `away`, `late` or `never` (no sign of life for long, or none yet), or `unknown`, as the database has
    them; `heartbeats` are the seconds since the last sign of life of each queue and of beat.
    """
    database = database_state()
    ready = database == "ok"
    said = {
        "ready": ready,
        "database": "away" if database == "away" else "ok",
        "migrated": {"ok": "ok", "away": "unknown"}.get(database, "no"),
        "broker": broker_state(),
        "cache": cache_state(),
        **_work(known=ready),
    }
    return JsonResponse(said, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def database_state() -> str:
    """`ok`, `not migrated`, or `away`."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "away"
    return "not migrated" if waiting else "ok"


def _work(*, known: bool) -> dict[str, Any]:
    """The workers, as the slowest queue tells, and beat."""
    try:
        found = ages() if known else []
    except Error:
        found = []
    if not found:
        return {"workers": "unknown", "beat": "unknown", "heartbeats": {}}
    states = [age.state for age in found if age.name != BEAT]
    worst = next(state for state in ("never", "late", "ok") if state in states)
    beat = next(age.state for age in found if age.name == BEAT)
    seconds = {age.name: None if age.seconds is None else round(age.seconds, 1) for age in found}
    return {"workers": worst, "beat": beat, "heartbeats": seconds}
