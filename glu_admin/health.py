"""For whoever watches over the processes: alive, and ready."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when pages can be served: the database answers and is migrated. The broker is told, but not required."""
    database = database_state()
    ready = database == "ok"
    said = {"ready": ready, "database": database, "broker": _broker()}
    return JsonResponse(said, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def database_state() -> str:
    """`ok`, `not migrated`, or `away`."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "away"
    return "not migrated" if waiting else "ok"


def _broker() -> str:
    from glu_admin.celery import app

    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        return "ok"
    try:
        with app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=0, timeout=1)
    except Exception:  # whatever the broker's library raises: this only tells
        return "away"
    return "ok"
