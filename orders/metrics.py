"""The mirror’s figures for monitors: each organisation’s where the operator allows it, else the worst or the sum."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from prometheus_client.core import GaugeMetricFamily, Metric

from glu_admin.keys.models import GluKey
from orders.models import MirrorRun, MirrorState, Order, SetAside

Figures = dict[str, float]
"""A figure of each organisation, by its slug."""


def collect() -> Iterator[Metric]:
    """Figures of every organisation whose orders are copied now: one with a key that is not paused."""
    moment, since = now(), _copied()
    copied = set(since)
    states = MirrorState.across_organisations.filter(organisation__slug__in=copied).select_related("organisation")
    by_slug = {state.organisation.slug: state for state in states}
    passes = _complete_passes(copied)
    looks = passes.get(MirrorRun.Pass.CHANGES, {})
    ages = {slug: moment.timestamp() - looks.get(slug, since[slug]) for slug in copied}
    words = "Since the last complete look for changes began, or the key was set where there was none yet."
    yield _family("copy_age_seconds", words, ages, max)
    for_pass = GaugeMetricFamily(
        "glu_admin_pass_complete_timestamp_seconds",
        "When the last complete run of a pass began; before that what a cache on the way had kept for it.",
        labels=["pass", *_labels()],
    )
    for kind, figures in sorted(passes.items()):
        for labels, value in _told(figures, min):
            for_pass.add_metric([kind, *labels], value)
    yield for_pass
    due = Order.across_organisations.filter(lines_due_at__lte=moment, gone_at=None, organisation__slug__in=copied)
    oldest = dict(due.values_list("organisation__slug").annotate(Min("lines_due_at")).order_by())
    overdue = {slug: _seconds(moment - oldest[slug]) if slug in oldest else 0.0 for slug in copied}
    words = "Since the lines of an order became due that are not read yet; 0 when there are none."
    yield _family("oldest_due_lines_seconds", words, overdue, max)
    aside = SetAside.across_organisations.filter(organisation__slug__in=copied).values_list("organisation__slug")
    counted = dict.fromkeys(copied, 0.0) | dict(aside.annotate(Count("pk")).order_by())
    yield _family("set_aside_rows", "Rows that could not be read and were set aside.", counted, sum)
    yield from _conversation(by_slug, moment)
    leases = {slug: age for slug, state in by_slug.items() if (age := _lease_age(state, moment)) is not None}
    yield _family("lease_age_seconds", "Since the worker that holds an organisation’s lease last wrote.", leases, max)


def _copied() -> Figures:
    """The organisations whose orders are copied, and when their keys were set, in seconds since 1970."""
    keys = GluKey.across_organisations.filter(paused_at=None, slot=GluKey.Slot.CURRENT)
    return {slug: set_at.timestamp() for slug, set_at in keys.values_list("organisation__slug", "set_at")}


def _complete_passes(copied: set[str]) -> dict[str, Figures]:
    """Up to when the last complete run of each pass has read, in seconds since 1970."""
    complete = MirrorRun.across_organisations.filter(state=MirrorRun.State.COMPLETE, organisation__slug__in=copied)
    found: dict[str, Figures] = {}
    by_kind = complete.values_list("kind", "organisation__slug").order_by()
    for kind, slug, up_to in by_kind.annotate(reached=Max(Coalesce("read_as_of", "started_at"))):
        found.setdefault(kind, {})[slug] = up_to.timestamp()
    return found


def _conversation(states: dict[str, MirrorState], moment: datetime) -> Iterator[Metric]:
    today = {slug: state for slug, state in states.items() if state.requests_day == moment.date()}
    asked = {slug: float(today[slug].requests_today) if slug in today else 0.0 for slug in states}
    refused = {slug: float(today[slug].throttled_today) if slug in today else 0.0 for slug in states}
    yield _family("glu_requests_today", "Requests sent to Glu today (UTC).", asked, sum)
    yield _family("glu_throttled_today", "Answers of 429 today (UTC).", refused, sum)
    shares = {slug: refused[slug] / asked[slug] if asked[slug] else 0.0 for slug in states}
    yield _family("glu_throttled_share", "The share of today’s requests that were answered 429.", shares, max)


def _lease_age(state: MirrorState, moment: datetime) -> float | None:
    """Every write lengthens the lease to its full life."""
    if state.lease_expires_at is None or state.lease_expires_at <= moment:
        return None
    return _seconds(moment - (state.lease_expires_at - timedelta(seconds=settings.MIRROR_LEASE_SECONDS)))


def _seconds(duration: timedelta) -> float:
    return max(duration.total_seconds(), 0.0)


def _labels() -> list[str]:
    return ["organisation"] if settings.METRICS_ORGANISATIONS else []


def _family(name: str, words: str, figures: Figures, together: Callable[[Iterable[float]], float]) -> Metric:
    family = GaugeMetricFamily(f"glu_admin_{name}", words, labels=_labels())
    for labels, value in _told(figures, together):
        family.add_metric(labels, value)
    return family


def _told(figures: Figures, together: Callable[[Iterable[float]], float]) -> Iterator[tuple[list[str], float]]:
    """Each with its organisation's slug, or what they are `together`; nothing where there is none."""
    if settings.METRICS_ORGANISATIONS:
        yield from (([slug], figures[slug]) for slug in sorted(figures))
    elif figures:
        yield [], together(figures.values())
