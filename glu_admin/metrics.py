"""Figures for monitors, in the form Prometheus reads.

All are read from database and broker when they are asked for, so that any number of web processes says the same. What
the house does not know of is added by the applications, through `register`.
"""

from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from glu_admin.broker import broker_state, queue_lengths
from glu_admin.caches import cache_state
from glu_admin.heartbeats.rows import ages

Collect = Callable[[], Iterable[Metric]]
_collectors: list[Collect] = []


def register(collect: Collect) -> None:
    """Let `collect` add its figures to every answer; called once for an application, when it is ready."""
    _collectors.append(collect)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, for whoever shows METRICS_TOKEN; without that setting there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404("No figures are given.")
    shown = request.headers.get("Authorization", "")
    private = {"Cache-Control": "no-store"}
    if not constant_time_compare(shown, f"Bearer {settings.METRICS_TOKEN}"):
        asked_for = {"WWW-Authenticate": "Bearer", **private}
        return HttpResponse("Send METRICS_TOKEN as bearer token.\n", "text/plain", 401, headers=asked_for)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Everything())
    try:
        said = generate_latest(registry)
    except Error:
        return HttpResponse("The database is away.\n", "text/plain", 503, headers=private)
    return HttpResponse(said, CONTENT_TYPE_LATEST, headers=private)


class _Everything(Collector):
    def collect(self) -> Iterator[Metric]:
        """The house's figures, then those of the applications."""
        yield from _of_the_house()
        for collect in _collectors:
            yield from collect()


def _of_the_house() -> Iterator[Metric]:
    beats = GaugeMetricFamily(
        "glu_admin_heartbeat_age_seconds",
        "Since a queue last carried a heartbeat to a worker, or beat looked at its timetable.",
        labels=["name"],
    )
    for age in ages():
        if age.seconds is not None:
            beats.add_metric([age.name], age.seconds)
    yield beats
    waiting = GaugeMetricFamily("glu_admin_queue_length", "Messages that wait in a queue.", labels=["queue"])
    for queue, length in queue_lengths().items():
        waiting.add_metric([queue], length)
    yield waiting
    for part, state in (("broker", broker_state()), ("cache", cache_state())):
        yield GaugeMetricFamily(f"glu_admin_{part}_up", f"Whether the {part} answers.", value=state == "ok")
